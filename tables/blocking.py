# SPDX-License-Identifier: MIT
"""Read tables/blocking.csv, refuse what is wrong, and turn the rest into C.

gen.py calls emit() with everything else that was read. What C gets is flat:
for each feature everything whose absence keeps a guest from using it.
"""
import table

BY = ["none", "cr0", "cr4", "xcr0", "msr", "control"]


class Rule:
    """One row."""

    def __init__(self, row, tables):
        self.row = row
        self.by = row.one_of("by", BY)
        self.vendors = row.mask_of("vendors", table.VENDORS)
        self.done = row.mask_of("done", table.HYPERVISORS)
        self.features = [feature(row, tables, "features", word)
                         for word in row.words("features")]
        shared = [feature(row, tables, "shared", word)
                  for word in row.words("shared")]
        if len(shared) > 1:
            row.refuse("shared: at most one feature")
        self.shared = shared[0] if shared else None
        for column in ("features", "detail", "source"):
            if not row[column]:
                row.refuse(f"{column}: missing")
        if not self.by and (self.shared or self.done):
            row.refuse("by: what nothing blocks nobody blocks")


def feature(row, tables, column, word):
    found = tables.names.get(word)
    if found is None or found.name != word or not found.bit or \
            found.word is None:
        row.refuse(f"{column}: '{word}' is no feature's name")
    return found


def read(tables):
    rules = [Rule(row, tables) for row in
             table.read(tables.directory, "blocking.csv")]
    taken = {}
    for rule in rules:
        for field in rule.features:
            for other in taken.setdefault(field.name, []):
                if not rule.vendors or not other.vendors or \
                        rule.vendors & other.vendors:
                    rule.row.refuse(f"features: {field.name} is at "
                                    f"{other.row.place}, too")
            taken[field.name].append(rule)
    return rules, taken


def over(field, tables):
    """The field and everything that it cannot be used without."""
    found, open_ = [], [field]
    while open_:
        one = open_.pop(0)
        if one not in found:
            found.append(one)
            gate = [one.gate] if one.gate else []
            open_ += [tables.names[name] for name in one.needs + gate]
    return found


def is_instruction(field):
    return field.effect == "ud" and field.bit and field.word is not None \
        and field.expose in ("offer", "accept")


def complete(field, own):
    """On every maker's CPUs something is said of an instruction."""
    for number, vendor in enumerate(table.VENDORS):
        bit = 1 << number
        if vendor and (not field.vendors or field.vendors & bit) and \
                not any(not rule.vendors or rule.vendors & bit
                        for _, _, rule in own):
            field.row.refuse(f"blocking.csv does not say what blocks "
                             f"{field.name} on {vendor}")


def pairs(tables, rules, taken):
    """(feature, what blocks it by its absence, rule), nearest first."""
    made = []
    for field in tables.fields:
        if not is_instruction(field) and field.name not in taken:
            continue
        own = [(field, via, rule) for via in over(field, tables)
               for rule in taken.get(via.name, [])
               if rule.by or via is field]
        if is_instruction(field):
            complete(field, own)
        made += own
    return made


def emit(tables, text, hexa, none):
    """The generated files: name -> (source table, lines)."""
    rules, taken = read(tables)
    index = {rule: number for number, rule in enumerate(rules)}
    return {
        "blocking.inc": ("blocking.csv", [
            f"BLOCKING({rule.by}, {hexa(rule.vendors)}, {hexa(rule.done)}, "
            f"{rule.shared.index if rule.shared else hexa(none)},\n\t"
            f"{text(rule.row['detail'])},\n\t{text(rule.row['source'])})"
            for rule in rules]),
        "blocked.inc": ("blocking.csv and fields.csv", [
            f"BLOCKED({field.index}, {via.index}, {index[rule]})"
            for field, via, rule in pairs(tables, rules, taken)]),
    }
