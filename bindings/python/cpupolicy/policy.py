# SPDX-License-Identifier: MIT
"""Policies: what one guest is promised."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ctypes import byref, c_uint64, create_string_buffer, memmove, sizeof
from dataclasses import dataclass
from typing import Any

from . import _abi
from ._abi import lib
from .errors import Error, Status, check_status
from .fields import Field, Grade, fields, find_field, parse_feature
from .findings import Findings, Result, Verdict, listen

Feature = str | int | Field

# CPUPOLICY_ENCODED_MAX
_ENCODED_MAX = 8192


@dataclass(frozen=True)
class Row:
    """What CPUID answers to one leaf and sub-leaf."""

    leaf: int
    subleaf: int
    eax: int
    ebx: int
    ecx: int
    edx: int


def _number(feature: Feature) -> int:
    if isinstance(feature, int):
        return feature
    if isinstance(feature, Field):
        return feature.feature or parse_feature(feature.name)
    return parse_feature(feature)


def _field(field: str | Field) -> Field:
    return field if isinstance(field, Field) else find_field(field)


class Policy:
    """What one guest is promised: a value, compared by its bytes.

    Operations that take away give a new policy; the few that change one in
    place (set, set_number, set_row, set_msr) derive and close nothing, as
    building blocks do. A policy that was changed must not be used as a key.

    a <= b: every guest that was promised a can run where b is offered.
    a & b: the greatest policy that both can honour.
    feature in policy: a name, an alias, an address or a number.
    """

    def __init__(self) -> None:
        self._data = _abi.PolicyData()
        lib.cpupolicy_policy_clear(self._data)
        self.name: str | None = None

    # Making them

    @classmethod
    def model(cls, name: str) -> Policy:
        """A named model, such as x86-64-v3; models() has them all."""
        model = lib.cpupolicy_model_find(name.encode())
        if not model:
            raise Error(Status.UNKNOWN, f"unknown model '{name}'")
        return cls._filled(lib.cpupolicy_model_policy, model, name)

    @classmethod
    def _filled(cls, fill: Callable[[Any, Any], int], row: Any, name: str
                ) -> Policy:
        policy = cls()
        check_status(fill(policy._data, row), name)
        policy.name = name
        return policy

    @classmethod
    def decode(cls, data: bytes) -> Policy:
        """From the canonical byte form; all or nothing."""
        policy = cls()
        check_status(lib.cpupolicy_decode(policy._data, data, len(data)))
        return policy

    def copy(self) -> Policy:
        """The same policy again."""
        other = Policy()
        memmove(byref(other._data), byref(self._data), sizeof(self._data))
        other.name = self.name
        return other

    # What it holds

    def __contains__(self, feature: Feature) -> bool:
        return lib.cpupolicy_policy_has(self._data, _number(feature))

    def __getitem__(self, field: str | Field) -> int:
        """The number in a field."""
        return lib.cpupolicy_field_get(self._data, _field(field).pointer)

    def features(self) -> Iterator[Field]:
        """The named features it has, in table order."""
        return (f for f in fields() if f.feature and self[f])

    def rows(self) -> Iterator[Row]:
        """What it holds of CPUID: rows that are not all zero."""
        row, index = _abi.Row(), 0
        while lib.cpupolicy_policy_row_at(byref(row), self._data, index):
            index += 1
            if row.eax or row.ebx or row.ecx or row.edx:
                yield Row(row.leaf, row.subleaf, row.eax, row.ebx, row.ecx,
                          row.edx)

    def msrs(self) -> dict[int, int]:
        """Its feature MSRs that are not zero."""
        msr, index, found = _abi.Msr(), 0, {}
        while lib.cpupolicy_policy_msr_at(byref(msr), self._data, index):
            index += 1
            if msr.value:
                found[msr.index] = msr.value
        return found

    @property
    def vendor(self) -> str:
        """The 12 characters of leaf 0."""
        out = create_string_buffer(13)
        lib.cpupolicy_policy_vendor_string(out, self._data)
        return out.value.decode("latin-1")

    @property
    def abi_level(self) -> int:
        """The highest x86-64 ABI level it reaches: 0 to 4."""
        return lib.cpupolicy_abi_level(self._data)

    @property
    def class_id(self) -> int:
        """One number for what it promises: 64 bits, the same for ever."""
        return lib.cpupolicy_policy_class_id(self._data)

    def same_class(self, other: Policy) -> bool:
        """Is either as good as the other, to every check?"""
        return lib.cpupolicy_policy_same_class(self._data, other._data)

    def for_cpu_of(self, other: Policy) -> Policy:
        """With the other's vendor, where it has none itself.

        ABI levels and profiles are of no vendor's CPU: as they are, they fit
        nowhere.
        """
        out = self.copy()
        lib.cpupolicy_policy_adopt_vendor(out._data, other._data)
        return out

    # The order

    def check(self, host: Policy) -> Result:
        """Can a guest with this policy run on that host, and if not, why?"""
        verdict, findings = listen(lambda sink: lib.cpupolicy_check(
            self._data, host._data, sink, None), self._data)
        return Result(Verdict(verdict), findings)

    def __le__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return self.check(other).verdict != Verdict.DOES_NOT_FIT

    def __ge__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return other <= self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return lib.cpupolicy_policy_equal(self._data, other._data)

    def __hash__(self) -> int:
        return hash(bytes(self._data))

    def __and__(self, other: Policy) -> Policy:
        if not isinstance(other, Policy):
            return NotImplemented
        out = Policy()
        check_status(lib.cpupolicy_intersect(out._data, self._data,
                                             other._data))
        return out

    # Taking away

    def normalize(self) -> tuple[Policy, Findings]:
        """Made consistent, and what that changed."""
        out = self.copy()
        _, findings = listen(lambda sink: lib.cpupolicy_normalize(
            out._data, sink, None))
        return out, findings

    def hide(self, features: Iterable[Feature]) -> tuple[Policy, Findings]:
        """Without these features, and without what needs them."""
        numbers = [_number(f) for f in features]
        array = (c_uint64 * len(numbers))(*numbers)
        return self._less(lambda out, sink: lib.cpupolicy_hide(
            out, array, len(numbers), sink, None))

    def cap(self, field: str | Field, value: int) -> tuple[Policy, Findings]:
        """With a number at most so high."""
        if not 0 <= value < 1 << 32:
            raise Error(Status.RANGE)
        pointer = _field(field).pointer
        return self._less(lambda out, sink: lib.cpupolicy_cap(
            out, pointer, value, sink, None))

    def mask(self, mask: Policy) -> tuple[Policy, Findings]:
        """Only what the mask has too."""
        return self._less(lambda out, sink: lib.cpupolicy_mask(
            out, mask._data, sink, None) or 0)

    def apply_mode(self, name: str) -> tuple[Policy, Findings]:
        """Masked by a named mode, such as hyperv-r2."""
        return self._less(lambda out, sink: lib.cpupolicy_apply_mode(
            out, name.encode(), sink, None))

    def _less(self, operation: Callable[[Any, Any], int]
              ) -> tuple[Policy, Findings]:
        out = self.copy()
        status, findings = listen(lambda sink: operation(out._data, sink))
        check_status(status)
        return out, findings

    def lint(self) -> Findings:
        """Inconsistencies that real guests trip over."""
        return listen(lambda sink: lib.cpupolicy_lint(
            self._data, sink, None))[1]

    def breaks(self) -> bool:
        """Does lint know a guest that does not run with it?"""
        return bool(self.lint().of_grade(Grade.BLOCK))

    # Building one by hand

    def set(self, feature: Feature, value: bool = True) -> None:
        """Set or clear one bit."""
        check_status(lib.cpupolicy_policy_set(self._data, _number(feature),
                                              value), str(feature))

    def set_number(self, field: str | Field, value: int) -> None:
        """Store a number in a field."""
        if not 0 <= value < 1 << 32:
            raise Error(Status.RANGE)
        check_status(lib.cpupolicy_field_set(
            self._data, _field(field).pointer, value), str(field))

    def set_row(self, row: Row) -> None:
        """Store one row as it is."""
        data = _abi.Row(row.leaf, row.subleaf, row.eax, row.ebx, row.ecx,
                        row.edx)
        check_status(lib.cpupolicy_policy_set_row(self._data, byref(data)))

    def set_msr(self, index: int, value: int) -> None:
        """Store one feature MSR."""
        data = _abi.Msr(index, 0, value)
        check_status(lib.cpupolicy_policy_set_msr(self._data, byref(data)))

    # Stored and sent

    def encode(self) -> bytes:
        """The canonical byte form: the same policy, the same bytes."""
        out = create_string_buffer(_ENCODED_MAX)
        size = lib.cpupolicy_encode(out, _ENCODED_MAX, self._data)
        return out.raw[:size]

    def to_json(self) -> str:
        """The library's own text form."""
        name = self.name.encode() if self.name else None
        return _abi.take_text(lib.cpupolicy_policy_to_json(self._data, name))

    def __repr__(self) -> str:
        name = f"{self.name!r}, " if self.name else ""
        return (f"<Policy {name}{self.vendor}, "
                f"{sum(1 for _ in self.features())} features>")


def baseline(hosts: Iterable[Policy]) -> tuple[Policy, Findings]:
    """The best that all these can honour, and what each of them costs."""
    out, state = Policy(), _abi.Baseline()

    def run(sink: Any) -> int:
        lib.cpupolicy_baseline_begin(byref(state), sink, None)
        for number, host in enumerate(hosts):
            check_status(lib.cpupolicy_baseline_add(byref(state), host._data),
                         host.name or f"host {number}")
        return int(lib.cpupolicy_baseline_finish(out._data, byref(state)))

    status, findings = listen(run)
    check_status(status)
    return out, findings


def check(guest: Policy, host: Policy) -> Result:
    """Can this guest run there, and if not, exactly why?"""
    return guest.check(host)


def check_clock(guest_khz: int, host_khz: int, scales: bool = False) -> bool:
    """Does the guest's time-stamp counter go on at the same pace?"""
    return lib.cpupolicy_check_clock(byref(_abi.Clock(guest_khz, False)),
                                     byref(_abi.Clock(host_khz, scales)))


def mode_features(name: str, vendor: str) -> list[str] | None:
    """The literal list of a mode for a vendor; None where there is none."""
    probe, index = Policy(), 0
    text = vendor.encode()
    part = [int.from_bytes(text[i:i + 4], "little") for i in (0, 4, 8)]
    probe.set_row(Row(0, 0, 0, part[0], part[2], part[1]))
    wanted = lib.cpupolicy_policy_vendor(probe._data)
    while mode := lib.cpupolicy_mode_at(index):
        row = mode.contents
        index += 1
        if row.name.decode() == name and row.vendor == wanted:
            names, nr = [], 0
            while row.hide[nr]:
                names.append(row.hide[nr].decode())
                nr += 1
            return names
    return None
