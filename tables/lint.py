# SPDX-License-Identifier: MIT
"""Read tables/lint.csv, refuse what is wrong, and turn the rest into C.

gen.py calls emit() with everything else that was read.
"""
import re

import table

CHECKS = ["must", "need", "group", "gate", "code"]
OPERATORS = ["=", "!=", "<", "<=", ">", ">="]
CONDITION = re.compile(r"(!?)([a-z0-9_]+?)(?:(<=|>=|!=|=|<|>)(\w+))?")


class Rule:
    """One row: conditions are (field, operator, other is a field, value)."""

    def __init__(self, row, tables):
        self.row = row
        self.tables = tables
        self.check = row.one_of("check", CHECKS)
        self.kind = row["check"]
        self.grade = row.one_of("grade", table.GRADES)
        self.vendors = row.mask_of("vendors", table.VENDORS)
        self.check_words()
        self.about = [self.field("about", w) for w in row.words("about")]
        self.when = [self.condition("when", w) for w in row.words("when")]
        if self.kind == "group":
            self.must = self.members()
        else:
            self.must = [self.condition("must", w)
                         for w in row.words("must")]

    def check_words(self):
        row = self.row
        if not re.fullmatch(r"[a-z0-9_]+", row["name"]):
            row.refuse(f"name: '{row['name']}': only lower case, digits "
                       "and _")
        if not row["grade"]:
            row.refuse("grade: missing")
        for column in ("breaks", "source"):
            if not row[column]:
                row.refuse(f"{column}: missing")
        codes = {f["name"]: f for f in self.tables.findings}
        if row["finding"] not in codes:
            row.refuse(f"finding: '{row['finding']}' is not in findings.csv")
        self.code = codes[row["finding"]].number("code")
        if self.kind == "must" and not row["must"]:
            row.refuse("must: missing")
        if self.kind == "code" and row["must"]:
            row.refuse("must: a check written in C has none")
        if self.kind in ("need", "gate", "group") and row["when"]:
            row.refuse("when: rules about needs, gates and groups have none")

    def field(self, column, word):
        found = self.tables.names.get(word)
        if found is None or found.name != word:
            self.row.refuse(f"{column}: '{word}' is no field's name")
        if found.word is None:
            self.row.refuse(f"{column}: '{word}' has no slot")
        return found

    def condition(self, column, word):
        match = CONDITION.fullmatch(word)
        if not match or (match[1] and match[3]):
            self.row.refuse(f"{column}: '{word}' is not FIELD, !FIELD or "
                            "FIELD<NUMBER")
        field = self.field(column, match[2])
        if self.kind in ("need", "gate") and (match[1] or match[3]):
            self.row.refuse(f"{column}: '{word}': only names of fields")
        if not match[3]:
            return field, OPERATORS.index("=" if match[1] else "!="), 0, 0
        operator = OPERATORS.index(match[3])
        if match[4][0].isdigit():
            return field, operator, 0, int(match[4], 0)
        return field, operator, 1, self.field(column, match[4]).index

    def members(self):
        """The fields of the groups in `must`, each as a condition."""
        made = []
        for word in self.row.words("must"):
            fields = [f for f in self.tables.fields if f.group == word]
            if not fields:
                self.row.refuse(f"must: '{word}' is no group")
            made += [(f, OPERATORS.index("!="), 0, 0) for f in fields]
        return made


def read(tables):
    rules = [Rule(row, tables) for row in
             table.unique(table.read(tables.directory, "lint.csv"), "name")]
    for kind in ("need", "group", "gate"):
        of_kind = [r for r in rules if r.kind == kind]
        rest = [r for r in of_kind
                if not r.about and not r.must and not r.vendors]
        if rest != of_kind[-1:]:
            raise table.Refused(f"lint.csv: of the rules that check '{kind}' "
                                "the last, and only it, is about the rest")
    return rules


def emit(tables, text, hexa):
    """The generated files: name -> (source table, lines)."""
    rules = read(tables)
    lines, about, conditions = [], [], []
    for rule in rules:
        spans = []
        for into, items in ((about, rule.about), (conditions, rule.when),
                            (conditions, rule.must)):
            spans += [str(len(into)), str(len(items))]
            into += items
        lines.append(f"LINT({text(rule.row['name'])}, {rule.check}, "
                     f"{rule.code}, {rule.grade}, {hexa(rule.vendors)}, "
                     + ", ".join(spans) + ",\n     "
                     + text(rule.row["breaks"]) + ",\n     "
                     + text(rule.row["source"]) + ")")
    return {
        "lint.inc": ("lint.csv", lines),
        "lint_about.inc": ("lint.csv", [f"ABOUT({f.index})" for f in about]),
        "lint_conditions.inc": ("lint.csv", [
            f"CONDITION({f.index}, {operator}, {other}, {hexa(value)})"
            for f, operator, other, value in conditions]),
        "lint_names.inc": ("lint.csv", [
            f"LINT_NAME({r.row['name']}, {index})"
            for index, r in enumerate(rules) if r.kind == "code"]),
    }
