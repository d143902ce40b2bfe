#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Count tests one by one.

usage: tally.py collect BUILD TESTLOG    what one build's tests said, a result a line
       tally.py report RESULTS...        failures, skips, and the sums

TESTLOG is meson's testlog.json. A result is STATUS, NAME, TEXT, separated by
tabs: pass or fail or skip, what was tested, and why it was skipped. A test
program speaks as cmocka does or as TAP does; one that says nothing of the kind
counts as one test.
"""

import json
import re
import sys

CMOCKA = re.compile(r"\[\s+(RUN|OK|FAILED|SKIPPED|ERROR)\s+\] (\S.*)")
TAP = re.compile(r"(not )?ok\b\s*\d*\s*(?:- )?(.*)")
PLAN = re.compile(r"1\.\.(\d+)")
SKIP = re.compile(r"\s*# skip:?\s*", re.IGNORECASE)
GOOD = re.compile(r"ok\b|\[ +(RUN|OK) +\]|1\.\.\d+$")
SKIPPED_BY_EXIT = 77
SHOWN = 60  # lines of a failed program


class Program:
    """The results of one test program, read from what it printed."""

    def __init__(self, name):
        self.name = name
        self.results = []
        self.running = None
        self.said = []
        self.planned = None

    def add(self, status, what, text=""):
        name = f"{self.name}: {what}" if what else self.name
        self.results.append((status, name, text))
        self.running = None
        self.said = []

    def line(self, line):
        cmocka = CMOCKA.match(line)
        tap = TAP.match(line)
        plan = PLAN.fullmatch(line)
        if cmocka and cmocka[1] == "RUN":
            self.running = cmocka[2]
            self.said = []
        elif cmocka and cmocka[2] == self.running:
            if cmocka[1] == "SKIPPED":
                self.add("skip", cmocka[2], " ".join(self.said))
            else:
                self.add("pass" if cmocka[1] == "OK" else "fail", cmocka[2])
        elif tap:
            what, *reason = SKIP.split(tap[2], maxsplit=1)
            if reason:
                self.add("skip", what, reason[0])
            else:
                self.add("fail" if tap[1] else "pass", what)
        elif plan:
            self.planned = int(plan[1])
        else:
            self.said.append(line.strip())

    def end(self, code, result):
        """A program that dies is a failure, whatever it said before."""
        failed = result not in ("OK", "SKIP", "EXPECTEDFAIL")
        if self.running:
            self.add("fail", self.running)
        if self.planned not in (None, len(self.results)):
            self.add("fail", f"{len(self.results)} results of {self.planned}")
        if code == SKIPPED_BY_EXIT:
            self.add("skip", "", " ".join(self.said))
        elif failed and all(status != "fail" for status, _, _ in self.results):
            self.add("fail", f"{result.lower()}, exit status {code}")
        elif not self.results:
            self.add("pass", "")


def collect(build, testlog):
    with open(testlog, encoding="utf-8", errors="replace") as log:
        for entry in map(json.loads, log):
            name = entry["name"].partition(":")[2] or entry["name"]
            program = Program(f"{build}: {name.replace(' / ', '/')}")
            for line in entry.get("stdout", "").splitlines():
                program.line(line)
            program.end(entry["returncode"], entry["result"])
            for result in program.results:
                print("\t".join(text.replace("\t", " ") for text in result))
            if any(status == "fail" for status, _, _ in program.results):
                show(program.name, entry)


def show(name, entry):
    """All that a failed program said, but for the good news."""
    said = entry.get("stdout", "") + entry.get("stderr", "")
    print(f"--- {name}", file=sys.stderr)
    lines = [line for line in said.splitlines() if not GOOD.match(line)]
    for line in lines[:SHOWN]:
        print(f"    {line}", file=sys.stderr)
    if len(lines) > SHOWN:
        print(f"    and {len(lines) - SHOWN} lines more", file=sys.stderr)


def report(paths):
    results = []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                results.append((line.rstrip("\n").split("\t") + ["", ""])[:3])
    skips = {}
    for status, name, text in results:
        if status == "fail":
            print(f"FAILED {name}")
        if status == "skip":
            build, _, what = name.partition(": ")
            skips.setdefault((what, text), []).append(build)
    for (what, text), builds in skips.items():
        print(f"skipped {what} ({', '.join(builds)}): {text or 'no reason given'}")
    passed, failed = (sum(status == which for status, _, _ in results)
                      for which in ("pass", "fail"))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "collect":
        collect(*arguments[1:])
        return 0
    if len(arguments) >= 2 and arguments[0] == "report":
        return report(arguments[1:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
