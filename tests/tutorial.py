#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Type what a page says, and compare what comes with the page.

In a block ```console a line that begins with "$ " is typed, one that begins with
"> " continues it, all else is what both streams print. A line "..." stands for
any number of lines. A block behind <!-- save as FILE --> is saved. All blocks
are typed into one shell.

usage: tutorial.py [--update] [PAGE]

--update writes what really came into the page, where it differs. The page is
docs/tutorial.md if none is named.
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
TUTORIAL = os.path.join(ROOT, "docs", "tutorial.md")
TOOL = os.path.abspath(os.environ.get("CPUPOLICY", "build/cpupolicy"))
BLOCK = re.compile(r"<!-- save as (\S+) -->\n```\w+\n(.*?)```\n"
                   r"|```console\n(.*?)```\n", re.S)
MARK = "=== end of command"
page_path = os.path.abspath(([a for a in sys.argv[1:] if a != "--update"]
                             or [TUTORIAL])[0])


class Step:
    """One command and what the page says that it prints."""

    def __init__(self, line):
        self.typed, self.lines, self.expected = line[2:], [line], []

    def matches(self, printed):
        pattern = "".join(r"(?:[^\n]*\n)*" if line == "..."
                          else re.escape(line) + "\n"
                          for line in self.expected)
        return re.fullmatch(pattern, printed) is not None


def save(name, text):
    """The step that saves a block."""
    step = Step(f"$ cat >{name} <<'{MARK}'")
    step.typed += f"\n{text}{MARK}"
    return step


def typed_steps(block):
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


def steps_of(match):
    name, text, block = match.groups()
    return [save(name, text)] if name else typed_steps(block)


def all_steps(page):
    return [step for match in BLOCK.finditer(page)
            for step in steps_of(match)]


def read_page():
    with open(page_path, encoding="utf-8") as file:
        return file.read()


def type_all(steps):
    """What each step prints, in a folder that looks like the source tree's."""
    script = "".join(f"{step.typed}\nprintf '%s\\n' '{MARK}'\n"
                     for step in steps)
    with tempfile.TemporaryDirectory() as folder:
        tree = os.path.join(folder, "libcpupolicy")
        os.mkdir(tree)
        for name in ("bindings", "examples", "include", "src", "vendors"):
            os.symlink(os.path.join(ROOT, name), os.path.join(tree, name))
        os.symlink(os.path.dirname(TOOL), os.path.join(tree, "build"))
        done = subprocess.run(["sh"], input=script, cwd=tree, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, LC_ALL="C.UTF-8"),
                              timeout=300, check=False)
    return done.stdout.split(MARK + "\n")[:-1]


def update():
    page = read_page()
    printed = iter(type_all(all_steps(page)))

    def rewrite(match):
        steps = steps_of(match)
        came = [next(printed) for _ in steps]
        if match.group(1):
            return match.group(0)
        lines = []
        for step, text in zip(steps, came):
            lines += step.lines
            lines += (step.expected if step.matches(text)
                      else text.splitlines())
        return "```console\n" + "\n".join(lines) + "\n```\n"

    page = BLOCK.sub(rewrite, page)
    with open(page_path, "w", encoding="utf-8") as file:
        file.write(page)


class Page(unittest.TestCase):
    def test_every_command_prints_what_the_page_says(self):
        steps = all_steps(read_page())
        self.assertTrue(steps)
        printed = type_all(steps)
        self.assertEqual(len(printed), len(steps), "the shell ended early")
        for step, came in zip(steps, printed):
            with self.subTest(typed=step.typed):
                self.assertTrue(step.matches(came), "\n".join(
                    ["the page says:", *step.expected, "what came:", came,
                     "tests/tutorial.py --update rewrites the page"]))


class Tutorial(unittest.TestCase):
    def test_the_page_shows_every_main_command(self):
        typed = [step.typed for step in all_steps(read_page())]
        for command in ("show", "check", "matrix", "baseline", "mask", "diff",
                        "lint", "explain", "record", "convert"):
            self.assertTrue(any(f"cpupolicy {command} " in line
                                for line in typed), command)

    def test_nothing_is_typed_outside_of_tested_blocks(self):
        rest = BLOCK.sub("", read_page())
        self.assertNotRegex(rest, r"(?m)^\s*\$ |^```(sh|shell|bash)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--update"]:
        update()
    else:
        sys.argv[1:] = []
        if page_path != TUTORIAL:
            del Tutorial
        tap.main()
