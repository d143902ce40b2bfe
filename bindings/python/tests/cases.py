#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run tests/cases/*.case through the Python interface, as TAP.

usage: cases.py [FILE...]; without files, all of the source tree's.

The language is described in tests/cases/README.md; tests/cases.c runs the same
files through the C interface.
"""
from __future__ import annotations

import pathlib
import sys

import case_lines  # noqa: F401: it fills in the commands
import cpupolicy as cp
from case_state import ROOT, Broken, State


def words_of(line: str) -> list[str]:
    """The words of a line, up to one that begins a comment."""
    words = line.split()
    for at, word in enumerate(words):
        if word.startswith("#"):
            return words[:at]
    return words


def run_case(path: str, lines: list[tuple[int, str]]) -> list[str]:
    """Complaints of one case."""
    state = State()
    for at, line in lines:
        state.where = f"{path}:{at}"
        words = words_of(line)
        try:
            if words:
                state.work(words)
        except (Broken, cp.Error, KeyError, TypeError, ValueError) as error:
            state.complain(f"{words[0]}: {error!r}")
            break
    return state.trouble


def run_file(path: pathlib.Path, done: int) -> tuple[int, int]:
    """Run a file's cases; how many there were and how many failed."""
    prologue: list[tuple[int, str]] = []
    cases: list[tuple[str, list[tuple[int, str]]]] = []
    for at, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("case "):
            cases.append((line[5:], []))
        else:
            (cases[-1][1] if cases else prologue).append((at, line))
    failed = 0
    for name, lines in cases:
        done += 1
        trouble = run_case(str(path), prologue + lines)
        failed += bool(trouble)
        print("not ok" if trouble else "ok", done, "-", name)
        print("\n".join(trouble), end="\n" if trouble else "")
    return len(cases), failed


def main() -> int:
    """Run the files named, or all."""
    paths = [pathlib.Path(p) for p in sys.argv[1:]] or sorted(
        (ROOT / "tests/cases").glob("*.case"))
    total = failed = 0
    for path in paths:
        nr, bad = run_file(path, total)
        total += nr
        failed += bad
        if not nr:
            print(f"Bail out! {path}: no case in it")
            return 1
    print(f"1..{total}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
