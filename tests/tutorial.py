#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Type what docs/tutorial.md says, and compare what comes with the page.

In a block ```console a line that begins with "$ " is typed, one that begins with
"> " continues it, all else is what both streams print. A line "..." stands for
any number of lines. All blocks are typed into one shell.

usage: tutorial.py [--update]

--update writes what really came into the page, where it differs.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import tap  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "tutorial.md")
TOOL = os.path.abspath(os.environ.get("CPUPOLICY", "build/cpupolicy"))
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)
MARK = "=== end of command"


class Step:
    """One command and what the page says that it prints."""

    def __init__(self, line):
        self.typed, self.lines, self.expected = line[2:], [line], []

    def matches(self, printed):
        pattern = "".join(r"(?:[^\n]*\n)*" if line == "..."
                          else re.escape(line) + "\n"
                          for line in self.expected)
        return re.fullmatch(pattern, printed) is not None


def steps_of(block):
    steps = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line))
        elif not steps:
            raise ValueError(f"no command before this: {line}")
        elif line.startswith("> ") and not steps[-1].expected:
            steps[-1].typed += "\n" + line[2:]
            steps[-1].lines.append(line)
        else:
            steps[-1].expected.append(line)
    return steps


def read_page():
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def type_all(steps):
    """What each step prints, in a folder that looks like the source tree's."""
    script = "".join(f"{step.typed}\nprintf '%s\\n' '{MARK}'\n"
                     for step in steps)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(ROOT, "examples"),
                   os.path.join(folder, "examples"))
        os.mkdir(os.path.join(folder, "build"))
        os.symlink(TOOL, os.path.join(folder, "build", "cpupolicy"))
        done = subprocess.run(["sh"], input=script, cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, LC_ALL="C.UTF-8"),
                              timeout=300, check=False)
    return done.stdout.split(MARK + "\n")[:-1]


def update():
    page = read_page()
    steps = [step for block in BLOCK.findall(page) for step in steps_of(block)]
    printed = iter(type_all(steps))

    def rewrite(match):
        lines = []
        for step in steps_of(match.group(1)):
            came = next(printed)
            lines += step.lines
            lines += (step.expected if step.matches(came)
                      else came.splitlines())
        return "```console\n" + "\n".join(lines) + "\n```\n"

    page = BLOCK.sub(rewrite, page)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


class Tutorial(unittest.TestCase):
    def test_every_command_prints_what_the_page_says(self):
        steps = [step for block in BLOCK.findall(read_page())
                 for step in steps_of(block)]
        printed = type_all(steps)
        self.assertEqual(len(printed), len(steps), "the shell ended early")
        for step, came in zip(steps, printed):
            with self.subTest(typed=step.typed):
                self.assertTrue(step.matches(came), "\n".join(
                    ["the page says:", *step.expected, "what came:", came,
                     "tests/tutorial.py --update rewrites the page"]))

    def test_the_page_shows_every_main_command(self):
        typed = [step.typed for block in BLOCK.findall(read_page())
                 for step in steps_of(block)]
        for command in ("show", "check", "matrix", "baseline", "mask", "diff",
                        "lint", "explain", "record", "convert"):
            self.assertTrue(any(f"cpupolicy {command} " in line
                                for line in typed), command)

    def test_nothing_is_typed_outside_of_tested_blocks(self):
        rest = BLOCK.sub("", read_page())
        self.assertNotRegex(rest, r"(?m)^\s*\$ |^```(sh|shell|bash)")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        tap.main()
