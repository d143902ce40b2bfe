# SPDX-License-Identifier: MIT
"""What operations report: one difference, or one change, at a time."""
from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from ctypes import byref
from dataclasses import dataclass
from typing import Any, overload

from . import _abi
from ._abi import lib
from .fields import Field, Grade, address_text, field_of


@dataclass(frozen=True)
class FindingInfo:
    """One row of the registry of findings."""

    code: int
    name: str
    grade: Grade  # NONE: it is the field's
    summary: str
    remedy: str


def _info_of(pointer: Any) -> FindingInfo | None:
    if not pointer:
        return None
    row = pointer.contents
    return FindingInfo(row.code, row.name.decode(), Grade(row.grade),
                       row.summary.decode(), row.remedy.decode())


def finding_info(code: int) -> FindingInfo | None:
    """The registry's row for a code; None where there is none."""
    return _info_of(lib.cpupolicy_finding_info(code))


def finding_infos() -> Iterator[FindingInfo]:
    """The whole registry."""
    index = 0
    while (info := _info_of(lib.cpupolicy_finding_info_at(index))) is not None:
        yield info
        index += 1


@dataclass(frozen=True)
class Component:
    """One state component of the XSAVE area."""

    number: int  # its bit in XCR0 or XSS: 18 is AMX's tile data
    size: int  # bytes
    offset: int  # in the standard format; 0: supervisor state


@dataclass(frozen=True)
class Finding:
    """One difference, or one change.

    In a check, guest and host are the two values of the bits at address. In a
    change guest is the value before and host the value after.
    """

    code: str  # "F001"
    grade: Grade
    field: Field | None  # None: the bits have no name
    cause: Field | None  # the missing need, the gate, the component
    address: str
    mask: int  # within the register, not shifted
    guest: int
    host: int
    index: int  # of a baseline: which host; of lint: which rule
    place: tuple[int, int, int, int]  # space, leaf, sub-leaf, register
    effect: str = ""  # what happens to the guest; empty where nothing does
    component: Component | None = None  # of a check: the state that is lost

    @property
    def info(self) -> FindingInfo:
        """What this code means."""
        info = finding_info(int(self.code[1:]))
        assert info is not None
        return info

    def __str__(self) -> str:
        name = f" {self.field}" if self.field else ""
        text = (f"{self.grade.name.lower()} {self.code} {self.address}{name}: "
                f"guest {self.guest:#x}, host {self.host:#x}: "
                f"{self.info.summary}")
        return f"{text} ({self.effect})" if self.effect else text


class Findings(Sequence[Finding]):
    """What one operation reported, in table order."""

    def __init__(self, found: Sequence[Finding] = ()) -> None:
        self._found = tuple(found)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice
                    ) -> Finding | tuple[Finding, ...]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def of_grade(self, grade: Grade) -> Findings:
        """Only those of a grade."""
        return Findings([f for f in self._found if f.grade == grade])


class Verdict(enum.IntEnum):
    """What all findings of one check come to."""

    FITS = 0
    FITS_WITH_NOTES = 1
    FITS_INSECURE = 2
    DOES_NOT_FIT = 3

    def __str__(self) -> str:
        return lib.cpupolicy_verdict_text(self).decode()


class Result:
    """The answer of a check: true where the guest can run there safely."""

    def __init__(self, verdict: Verdict, findings: Findings) -> None:
        self.verdict = verdict
        self.findings = findings

    def __bool__(self) -> bool:
        return self.verdict < Verdict.FITS_INSECURE

    def __repr__(self) -> str:
        return f"<Result {self.verdict.name}, {len(self.findings)} findings>"


def _component(guest: Any, at: Any) -> Component | None:
    out = _abi.Component()
    if guest is None or not lib.cpupolicy_state_component(
            byref(out), guest, byref(at)):
        return None
    return Component(out.number, out.size, out.offset)


def _copy(found: _abi.Finding, guest: Any) -> Finding:
    at = found.at
    return Finding(f"F{found.code:03d}", Grade(found.grade),
                   field_of(found.field), field_of(found.cause),
                   address_text(at), found.mask, found.guest, found.host,
                   found.index, (at.space, at.leaf, at.subleaf, at.reg),
                   lib.cpupolicy_finding_effect(byref(found)).decode(),
                   _component(guest, at))


def listen(operation: Callable[[Any], Any], guest: Any = None
           ) -> tuple[Any, Findings]:
    """Call an operation with a sink; its result, and what the sink heard.

    guest: of a check, the guest's policy, which knows how large its state is.
    """
    heard: list[Finding] = []

    @_abi.SINK
    def sink(_arg: Any, found: Any) -> None:
        heard.append(_copy(found.contents, guest))

    result = operation(sink)
    return result, Findings(heard)
