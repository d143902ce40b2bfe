# SPDX-License-Identifier: MIT
"""Read what hypervisors supply and withhold, and turn it into C.

gen.py calls emit() with everything else that was read.
"""
import re

import table

ANY = 0xffffffff  # the newest version, and any later one
LACKS = 0x8000  # with a field of `when`: the silicon must not have it


def version(row, column, empty):
    """'6.1' as the number that CPUPOLICY_HYPERVISOR_VERSION() makes."""
    text = row[column]
    if not text:
        return empty
    match = re.fullmatch(r"(\d{1,4})(?:\.(\d{1,4}))?", text)
    if not match:
        row.refuse(f"{column}: '{text}' is no version such as 6.1")
    return int(match[1]) << 16 | int(match[2] or 0)


def read_versions(directory):
    """The versions of each hypervisor that somebody looked up, in order."""
    versions = {}
    for row in table.read(directory, "hypervisor_versions.csv"):
        kind = row.one_of("hypervisor", table.HYPERVISORS)
        number = version(row, "version", None)
        if number is None:
            row.refuse("version: missing")
        if not row["source"]:
            row.refuse("source: missing")
        known = versions.setdefault(kind, [])
        if known and number <= known[-1]:
            row.refuse("versions must rise")
        known.append(number)
    return versions


def check_field(row, names):
    """The field that is supplied or withheld, and how much of it."""
    for word, name in [(row["field"], row["field"])] + [
            (word, word.removeprefix("!")) for word in row.words("when")]:
        if name not in names or names[name].name != name:
            row.refuse(f"'{word}' is no field's name")
    row.field = names[row["field"]]
    if row.field.word is None:
        row.refuse(f"'{row['field']}' has no slot")
    if row["action"] == "supply" and row.field.level in (
            "zero", "donor", "derive"):
        row.refuse(f"'{row['field']}' has level {row.field.level}")
    full = row.field.mask >> row.field.low
    if len(row.words("when")) > 3:
        row.refuse("when: at most three features")
    if row["value"] in ("", "all"):
        row.value = full
    else:
        row.value = row.number("value", 0)
        if not 0 <= row.value <= full:
            row.refuse(f"value: {row.value} does not fit the field")


def check_versions(row, versions):
    """A row counts from one version to another, both of which are known."""
    row.first = version(row, "from", 0)
    row.last = version(row, "to", ANY)
    known = versions.get(row.kind)
    if row.last < row.first:
        row.refuse(f"to: {row['to']} is before {row['from']}")
    if not known and (row["from"] or row["to"]):
        row.refuse("hypervisor_versions.csv knows no version of it")
    if known and row.last < known[0]:
        row.refuse(f"to: {row['to']} is before all known versions")


def read(directory, names, versions):
    rows = []
    for row in table.read(directory, "hypervisors.csv"):
        row.kind = row.one_of("hypervisor", table.HYPERVISORS)
        row.one_of("action", ["supply", "withhold"])
        row.set = row.one_of("set", ["offer", "accept"])
        check_field(row, names)
        check_versions(row, versions)
        row.vendors = row.mask_of("vendors", table.VENDORS)
        if not row["source"]:
            row.refuse("source: missing")
        rows.append(row)
    return rows


def condition(word, names):
    """What C compares: the field's index, and how it must be."""
    index = names[word.removeprefix("!")].index
    return str(index | LACKS if word.startswith("!") else index)


def emit(tables, hexa, none):
    """Generated files by name: their source and their lines."""
    versions = read_versions(tables.directory)
    names = tables.names
    rows = []
    for row in read(tables.directory, names, versions):
        when = [condition(word, names) for word in row.words("when")]
        rows.append(f"{row['action'].upper()}({row.kind}, {row.set}, "
                    f"{row.field.index}, {hexa(row.value)}, "
                    f"{hexa(row.vendors)}, "
                    + ", ".join(when + [hexa(none)] * (3 - len(when)))
                    + f", {hexa(row.first)}, {hexa(row.last)})")
    return {"hypervisors.inc": ("hypervisors.csv", rows),
            "hypervisor_versions.inc": ("hypervisor_versions.csv", [
                f"OLDEST({kind}, {hexa(known[0])})"
                for kind, known in sorted(versions.items())])}
