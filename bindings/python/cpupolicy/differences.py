# SPDX-License-Identifier: MIT
"""In what two policies differ, field by field; nothing is judged here."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _abi
from ._abi import lib
from .fields import Field, address_text, field_of
from .policy import Policy


@dataclass(frozen=True)
class Difference:
    """One field, or one bit without a name, and its two values."""

    address: str
    field: Field | None  # None: no name
    a: int
    b: int


def _collect(walk: Callable[[Any], None]) -> list[Difference]:
    found: list[Difference] = []

    @_abi.EACH
    def each(_arg: Any, difference: Any) -> None:
        row = difference.contents
        found.append(Difference(address_text(row.at), field_of(row.field),
                                row.a, row.b))

    walk(each)
    return found


def differences(a: Policy, b: Policy) -> list[Difference]:
    """All fields and all bits without a name in which two policies differ."""
    return _collect(lambda each: lib.cpupolicy_differences(
        a._data, b._data, each, None))


def gained(a: Policy, b: Policy) -> list[Difference]:
    """Those of which b has more: bits that are set, numbers above."""
    return _collect(lambda each: lib.cpupolicy_gained(
        a._data, b._data, each, None))


def contents(policy: Policy) -> list[Difference]:
    """Every field and bit that is not zero; its value is b."""
    return _collect(lambda each: lib.cpupolicy_policy_contents(
        policy._data, each, None))
