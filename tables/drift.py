# SPDX-License-Identifier: MIT
"""Read tables/drift.csv, refuse what is wrong, and turn the rest into C.

gen.py calls emit() with everything else that was read.
"""
import table

AGENTS = ["microcode", "kernel", "tool", "firmware", "hypervisor"]


def feature(row, tables, column):
    """The name of a feature, which must be one; may be empty."""
    word = row[column]
    if not word:
        return word
    found = tables.names.get(word)
    if found is None or found.name != word or not found.bit or \
            found.space != 0:
        row.refuse(f"{column}: '{word}' is no name of a CPUID bit")
    return word


def emit(tables, text):
    """The generated file: path -> (source table, lines)."""
    lines = []
    for row in table.unique(table.read(tables.directory, "drift.csv"),
                            "name"):
        by = row.mask_of("by", AGENTS)
        lost, gained = (feature(row, tables, c) for c in ("lost", "gained"))
        if not lost and not gained:
            row.refuse("lost: neither this nor gained")
        for column in ("by", "summary", "source"):
            if not row[column]:
                row.refuse(f"{column}: missing")
        lines.append(f"CAUSE({text(row['name'])}, {text(lost)}, "
                     f"{text(gained)}, 0x{by:02x},\n\t"
                     f"{text(row['summary'])},\n\t{text(row['source'])})")
    return {"src/host/gen/drift.inc": ("drift.csv", lines)}
