#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make the manual pages that tables/ says everything about.

	man.py fields|findings|models VERSION OUT [DEPFILE]

Writes a page of section 7 to OUT, and to DEPFILE, as make has it, what the page
was made from.
"""
import os
import sys

import models
import table

TITLES = {
    "fields": "fields of CPUID and feature MSRs, and the rule of each",
    "findings": "what the tools report, what it means and what to do",
    "models": "CPU generations and ABI levels as policies",
}
SPACES = {
    "cpu": "CPUID",
    "msr": "FEATURE MSRS",
    "kvm": "CPUID OF KVM",
    "hyperv": "CPUID OF HYPER-V",
    "xen": "CPUID OF XEN",
    "vmware": "CPUID OF VMWARE",
}
VENDORS = {"": "ANY CPU", "intel": "INTEL", "amd": "AMD", "hygon": "HYGON",
           "zhaoxin": "ZHAOXIN"}

LEGEND = [("How a pool levels it", [
    ("and", "the pool has it where every host has it"),
    ("or", "the pool has it where one host has it: limitations, and buffers "
           "that an instruction clears"),
    ("min", "the smallest number of all hosts"),
    ("same", "must be the same on all hosts; where it is not, its gate falls"),
    ("donor", "taken from the host with the lowest family, model and stepping"),
    ("derive", "computed from other fields"),
    ("zero", "in no policy"),
]), ("How a check compares it", [
    ("subset", "a guest that has it needs a host that has it"),
    ("superset", "a guest without it needs a host without it"),
    ("atmost", "the guest's number must not be larger than the host's"),
    ("equal", "guest and host must agree"),
    ("none", "it is not compared"),
]), ("How bad it is where they do not fit", [
    ("block", "the guest would fault, hang or corrupt state"),
    ("security", "a mitigation is lost or not applied"),
    ("hint", "slower, never wrong"),
    ("note", "good to know"),
]), ("Which guests get it", [
    ("offer", "new guests too"),
    ("accept", "only guests that have it already"),
    ("never", "none"),
    ("vcpu", "it belongs to one virtual CPU: topology"),
    ("runtime", "it follows what the guest does"),
])]


def esc(text):
    """Text as roff takes it: no line begins with a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = text.replace("~", "\\(ti").replace("^", "\\(ha")
    return "\\&" + text if text[:1] in (".", "'") else text


def sentence(text):
    """Summaries are clauses in the tables."""
    text = text[:1].upper() + text[1:] if text[:2].islower() else text
    return esc(text if text[-1:] in (".", "?", "!") else text + ".")


def entry(names, *lines):
    """A name, its other names, and what there is to say."""
    head = f".B {esc(names[0])}"
    if names[1:]:
        head = f".BR {esc(names[0])} \" (" + esc(", ".join(names[1:])) + ")\""
    out = [".TP", head]
    for number, line in enumerate(filter(None, lines)):
        out += [".br", line] if number else [line]
    return out


def address(field, indexed):
    """As the tools print it: 7.0:ebx[5], msr.10a[0]"""
    space = table.SPACES[field.space]
    high, low = field.high, field.low
    place = f"{field.leaf:x}" if space == "cpu" else f"{space}.{field.leaf:x}"
    if space == "msr":
        if field.register == 3:
            high, low = high + 32, low + 32
    else:
        if indexed:
            place += f".{field.subleaf:x}"
        place += ":" + ("eax", "ebx", "ecx", "edx")[field.register]
    return f"{place}[{high}]" if high == low else f"{place}[{high}:{low}]"


def fields_page(tables):
    indexed = {leaf.key: leaf.indexed for leaf in tables.leaves}
    out = [".SH DESCRIPTION",
           "A policy is made of these.",
           "Behind the name of each are its other names; then what it is, and "
           "where; how a pool levels it, how a check compares it, how bad a "
           "difference is, which guests get it; and what happens to a guest "
           "that moves all the same.",
           ".BR cpupolicy\\-explain (1)",
           "says all this of one of them, with its source."]
    for title, words in LEGEND:
        out.append(f".SS {title}")
        for word, meaning in words:
            out += entry([word], sentence(meaning))
    space = None
    for field in tables.fields:
        if table.SPACES[field.space] != space:
            space = table.SPACES[field.space]
            out.append(f".SH {SPACES[space]}")
        rule = [field.level, field.rule, field.grade, field.expose]
        needs = " ".join(field.needs)
        more = [f"needs {needs}" if needs else "",
                f"gate {field.gate}" if field.gate else "",
                f"group {field.group}" if field.group else "",
                f"only {field.row['vendors']}" if field.vendors else "",
                tables.effects.get(field.effect, "")]
        out += entry([field.name] + field.aliases,
                     sentence(field.row["summary"]),
                     esc(address(field, indexed[field.key[:3]]) + "; "
                         + " ".join(filter(None, rule))
                         + "".join("; " + m for m in more if m)))
    return out


def findings_page(tables):
    out = [".SH DESCRIPTION",
           "A finding is one difference or one change.",
           "Its code means the same thing for ever.",
           "Those without a grade have that of the field they are about;",
           ".BR cpupolicy\\-fields (7)",
           "explains grades.",
           ".SH FINDINGS"]
    for row in tables.findings:
        effect = tables.effects.get(tables.finding_effects.get(row["name"]),
                                    "")
        out += entry(
            [f"F{int(row['code']):03}", row["name"].lower().replace("_", "-")],
            sentence(row["summary"]),
            sentence(row["remedy"]) if row["remedy"] else "",
            esc("; ".join(filter(None, [
                f"grade {row['grade']}" if row["grade"] else "",
                effect,
                f"no longer reported since table {row['until']}"
                if row["until"] else ""]))))
    return out


def models_page(tables):
    out = [".SH DESCRIPTION",
           "A model is a named policy: what all CPUs of a generation share, "
           "or an ABI level.",
           "Where a command takes a policy,",
           ".BI @ NAME",
           "stands for one.",
           "Each is the difference from its base;",
           ".B cpupolicy models",
           "shows which is below which, and",
           ".BR cpupolicy\\-explain (1)",
           "all features of one."]
    vendor = None
    for model in models.by_age(tables.models):
        words = model.words
        if words["vendor"] != vendor:
            vendor = words["vendor"]
            out.append(f".SH {VENDORS[vendor]}")
        numbers = ", ".join(f"{field.name} {value}"
                            for field, value in model.numbers)
        out += entry(
            [model.name] + model.aliases,
            sentence(": ".join(filter(None, [
                ", ".join(filter(None, [words["title"], words["year"]])),
                words["summary"]]))),
            esc(f"base {model.base.name}" if model.base else ""),
            esc("plus " + " ".join(f.name for f in model.plus)
                if model.plus else ""),
            esc("less " + " ".join(f.name for f in model.minus)
                if model.minus else ""),
            esc("with " + numbers if numbers else ""),
            esc("source: " + words["source"]))
    return out


def page(name, version):
    tables = table.Tables()
    tables.models = models.read(table.HERE, tables)
    body = {"fields": fields_page, "findings": findings_page,
            "models": models_page}[name](tables)
    head = ['.\\" SPDX-License-Identifier: MIT',
            '.\\" Generated by tables/man.py. Do not edit.',
            f'.TH CPUPOLICY\\-{name.upper()} 7 "" "cpupolicy {version}" '
            '"cpupolicy"',
            ".SH NAME",
            f"cpupolicy\\-{name} \\- {esc(TITLES[name])}"]
    others = [f".BR cpupolicy\\-{other} (7)," for other in TITLES
              if other != name]
    tail = [".SH SEE ALSO", ".BR cpupolicy (1),",
            ".BR cpupolicy\\-explain (1),"] + others
    tail[-1] = tail[-1].rstrip(",")
    return "\n".join(head + body + tail) + "\n"


def sources():
    """Every file that a page may come from."""
    folder = os.path.join(table.HERE, "models")
    return [os.path.join(table.HERE, name) for name in table.COLUMNS] + [
        os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def main(arguments):
    if len(arguments) not in (3, 4) or arguments[0] not in TITLES:
        sys.exit(__doc__)
    name, version, out = arguments[:3]
    try:
        text = page(name, version)
    except table.Refused as refused:
        sys.exit(f"tables/{refused}")
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)
    if arguments[3:]:
        with open(arguments[3], "w", encoding="utf-8") as file:
            file.write(out + ": " + " ".join(sources()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
