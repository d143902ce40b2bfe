#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turn the comments of a header, in the form of Linux' kernel-doc, into Doxygen's.

	filter.py HEADER

Doxygen calls this for every header. Lines stay where they are, but for the list
of findings, so that a warning names the right one.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tables"))
import table  # noqa: E402

COMMENT = re.compile(r"/\*.*?\*/", re.S)
# The first line of a comment: "cpupolicy_a, cpupolicy_b - what they do"
HEAD = re.compile(r"(?:(?:struct|enum|union) )?([A-Za-z_][\w.]*(?:, \w+)*) - ")
ARGUMENT = re.compile(r"@(\w+(?:, @\w+)*): ")
NAMED = re.compile(r"CPUPOLICY_API[^;(]*?\b(cpupolicy_\w+)\(")
FINDINGS = re.compile(r"#define CPUPOLICY_FINDING\(.*?#undef CPUPOLICY_FINDING",
                      re.S)


# "uint32_t eax, ebx; /**< out */" and "uint32_t leaf;" in a structure
SEVERAL = re.compile(r"^(\t+[\w ]+? )(\**\w[\w\[\]]*(?:, \**\w[\w\[\]]*)+);"
                     r"([ \t]*/\*\*<.*?\*/)?", re.M | re.S)
NOTHING = " /**< &nbsp; */"
MEMBER = re.compile(r"^\t+[\w *]+[ *]\w+(?:\[\w*\])*;$")


def marked(text):
    """@name in a sentence, unless it begins an argument; #if is no link."""
    return re.sub(r"@(\w+)", r"@p \1", text).replace("#", r"\#")


def line_of(text, first):
    """One line of a comment, less its star."""
    match = ARGUMENT.match(text)
    if match:
        names = match[1].replace("@", "").replace(" ", "")
        return f"@param {names} " + marked(text[match.end():])
    if re.match(r"Returns? ", text):
        return "@return " + marked(text.partition(" ")[2])
    head = first and HEAD.match(text)
    if head:
        return "@brief " + marked(text[head.end():])
    return marked(text)


def documentation(comment, command=""):
    """A comment of a declaration, or with @file of the header itself."""
    out, begun = [], False
    for line in comment.strip("/*").split("\n"):
        text = re.sub(r"^\s*\* ?", "", line).rstrip()
        first = not begun and bool(text.strip())
        begun = begun or first
        out.append(line_of(text.lstrip(" "), first))
    return f"/** {command}" + "\n * ".join(out) + " */"


def also(comment):
    """Further functions that a comment is for: "cpupolicy_a, cpupolicy_b - "."""
    head = HEAD.match(" ".join(comment[3:].replace("*", " ").split()))
    return head[1].split(", ")[1:] if head else []


def of_member(text, start, comment):
    """A comment within braces: for what is before it on its line, or after."""
    before = text[text.rfind("\n", 0, start) + 1:start]
    inner = marked(re.sub(r"\n\s*\*", "\n", comment[2:-2]))
    return ("/**<" if before.strip() else "/**") + inner + "*/"


def findings():
    """The list that an include makes, with what each means."""
    rows = table.read(os.path.join(ROOT, "tables"), "findings.csv")
    return "\n".join(f"CPUPOLICY_F_{row['name']} = {row['code']}, "
                     f"/**< F{int(row['code']):03}: {row['summary']} */"
                     for row in rows)


def depth(text):
    """Open braces, comments aside; those of extern "C" do not count."""
    code = COMMENT.sub("", text)
    return code.count("{") - code.count("}")


def one_each(match):
    """A comment behind several members is for all of them."""
    kind, names, comment = match[1], match[2].split(", "), match[3] or NOTHING
    short = " ".join(comment.split())
    return "".join(f"{kind}{name}; {short} " for name in names[:-1]) + \
        f"{kind}{names[-1]};{comment}"


def bare_members(text):
    """A member whose name says all has no comment: give it an empty one."""
    lines, opened, above = [], "", False
    for line in SEVERAL.sub(one_each, text).split("\n"):
        if MEMBER.match(line) and not above:
            line += NOTHING
        opened = (re.findall(r"/\*+<?", line) or [opened])[-1]
        above = line.endswith("*/") and opened == "/**"
        lines.append(line)
    return "\n".join(lines)


def translate(text):
    """A whole header."""
    out, end, shared, seen_file = [], 0, {}, False
    for match in COMMENT.finditer(text):
        comment = match[0]
        out.append(again(text[end:match.start()], shared))
        end = match.end()
        if comment.startswith("/**"):
            shared.update(dict.fromkeys(also(comment), documentation(comment)))
            comment = documentation(comment)
        elif depth(text[:match.start()]) > 0:
            comment = of_member(text, match.start(), comment)
        elif not seen_file and re.match(r"/\*\n \* [\w.]+\.h - ", comment):
            seen_file = True
            comment = documentation(comment, "@file")
        out.append(comment)
    out.append(again(text[end:], shared))
    return FINDINGS.sub(lambda _: findings(), bare_members("".join(out)))


def again(code, shared):
    """Put the comment that functions share before each of them."""
    def put(match):
        words = code[match.start():code.index(";", match.start())]
        comment = shared.pop(match[1], "").split("\n")
        return "\n".join(
            line for line in comment
            if "@param" not in line or re.search(
                r"\b%s\b" % line.split("@param ")[1].split()[0], words)
        ) + match[0]
    return NAMED.sub(put, code) if shared else code


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        sys.stdout.write(translate(header.read()))


if __name__ == "__main__":
    main()
