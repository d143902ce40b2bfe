#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make libcpupolicy(3): what functions there are, from the headers' comments.

	man.py PAGE.in VERSION OUT DEPFILE

The whole reference is Doxygen's: scripts/api-reference.
"""
import os
import re
import sys

import filter as headers  # of this folder

INCLUDE = os.path.join(headers.ROOT, "include")


def included():
    """The headers of the core as cpupolicy.h includes them, then the others."""
    folder = os.path.join(INCLUDE, "cpupolicy")
    with open(os.path.join(INCLUDE, "cpupolicy.h"), encoding="utf-8") as file:
        first = re.findall(r"#include <cpupolicy/(\w+\.h)>", file.read())
    rest = sorted(name for name in os.listdir(folder) if name.endswith(".h")
                  and name not in first and name != "env.h")
    return ["cpupolicy.h"] + ["cpupolicy/" + name for name in first + rest]


def esc(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("@", "")
    return "\\&" + text if text[:1] in (".", "'") else text


def briefs(text):
    """(names, what they do) of every function that has a comment."""
    code = headers.COMMENT.sub("", text)
    for comment in headers.COMMENT.findall(text):
        if not comment.startswith("/**"):
            continue
        lines = [re.sub(r"^\s*\* ?", "", line).strip()
                 for line in comment.strip("/*").strip().split("\n")]
        first = []
        for line in lines:
            if not line or line.startswith("@"):
                break
            first.append(line)
        names, _, brief = " ".join(first).partition(" - ")
        if re.fullmatch(r"cpupolicy_\w+(, cpupolicy_\w+)*", names) and \
                names.split(", ")[0] + "(" in code:
            yield names.split(", "), brief


def functions(name, text):
    """One section: a header and its functions."""
    title = re.search(r"/\*\n \* [\w.]+ - (.*?)\n \*(?:\n|/)", text, re.S)
    title = " ".join(title[1].replace("*", " ").split())
    title = title.removesuffix(" Hosted library.")
    out = [".SS " + esc(name), esc(title[:1].upper() + title[1:])]
    for names, brief in briefs(text):
        out += [".TP", ".BR " + ' "(), " '.join(names) + " ()", esc(brief)]
    return out


def main(arguments):
    if len(arguments) != 4:
        sys.exit(__doc__)
    source, version, target, depfile = arguments
    made, read = [], [os.path.abspath(source)]
    for name in included():
        read.append(os.path.join(INCLUDE, name))
        with open(read[-1], encoding="utf-8") as file:
            made += functions(name, file.read())
    with open(source, encoding="utf-8") as file:
        page = file.read().replace("@VERSION@", version)
    page = page.replace('.\\" @FUNCTIONS@', "\n".join(made))
    with open(target, "w", encoding="utf-8") as file:
        file.write(page)
    with open(depfile, "w", encoding="utf-8") as file:
        file.write(target + ": " + " ".join(read) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
