# SPDX-License-Identifier: MIT
"""Read tables/profiles.csv, refuse what is wrong, and turn the rest into C.

gen.py calls emit() with everything else that was read.
"""
import re

import table


def features(row, tables):
    """The fields a profile needs; @NAME stands for those of a model."""
    found = set()
    for word in row.words("needs"):
        model = tables.models.get(word[1:]) if word[0] == "@" else None
        if model:
            found |= model.has
        elif word in tables.names and tables.names[word].name == word and \
                tables.names[word].bit and tables.names[word].word is not None:
            found.add(word)
        else:
            row.refuse(f"needs: '{word}' is no feature's name and no model")
    return sorted(tables.names[name].index for name in found)


def read(tables):
    rows = table.unique(table.read(tables.directory, "profiles.csv"), "name")
    for row in rows:
        if not re.fullmatch(r"[a-z0-9_.-]+", row["name"]):
            row.refuse(f"name: '{row['name']}': only lower case, digits and "
                       "_ . -")
        for column in ("title", "needs", "source"):
            if not row[column]:
                row.refuse(f"{column}: missing")
        if row["name"] in tables.models and \
                row.words("needs") != ["@" + row["name"]]:
            row.refuse(f"needs: a model has this name; expected "
                       f"@{row['name']} alone")
    return rows


def emit(tables, text):
    """The generated files: name -> (source table, lines)."""
    lines, needs = [], []
    for row in read(tables):
        own = features(row, tables)
        lines.append(f"PROFILE({text(row['name'])}, {text(row['title'])},\n\t"
                     f"{text(row['source'])},\n\t{len(needs)}, {len(own)})")
        needs += own
    return {"profiles.inc": ("profiles.csv", lines),
            "profile_needs.inc": ("profiles.csv and models", [
                f"NEED({index})" for index in needs])}
