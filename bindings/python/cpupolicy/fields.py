# SPDX-License-Identifier: MIT
"""Fields and features, by name and by address."""
from __future__ import annotations

import enum
from collections.abc import Iterator
from ctypes import addressof, byref, c_uint64, create_string_buffer
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import _abi
from ._abi import lib
from .errors import Error, Status, check_status


class Grade(enum.IntEnum):
    """How bad a difference is, worst last."""

    NONE = 0
    NOTE = 1
    HINT = 2
    SECURITY = 3
    BLOCK = 4


class Level(enum.IntEnum):
    """How a field of two hosts combines."""

    ZERO = 0
    AND = 1
    OR = 2
    MIN = 3
    DONOR = 4
    DERIVE = 5
    SAME = 6


class Rule(enum.IntEnum):
    """How a guest's field is checked against a host's."""

    NONE = 0
    SUBSET = 1
    SUPERSET = 2
    ATMOST = 3
    EQUAL = 4


class Expose(enum.IntEnum):
    """What hosts do with a field."""

    OFFER = 0
    ACCEPT = 1
    NEVER = 2
    VCPU = 3
    RUNTIME = 4


def address_text(address: _abi.Address) -> str:
    """An address as people write it: 7.0:ebx[5]."""
    out = create_string_buffer(48)
    return lib.cpupolicy_address_text(out, byref(address)).decode()


@dataclass(frozen=True)
class Field:
    """One row of the table of fields: constant, as long as the library."""

    name: str
    address: str
    summary: str
    source: str
    aliases: tuple[str, ...]
    needs: tuple[str, ...]
    gate: str
    group: str
    level: Level
    rule: Rule
    grade: Grade
    expose: Expose
    feature: int  # its number, where it is one bit; else 0
    index: int

    def __str__(self) -> str:
        return self.name

    @property
    def pointer(self) -> Any:
        """The row in the library."""
        return lib.cpupolicy_field_at(self.index)


@lru_cache(maxsize=None)
def _field_at(index: int) -> Field:
    pointer = lib.cpupolicy_field_at(index)
    row = pointer.contents

    def words(text: bytes) -> tuple[str, ...]:
        return tuple(text.decode().split())

    return Field(row.name.decode(), address_text(row.at),
                 row.summary.decode(), row.source.decode(),
                 words(row.aliases), words(row.needs), row.gate.decode(),
                 row.group.decode(), Level(row.level), Rule(row.rule),
                 Grade(row.grade), Expose(row.expose),
                 lib.cpupolicy_field_feature(pointer), index)


@lru_cache(maxsize=None)
def _index_by_address() -> dict[int, int]:
    # Names are no key: two vendors may have a field of one name.
    return {addressof(lib.cpupolicy_field_at(i).contents): i
            for i in range(lib.cpupolicy_field_count())}


def field_of(pointer: Any) -> Field | None:
    """A field the library points to; None for NULL."""
    if not pointer:
        return None
    return _field_at(_index_by_address()[addressof(pointer.contents)])


def fields() -> Iterator[Field]:
    """All fields, in table order."""
    return map(_field_at, range(lib.cpupolicy_field_count()))


def find_field(name: str) -> Field:
    """The field of that name or alias.

    Raises Error (UNKNOWN), with the nearest name there is.
    """
    text = name.encode()
    found = field_of(lib.cpupolicy_field_find(text, len(text)))
    if found is None:
        raise _unknown(name)
    return found


def parse_feature(name: str) -> int:
    """The number of a feature: a name, an alias or an address.

    Raises Error: UNKNOWN, or RANGE for a field of several bits.
    """
    out = c_uint64()
    text = name.encode()
    status = lib.cpupolicy_feature_parse(byref(out), text, len(text))
    if status == Status.UNKNOWN:
        raise _unknown(name)
    check_status(status, name)
    return out.value


def feature_address(feature: int) -> str:
    """The address a feature's number stands for, as text."""
    return address_text(lib.cpupolicy_feature_address(feature))


def feature_place(feature: int) -> tuple[int, int, int, int, int]:
    """The same as numbers: space, leaf, sub-leaf, register, bit."""
    at = lib.cpupolicy_feature_address(feature)
    return at.space, at.leaf, at.subleaf, at.reg, at.low


def _unknown(name: str) -> Error:
    near = lib.cpupolicy_field_nearest(name.encode())
    hint = f", did you mean '{near.decode()}'?" if near else ""
    return Error(Status.UNKNOWN, f"unknown feature '{name}'{hint}")
