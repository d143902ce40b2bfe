# SPDX-License-Identifier: MIT
"""The MSR writes by which a CPU itself shows a policy."""
from __future__ import annotations

import enum
from ctypes import byref, pointer
from dataclasses import dataclass
from typing import Any

from . import _abi
from ._abi import lib
from .errors import Status, check_status
from .findings import Findings, listen
from .hypervisors import host_options
from .policy import Policy
from .record import Record

_NO_REGISTER = 0xff


class Kind(enum.IntEnum):
    """What a CPU does with a written value."""

    MASK = 1  # shows register & value
    OVERRIDE = 2  # shows value
    FAULTING = 3  # #GP outside CPL 0


class Faulting(enum.IntEnum):
    """May a plan rest on CPUID faulting?"""

    AS_RECORDED = 0
    YES = 1
    NO = 2


@dataclass(frozen=True)
class MsrWrite:
    """One MSR: replace the bits of mask by those of value.

    low and high say which register of the leaf the halves stand for: 0 to 3
    for EAX to EDX; None: that half stays as it is.
    """

    msr: int
    value: int
    mask: int
    edi: int  # must be in EDI for RDMSR and WRMSR; 0: nothing must
    kind: Kind
    leaf: int
    subleaf: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Plan:
    """What one kind of core takes."""

    cpus: str
    refused: bool  # the policy has more than the core: nothing is planned
    writes: tuple[MsrWrite, ...]
    visible: int  # features and numbers that stay visible all the same
    findings: Findings


def levelling(record: Record, policy: Policy, *, hypervisor: str | None = None,
              faulting: Faulting = Faulting.AS_RECORDED) -> list[Plan]:
    """A plan for each kind of core of a machine."""
    options = host_options(hypervisor)
    options.set, options.guest = 1, record.is_guest
    data = record._pointer.contents
    return [_plan_core(data.cores[i], policy, options, faulting)
            for i in range(data.nr_cores)]


def _plan_core(core: Any, policy: Policy, options: Any, faulting: Faulting
               ) -> Plan:
    host, out = Policy(), _abi.Levelling()
    options.known = core.known
    status, _ = listen(lambda sink: lib.cpupolicy_hostset(
        host._data, core.rows, core.nr_rows, core.msrs, core.nr_msrs,
        byref(options), sink, None))
    check_status(status)
    wanted = policy.for_cpu_of(host).normalize()[0]
    cpu = _abi.LevellingCpu(core.rows, core.nr_rows, core.msrs, core.nr_msrs,
                            pointer(host._data), options.guest, faulting)
    status, findings = listen(lambda sink: lib.cpupolicy_levelling_plan(
        byref(out), byref(cpu), wanted._data, sink, None))
    if status != Status.EXCEEDS:
        check_status(status)
    return Plan((core.cpus or b"").decode(), status == Status.EXCEEDS,
                tuple(_write(out.write[i]) for i in range(out.nr_writes)),
                out.nr_visible, findings)


def _write(row: Any) -> MsrWrite:
    def register(number: int) -> int | None:
        return None if number == _NO_REGISTER else number

    return MsrWrite(row.msr, row.value, row.mask, row.edi, Kind(row.kind),
                    row.leaf, row.subleaf, register(row.low),
                    register(row.high))
