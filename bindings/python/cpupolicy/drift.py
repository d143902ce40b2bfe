# SPDX-License-Identifier: MIT
"""What an update changed between two records of one machine, and for whom."""
from __future__ import annotations

import enum
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, pointer
from dataclasses import dataclass
from typing import Any

from . import _abi
from ._abi import lib
from .errors import raise_error
from .fields import Field, address_text, field_of
from .findings import Result, Verdict, listen
from .hypervisors import host_options
from .policy import Policy
from .record import Record


class Direction(enum.IntEnum):
    """What a change means to guests."""

    LOST = 0
    GAINED = 1
    CHANGED = 2  # identity, layouts, descriptions


class Agent(enum.IntEnum):
    """Who can have changed something."""

    MICROCODE = 0
    KERNEL = 1
    TOOL = 2  # the program that recorded, and how
    FIRMWARE = 3
    HYPERVISOR = 4


class Evidence(enum.IntEnum):
    """What two records say of an agent."""

    UNKNOWN = 0
    SAME = 1
    DIFFERS = 2


class Fate(enum.IntEnum):
    """What the change is to one guest."""

    STILL = 0
    NO_LONGER = 1
    NOW = 2
    NEVER = 3
    INSECURE = 4
    MORE_SECURE = 5


@dataclass(frozen=True)
class Change:
    """One field, or one bit without a name: (before, after) in both sets.

    None where that set is as it was.
    """

    address: str
    field: Field | None
    offer: tuple[int, int] | None
    accept: tuple[int, int] | None
    direction: Direction
    unrecorded: bool  # only one record holds it: nobody knows


@dataclass(frozen=True)
class Cause:
    """What can be behind the changes, as far as evidence goes."""

    name: str
    summary: str
    source: str
    by: frozenset[Agent]


@dataclass(frozen=True)
class Told:
    """What the two records say of an agent; None: nothing."""

    evidence: Evidence
    before: str | None
    after: str | None


@dataclass(frozen=True)
class GuestFate:
    """A guest, and its verdicts against the machine before and after."""

    fate: Fate
    before: Verdict
    after: Verdict


class Drift:
    """A machine compared with itself: two records, or policies."""

    def __init__(self, before: Record | Policy, after: Record | Policy, *,
                 hypervisor: str | None = None) -> None:
        self._pointer: Any = POINTER(_abi.Drift)()
        # The library goes on using them: nobody must change them.
        self.before, self.after = _own(before), _own(after)
        options, error = host_options(hypervisor), _abi.Error()
        if lib.cpupolicy_drift_new(
                byref(self._pointer), byref(_input(self.before)),
                byref(_input(self.after)), byref(options), byref(error)) < 0:
            raise_error(error)

    def __del__(self) -> None:
        if pointer_ := self.__dict__.get("_pointer"):
            lib.cpupolicy_drift_free(pointer_)

    @property
    def same_cpu(self) -> bool:
        """Do vendor, family, model and stepping agree?"""
        return self._pointer.contents.same_cpu

    def _changes(self, begin: int, end: int) -> list[Change]:
        return [_change(self._pointer.contents.change[i])
                for i in range(begin, end)]

    @property
    def changes(self) -> list[Change]:
        """Lost, gained, changed; each in the order of leaves."""
        return self._changes(0, self._pointer.contents.nr_changes)

    @property
    def unrecorded(self) -> list[Change]:
        """What only one of the two records holds."""
        data = self._pointer.contents
        return self._changes(data.nr_changes,
                             data.nr_changes + data.nr_unrecorded)

    @property
    def causes(self) -> list[Cause]:
        """Likely causes of the changes."""
        data = self._pointer.contents
        return [_cause(data.cause[i].contents) for i in range(data.nr_causes)]

    def told(self, agent: Agent) -> Told:
        """Did this agent change?"""
        before, after = c_char_p(), c_char_p()
        evidence = lib.cpupolicy_drift_evidence(
            byref(before), byref(after), self._pointer, agent)
        return Told(Evidence(evidence), _text(before.value),
                    _text(after.value))

    def guest(self, guest: Policy) -> GuestFate:
        """What does the change mean to a guest that was promised this?

        A guest without a vendor, such as an ABI level, is taken as of this
        machine's.
        """
        before, after, asked = c_int(), c_int(), guest.copy()
        lib.cpupolicy_policy_adopt_vendor(
            asked._data, byref(self._pointer.contents.after.accept))
        fate = lib.cpupolicy_drift_guest(byref(before), byref(after),
                                         self._pointer, asked._data)
        return GuestFate(Fate(fate), Verdict(before.value),
                         Verdict(after.value))

    def leave(self) -> Result:
        """Can guests that start now go to hosts that are as this one was?"""
        return self._ask(lib.cpupolicy_drift_leave)

    def come(self) -> Result:
        """Can guests that were started before come here now?"""
        return self._ask(lib.cpupolicy_drift_come)

    def _ask(self, question: Callable[[Any, Any, Any], int]) -> Result:
        verdict, findings = listen(
            lambda sink: question(self._pointer, sink, None))
        return Result(Verdict(verdict), findings)

    def __repr__(self) -> str:
        return f"<Drift, {self._pointer.contents.nr_changes} changes>"


def _own(machine: Record | Policy) -> Record | Policy:
    return machine.copy() if isinstance(machine, Policy) else machine


def _input(machine: Record | Policy) -> _abi.DriftInput:
    if isinstance(machine, Record):
        return _abi.DriftInput(record=machine._pointer)
    return _abi.DriftInput(policy=pointer(machine._data))


def _text(text: bytes | None) -> str | None:
    return None if text is None else text.decode(errors="replace")


def _values(values: Any) -> tuple[int, int] | None:
    return (values.before, values.after) if values.differ else None


def _change(row: Any) -> Change:
    return Change(address_text(row.at), field_of(row.field),
                  _values(row.offer), _values(row.accept),
                  Direction(row.direction), row.unrecorded)


def _cause(row: Any) -> Cause:
    return Cause(row.name.decode(), row.summary.decode(), row.source.decode(),
                 frozenset(a for a in Agent if row.by >> a & 1))
