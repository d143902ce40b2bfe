#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Code on a page of docs/ is code of an example.

A block of C behind the line `<!-- from FILE -->` must be in FILE, line by line.
Every block of C in docs/ must have such a line. And a release has one version.
"""
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True

import tap  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r"(?:<!-- from (\S+) -->\n)?```c\n(.*?)```", re.S)


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Docs(unittest.TestCase):
    def test_code_on_pages_is_code_of_examples(self):
        found = 0
        for page in sorted(os.listdir(os.path.join(ROOT, "docs"))):
            if not page.endswith(".md"):
                continue
            for source, code in BLOCK.findall(read("docs", page)):
                found += 1
                self.assertTrue(source, f"{page}: where is this from?\n{code}")
                self.assertIn(code, read(source), page)
        self.assertGreater(found, 0)

    def test_code_in_the_readme_compiles(self):
        blocks = BLOCK.findall(read("README.md"))
        self.assertTrue(blocks)
        for _, code in blocks:
            done = subprocess.run(
                ["cc", "-std=c11", "-Wall", "-Wextra", "-Wconversion",
                 "-Werror", "-fsyntax-only", "-Iinclude", "-x", "c", "-"],
                input=code, text=True, capture_output=True, cwd=ROOT,
                check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_pages_link_to_files_that_exist(self):
        for page in sorted(os.listdir(os.path.join(ROOT, "docs"))):
            if not page.endswith(".md"):
                continue
            for link in re.findall(r"\]\((?!https?:|#)([^)#]+)",
                                   read("docs", page)):
                path = os.path.join(ROOT, "docs", link)
                self.assertTrue(os.path.exists(path), f"{page}: {link}")

    def test_every_place_has_the_version_of_the_release(self):
        version = re.search(r"^ *version: '(.*)',", read("meson.build"),
                            re.M)[1]
        places = {
            "CHANGELOG.md": rf"## \[{version}\] - \d{{4}}-\d\d-\d\d\n",
            "bindings/python/pyproject.toml": rf'\nversion = "{version}"\n',
            "bindings/rust/cpupolicy/Cargo.toml": rf'\nversion = "{version}"\n',
            "bindings/rust/cpupolicy-sys/Cargo.toml":
                rf'\nversion = "{version}"\n',
            "debian/changelog": rf"^libcpupolicy \({version}-\d+\)",
            "include/cpupolicy.h": "".join(
                rf"CPUPOLICY_VERSION_{part} {number}\n[^#]*" for part, number
                in zip(("MAJOR", "MINOR", "PATCH"), version.split("."))
            ).replace("[^#]*CPUPOLICY", "[^#]*#define CPUPOLICY"),
        }
        for name in os.listdir(os.path.join(ROOT, "docs/man")):
            if name.endswith(".1"):
                places["docs/man/" + name] = rf'\.TH .*"cpupolicy {version}"'
        for place, pattern in places.items():
            self.assertRegex(read(place), pattern, place)


if __name__ == "__main__":
    tap.main()
