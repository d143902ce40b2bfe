# SPDX-License-Identifier: MIT
"""What can go wrong, as exceptions."""
from __future__ import annotations

import enum

from ._abi import Error as _Error
from ._abi import lib


class Status(enum.IntEnum):
    """enum cpupolicy_status: numbers never change."""

    INVALID = -1
    NO_SLOT = -2
    UNKNOWN = -3
    RANGE = -4
    VENDOR = -5
    HYPERVISOR = -6
    DIFFERS = -7
    LIMITATION = -8
    MODE_VENDOR = -9
    NOT_QUALIFIED = -10
    EMPTY = -11
    SPACE = -12
    MAGIC = -13
    TRUNCATED = -14
    CHECKSUM = -15
    VERSION = -16
    ORDER = -17
    SECTION = -18
    TRAILING = -19
    DERIVED = -20
    EXCEEDS = -21
    IO = -32
    SYNTAX = -33
    MEANING = -34
    MEMORY = -35
    UNSUPPORTED = -36


class Error(Exception):
    """An operation failed; @status says how, str() why and where."""

    def __init__(self, status: int, text: str = "", line: int = 0,
                 column: int = 0) -> None:
        super().__init__(text or lib.cpupolicy_strerror(status).decode())
        try:
            self.status: int = Status(status)
        except ValueError:  # of a newer library
            self.status = status
        self.line = line
        self.column = column


def check_status(status: int, about: str = "") -> int:
    """Pass on 0 and counts, raise what is negative."""
    if status >= 0:
        return status
    text = lib.cpupolicy_strerror(status).decode()
    raise Error(status, f"{about}: {text}" if about else "")


def raise_error(error: _Error) -> None:
    """Raise what the hosted library filled in."""
    raise Error(error.status, error.text.decode(errors="replace"), error.line,
                error.column)
