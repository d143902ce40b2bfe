# SPDX-License-Identifier: MIT
"""What kinds of guest require: a distribution, Windows, a database."""
from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_uint32
from dataclasses import dataclass
from typing import Any

from ._abi import lib
from .errors import Error, Status
from .fields import Field, field_of
from .policy import Policy


@dataclass(frozen=True)
class Profile:
    """One kind of guest: constant, as long as the library."""

    name: str
    title: str
    source: str

    def __str__(self) -> str:
        return self.name

    @property
    def _pointer(self) -> Any:
        return lib.cpupolicy_profile_find(self.name.encode())

    def lacks(self, policy: Policy) -> list[Field]:
        """What such a guest needs and the policy has not; empty: all is there.
        """
        at, pointer, found = c_uint32(0), self._pointer, []
        while field := field_of(lib.cpupolicy_profile_lacks(
                policy._data, pointer, byref(at))):
            found.append(field)
        return found

    def policy(self) -> Policy:
        """All that it needs, as a policy without a vendor: to ask with."""
        return Policy._filled(lib.cpupolicy_profile_policy, self._pointer,
                              self.name)


def _profile_of(pointer: Any) -> Profile | None:
    if not pointer:
        return None
    row = pointer.contents
    return Profile(row.name.decode(), row.title.decode(), row.source.decode())


def profiles() -> Iterator[Profile]:
    """All kinds of guest the library knows."""
    index = 0
    while profile := _profile_of(lib.cpupolicy_profile_at(index)):
        yield profile
        index += 1


def find_profile(name: str) -> Profile:
    """The profile of that name; raises Error (UNKNOWN)."""
    profile = _profile_of(lib.cpupolicy_profile_find(name.encode()))
    if profile is None:
        raise Error(Status.UNKNOWN, f"unknown profile '{name}'")
    return profile
