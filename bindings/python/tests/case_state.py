# SPDX-License-Identifier: MIT
"""What one case has made so far: machines, policies, findings."""
from __future__ import annotations

import os
import pathlib
from collections.abc import Callable

import cpupolicy as cp

ROOT = pathlib.Path(os.environ.get("CPUPOLICY_SOURCE_ROOT") or
                    pathlib.Path(__file__).resolve().parents[3])
REGISTERS = {"eax": 0, "ebx": 1, "ecx": 2, "edx": 3}


class Broken(Exception):
    """A line that cannot be understood: the case ends."""


def number(text: str) -> int:
    """Decimal, or hexadecimal after 0x."""
    try:
        return int(text, 16 if text.startswith("0x") else 10)
    except ValueError:
        raise Broken(f"expected a number, not '{text}'") from None


def place(text: str) -> tuple[int, int]:
    """LEAF[.SUBLEAF]"""
    leaf, _, subleaf = text.partition(".")
    return int(leaf, 16), int(subleaf or "0", 16)


def vendor_row(vendor: str, highest: int = 0) -> cp.Row:
    """Leaf 0 of a vendor."""
    if len(vendor) != 12:
        raise Broken("a vendor has 12 characters")
    part = [int.from_bytes(vendor[i:i + 4].encode(), "little")
            for i in (0, 4, 8)]
    return cp.Row(0, 0, highest, part[0], part[2], part[1])


class Cpu:
    """One logical CPU of a machine: what it answers."""

    def __init__(self, other: Cpu | None = None) -> None:
        self.rows: dict[tuple[int, int], list[int]] = {
            k: list(v) for k, v in other.rows.items()} if other else {}
        self.msrs: dict[int, int] = dict(other.msrs) if other else {}

    def store(self, address: str, value: int) -> None:
        """Store a value at an address such as 7.0:ebx[5] or msr.10a[33]."""
        where, _, bits = address.rstrip("]").partition("[")
        high, _, low = bits.partition(":")
        shift = int(low or high)
        mask = (1 << (int(high) - shift + 1)) - 1
        if value > mask:
            raise cp.Error(cp.Status.RANGE)
        if where.startswith("msr."):
            index = int(where[4:], 16)
            old = self.msrs.get(index, 0)
            self.msrs[index] = old & ~(mask << shift) | value << shift
            return
        leaf, _, register = where.partition(":")
        if leaf.split(".")[0] in ("kvm", "hyperv", "xen", "vmware"):
            raise Broken("use 'row' for paravirtual leaves")
        row = self.rows.setdefault(place(leaf), [0, 0, 0, 0])
        at = REGISTERS[register]
        row[at] = row[at] & ~(mask << shift) | value << shift


class Machine:
    """CPUs as a recorder would find them."""

    def __init__(self, cpus: list[Cpu]) -> None:
        self.cpus = cpus

    def record(self) -> cp.Record:
        """All its CPUs, as a recorder would have written them."""
        return cp.Record.of_cpus(
            ([cp.Row(*at, *out) for at, out in cpu.rows.items()], cpu.msrs)
            for cpu in self.cpus)


def read_record(name: str) -> cp.Record:
    """A recorded machine of the source tree."""
    document = cp.read(ROOT / name)
    if not isinstance(document, cp.Record):
        raise Broken(f"{name}: not a record")
    return document


class State:
    """Everything one case has made so far."""

    def __init__(self) -> None:
        self.machines: dict[str, Machine] = {}
        self.policies: dict[str, cp.Policy] = {}
        self.changes: Machine | cp.Policy | None = None
        self.found: cp.Findings = cp.Findings()
        self.trouble: list[str] = []
        self.where = ""

    def complain(self, text: str) -> None:
        """An expectation is not met."""
        self.trouble.append(f"# {self.where}: {text}")

    def policy(self, name: str) -> cp.Policy:
        """A policy by name."""
        if name not in self.policies:
            raise Broken(f"there is no policy '{name}' yet")
        return self.policies[name]

    def keep(self, name: str, policy: cp.Policy) -> None:
        """Give a policy a name; later lines change it."""
        self.policies[name] = policy
        self.changes = policy

    def work(self, words: list[str]) -> None:
        """One line, less its blanks and comment."""
        name, rest = words[0], words[1:]
        if name == "why":
            return
        if name == "fails":
            self.fails(rest[0], rest[1:])
            return
        if name not in COMMANDS:
            raise Broken(f"unknown word '{name}'")
        COMMANDS[name](self, *rest)

    def fails(self, status: str, words: list[str]) -> None:
        """The rest of the line must fail so."""
        expected = cp.Status[status.removeprefix("E_")]
        try:
            self.work(words)
        except cp.Error as error:
            if error.status != expected:
                self.complain(f"expected {status}, got: {error}")
            return
        self.complain(f"expected {status}, but it worked")


COMMANDS: dict[str, Callable[..., None]] = {}


def command(name: str) -> Callable[[Callable[..., None]],
                                   Callable[..., None]]:
    """What runs lines that begin with this word."""
    def note(function: Callable[..., None]) -> Callable[..., None]:
        COMMANDS[name] = function
        return function
    return note
