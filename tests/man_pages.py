#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Manual pages say everything, and are free of warnings, as TAP.

usage: man_pages.py CPUPOLICY PAGE...

The pages that are made from tables/ are compared with what the tool says, which
is compiled from them in another way.
"""
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True

import tap  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL, PAGES = sys.argv[1], sys.argv[2:]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def page(name):
    """Its text; what roff escapes is plain again."""
    path = next(p for p in PAGES if os.path.basename(p) == name)
    return re.sub(r"\\([-~^]|\(ti|\(ha|&|e)",
                  lambda m: {"(ti": "~", "(ha": "^", "&": "", "e": "\\"}.get(
                      m[1], m[1]), read(path))


def entries(text):
    """name -> what follows, for every .TP; twice the same name: both."""
    found = {}
    for part in text.split("\n.TP\n")[1:]:
        head, _, body = part.partition("\n")
        name = head.split()[1]
        body = re.split(r"\n\.S[HS]", body)[0]
        found[name] = found.get(name, "") + head + "\n" + body + "\n"
    return found


def inc(name, pattern):
    return re.findall(pattern, read(os.path.join(ROOT, "src/core/gen", name)),
                      re.M)


class Pages(unittest.TestCase):
    def test_every_field_has_its_entry(self):
        found = entries(page("cpupolicy-fields.7"))
        names = set(inc("fields.inc", r'^FIELD\("(\w+)"'))
        self.assertGreater(len(names), 1000)
        self.assertEqual(names - set(found), set())

    def test_a_field_is_where_the_tool_says(self):
        found = entries(page("cpupolicy-fields.7"))
        names = sorted(set(inc("fields.inc", r'^FIELD\("(\w+)"')))
        said = subprocess.run([TOOL, "explain", *names], check=True,
                              capture_output=True, text=True).stdout
        heads = re.findall(r"^(\w+)  (\S+\])  (.*)", said, re.M)
        self.assertEqual(len(heads), len(names))
        for name, address, summary in heads:
            body = found[name].lower()
            self.assertIn(f"\n{address}; ", body, name)
            self.assertIn(summary.rstrip(".").lower(), body, name)

    def test_the_rule_of_a_field_is_said(self):
        found = entries(page("cpupolicy-fields.7"))
        self.assertIn("7.0:ebx[5]; and subset block offer; needs avx; code "
                      "that uses it gets #UD", found["avx2"])
        self.assertIn("msr.10a[0]; and subset security", found["rdctl_no"])

    def test_every_finding_has_its_entry(self):
        found = entries(page("cpupolicy-findings.7"))
        rows = inc("findings.inc", r'^FINDING\((\d+), \d, "([\w-]+)"')
        self.assertEqual(set(found), {f"F{int(c):03}" for c, _ in rows})
        said = subprocess.run(
            [TOOL, "explain", *(f"F{int(c):03}" for c, _ in rows)],
            check=True, capture_output=True, text=True).stdout
        for part in re.split(r"\n(?=F\d{3}  )", said):
            code, name = part.split("\n")[0].split()
            self.assertIn(f"({name})", found[code])
            for label in ("meaning", "remedy"):
                for text in re.findall(rf"^  {label} +(.*)", part, re.M):
                    self.assertIn(text, found[code])

    def test_every_model_has_its_entry(self):
        found = entries(page("cpupolicy-models.7"))
        rows = inc("models.inc", r'^MODEL\("([\w.-]+)", "\d+", "([^"]*)"')
        self.assertEqual(set(found), {name for name, _ in rows})
        said = subprocess.run(
            [TOOL, "explain", *("@" + name for name, _ in rows)],
            check=True, capture_output=True, text=True).stdout
        for part in re.split(r"\n(?=@)", said):
            name = part.split()[0].removeprefix("@")
            lines = re.sub(r"\n {8,}", " ", part)
            for plus in re.findall(r"^  plus +(.*)", lines, re.M):
                own = re.search(r"^plus (.*)", found[name], re.M)
                self.assertEqual(sorted(own[1].split()), sorted(plus.split()),
                                 name)

    def test_every_function_has_its_entry(self):
        text = page("libcpupolicy.3")
        for folder in ("include", "include/cpupolicy"):
            for name in os.listdir(os.path.join(ROOT, folder)):
                if not name.endswith(".h"):
                    continue
                for function in re.findall(
                        r"^CPUPOLICY_API[^;(]*?\b(cpupolicy_\w+)\(",
                        read(os.path.join(ROOT, folder, name)), re.M):
                    self.assertRegex(text, rf"\n\.BR .*\b{function}\b")

    @unittest.skipUnless(shutil.which("man"), "no man")
    def test_man_warns_of_nothing(self):
        for path in PAGES:
            said = subprocess.run(
                ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                 path], capture_output=True, text=True,
                env=dict(os.environ, MANWIDTH="80", LC_ALL="C.UTF-8"))
            self.assertEqual((said.returncode, said.stderr), (0, ""), path)

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc")
    def test_mandoc_warns_of_nothing(self):
        """But of the date, which no page of ours has."""
        for path in PAGES:
            said = subprocess.run(
                ["mandoc", "-T", "lint", "-W", "warning", path],
                capture_output=True, text=True).stdout.splitlines()
            self.assertEqual([line for line in said
                              if "missing date" not in line], [])


if __name__ == "__main__":
    tap.main()
