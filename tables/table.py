# SPDX-License-Identifier: MIT
"""Read tables/*.csv, and refuse what is wrong.

Every refusal names file and line. gen.py turns what this module returns
into C.
"""
import csv
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))

SPACES = ["cpu", "msr", "kvm", "hyperv", "xen", "vmware"]
REGISTERS = {"eax": 0, "ebx": 1, "ecx": 2, "edx": 3, "lo": 0, "hi": 3}
LEVELS = ["zero", "and", "or", "min", "donor", "derive", "same"]
RULES = ["none", "subset", "superset", "atmost", "equal"]
GRADES = ["", "note", "hint", "security", "block"]
EXPOSES = ["offer", "accept", "never", "vcpu", "runtime"]
VENDORS = ["", "intel", "amd", "hygon", "zhaoxin"]  # "" is no word
HYPERVISORS = ["none", "kvm", "xen", "hyperv", "vmware"]
KINDS = ["zero", "feature", "field", "donor"]
FATES = ["slot", "vcpu", "runtime", "clock", "private", "host", "limit"]

COLUMNS = {
    "fields.csv": "space name leaf subleaf register bits level check grade "
                  "expose vendors needs group gate unless effect since aliases "
                  "source summary",
    "leaves.csv": "space leaf subleaf slot eax ebx ecx edx gate vendors source "
                  "summary",
    "findings.csv": "code name grade since until summary remedy",
    "effects.csv": "name findings summary",
    "lint.csv": "name check finding grade about when must vendors breaks "
                "source",
    "profiles.csv": "name title needs source",
    "blocking.csv": "features vendors by detail shared done source",
    "drift.csv": "name lost gained by summary source",
    "names.csv": "field linux qemu libvirt xen libcpuid",
    "labels.csv": "field trait nfd hidden",
    "values.csv": "field vendors values source",
    "hypervisor_versions.csv": "hypervisor version source",
    "hypervisors.csv": "hypervisor action set field value vendors when from to "
                       "source summary",
    "xen_words.csv": "word space leaf subleaf register",
    "xl.csv": "name space leaf subleaf register bits",
}


class Refused(Exception):
    """What is wrong, with its place."""


class Row(dict):
    """One line of a table: cells by column, and where it stands."""

    def __init__(self, place, cells):
        super().__init__(cells)
        self.place = place

    def refuse(self, text):
        raise Refused(f"{self.place}: {text}")

    def words(self, column):
        return self[column].split()

    def one_of(self, column, allowed):
        if self[column] not in allowed:
            self.refuse(f"{column}: '{self[column]}' is not one of: "
                        + " ".join(a or "(empty)" for a in allowed))
        return allowed.index(self[column])

    def number(self, column, base=10):
        try:
            return int(self[column], base)
        except ValueError:
            self.refuse(f"{column}: '{self[column]}' is not a number")

    def mask_of(self, column, allowed):
        mask = 0
        for word in self.words(column):
            if word not in allowed:
                self.refuse(f"{column}: '{word}' is not one of: "
                            + " ".join(allowed))
            mask |= 1 << allowed.index(word)
        return mask


def read(directory, name):
    """All rows of one file."""
    path = os.path.join(directory, name)
    columns = COLUMNS[name].split()
    rows, header = [], None
    with open(path, encoding="utf-8", newline="") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            place = f"{name}:{number}"
            cells = [c.strip() for c in
                     next(csv.reader([line.strip()], skipinitialspace=True))]
            if header is None:
                header = cells
                if header != columns:
                    raise Refused(f"{place}: the columns must be: "
                                  + ", ".join(columns))
                continue
            if len(cells) != len(columns):
                raise Refused(f"{place}: {len(cells)} columns instead of "
                              f"{len(columns)}")
            rows.append(Row(place, zip(columns, cells)))
    if header is None:
        raise Refused(f"{name}: no line names the columns")
    return rows


def span(row, column):
    """'3', '0-7' or '-' as (first, last)."""
    text = row[column]
    if text == "-":
        return 0, 0
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if not match:
        row.refuse(f"{column}: '{text}' is no number and no range")
    first = int(match[1])
    last = int(match[2] or first)
    if last < first or last > 63:
        row.refuse(f"{column}: '{text}' is no range within 0-63")
    return first, last


class Leaf:
    """One leaf and sub-leaf of leaves.csv."""

    def __init__(self, row, subleaf):
        self.row = row
        self.space = row.one_of("space", SPACES)
        self.leaf = row.number("leaf", 16)
        self.subleaf = subleaf
        self.indexed = row["subleaf"] != "-"
        self.slot = row["slot"] == "yes"
        self.fate = 0 if self.slot else FATES.index(row["slot"])
        self.gate = row["gate"]
        self.vendors = row.mask_of("vendors", VENDORS)
        registers = ["eax", "edx"] if self.space == 1 else list(REGISTERS)[:4]
        self.kinds = {}
        for register in registers:
            if self.slot:
                kind = KINDS[row.one_of(register, KINDS)]
            else:
                kind = "zero"
            self.kinds[REGISTERS[register]] = kind
        self.key = (self.space, self.leaf, self.subleaf)
        self.words = {}


def read_leaves(directory):
    leaves, last = [], None
    for row in read(directory, "leaves.csv"):
        if row["slot"] != "yes" and row["slot"] not in FATES[1:]:
            row.refuse(f"slot: '{row['slot']}' is not one of: yes "
                       + " ".join(FATES[1:]))
        if not row["source"]:
            row.refuse("source: missing")
        first, end = span(row, "subleaf")
        for subleaf in range(first, end + 1):
            leaf = Leaf(row, subleaf)
            if last is not None and leaf.key <= last:
                row.refuse("not sorted by space, leaf, sub-leaf (or twice)")
            last = leaf.key
            leaves.append(leaf)
            if leaf.gate and "donor" in leaf.kinds.values():
                row.refuse("gate: a leaf with donor registers cannot have one")
    return leaves


class Immunity:
    """One part of an unless: a feature, or one that is there and another
    one that is not: taa_no/-rtm."""

    def __init__(self, row, word):
        self.word = word
        self.there, slash, self.absent = word.partition("/-")
        self.names = [self.there] + ([self.absent] if slash else [])
        if "/" in self.there or slash and not self.absent:
            row.refuse(f"unless: '{word}' is neither FEATURE nor "
                       "FEATURE/-FEATURE")


class Field:
    """One field; a row for a range of sub-leaves makes several."""

    def __init__(self, row, subleaf):
        self.row = row
        self.space = row.one_of("space", SPACES)
        self.leaf = row.number("leaf", 16)
        self.subleaf = subleaf
        self.name = row["name"].replace("{n}", str(subleaf))
        if row["register"] not in REGISTERS or (
                (row["register"] in ("lo", "hi")) != (self.space == 1)):
            row.refuse(f"register: '{row['register']}' is not one of: "
                       + ("lo hi" if self.space == 1 else "eax ebx ecx edx"))
        self.register = REGISTERS[row["register"]]
        match = re.fullmatch(r"(\d+)(?::(\d+))?", row["bits"])
        if not match:
            row.refuse(f"bits: '{row['bits']}' is neither a bit nor high:low")
        self.high = int(match[1])
        self.low = int(match[2] or match[1])
        if not 0 <= self.low <= self.high <= 31:
            row.refuse(f"bits: '{row['bits']}' is not within 31:0")
        self.mask = ((1 << (self.high - self.low + 1)) - 1) << self.low
        self.level = LEVELS[row.one_of("level", LEVELS)]
        self.rule = RULES[row.one_of("check", RULES)]
        self.grade = GRADES[row.one_of("grade", GRADES)]
        self.expose = EXPOSES[row.one_of("expose", EXPOSES)]
        self.vendors = row.mask_of("vendors", VENDORS)
        self.needs = row.words("needs")
        self.group = row["group"]
        self.gate = row["gate"]
        self.unless = [Immunity(row, word) for word in row.words("unless")]
        self.effect = row["effect"]
        self.since = row.number("since") if row["since"] else 1
        self.aliases = row.words("aliases")
        self.key = (self.space, self.leaf, self.subleaf, self.register,
                    self.low)
        self.word = None
        self.index = None

    @property
    def bit(self):
        return self.high == self.low

    @property
    def flags(self):
        """Bits that level one by one, even if the row names many."""
        return self.level in ("and", "or")

    @property
    def number(self):
        return self.level in ("min", "same")


def fold(name):
    return name.replace("-", "_").replace(".", "_")


def check_rules(field, effects):
    """A rule that contradicts itself is refused."""
    row = field.row
    if not row["source"]:
        row.refuse("source: missing")
    if not row["summary"]:
        row.refuse("summary: missing")
    if not re.fullmatch(r"[a-z0-9_]+", field.name):
        row.refuse(f"name: '{field.name}': only lower case, digits and _")
    if field.level in ("zero", "derive", "donor") and field.rule != "none":
        row.refuse(f"a field of level {field.level} is never checked")
    if field.level == "min" and field.rule not in ("atmost", "none"):
        row.refuse("a field of level min is checked by atmost")
    if field.level == "same" and field.rule != "equal":
        row.refuse("a field of level same is checked by equal")
    if field.level in ("and", "or") and field.rule == "atmost":
        row.refuse("atmost is for numbers (level min)")
    if field.level == "and" and field.rule == "superset":
        row.refuse("superset goes with level or")
    if field.level == "or" and field.rule == "subset":
        row.refuse("subset goes with level and")
    if (field.rule == "none") != (field.grade == ""):
        row.refuse("a grade goes with a check, and a check with a grade")
    if field.grade == "block" and field.rule == "equal" \
            and field.level != "same":
        row.refuse("equal of grade block needs level same")
    if (field.rule == "none") != (field.effect == ""):
        row.refuse("an effect goes with a check, and a check with an effect")
    if field.effect and field.effect not in effects:
        row.refuse(f"effect: '{field.effect}' is not in effects.csv")
    if field.expose in ("vcpu", "runtime") and field.level not in ("zero",):
        row.refuse(f"expose {field.expose} goes with level zero")
    if field.group and not (field.bit and field.level == "and"):
        row.refuse("a group is of features (one bit, level and)")
    if field.unless and field.rule == "none":
        row.refuse("unless is for what is checked")


def read_fields(directory, leaves, effects):
    """All fields, resolved and verified."""
    fields, last, names, taken = [], None, {}, {}
    by_leaf = {leaf.key: leaf for leaf in leaves}
    for row in read(directory, "fields.csv"):
        first, end = span(row, "subleaf")
        if "{n}" in row["name"] and first == end or \
                "{n}" not in row["name"] and first != end:
            row.refuse("a range of sub-leaves and {n} in the name go together")
        made = [Field(row, subleaf) for subleaf in range(first, end + 1)]
        if last is not None and made[0].key < last:
            row.refuse("not sorted by space, leaf, sub-leaf, register, bit")
        last = made[0].key
        fields += made
    fields.sort(key=lambda f: (f.key, f.vendors))
    for field in fields:
        check_rules(field, effects)
        for name in [field.name] + field.aliases:
            name = fold(name)
            if name in names and names[name].key != field.key:
                field.row.refuse(f"name '{name}' is taken at "
                                 f"{names[name].row.place}")
            names.setdefault(name, field)
        for bit in range(field.low, field.high + 1):
            for other in taken.setdefault(field.key[:4] + (bit,), []):
                if not field.vendors or not other.vendors or \
                        field.vendors & other.vendors:
                    field.row.refuse(f"bit {bit} already taken at "
                                     f"{other.row.place}")
            taken[field.key[:4] + (bit,)].append(field)
        leaf = by_leaf.get(field.key[:3])
        if leaf is None:
            field.row.refuse("leaves.csv has no such leaf and sub-leaf")
        if not leaf.slot and field.level != "zero" and \
                field.expose not in ("never",):
            field.row.refuse(f"its leaf has no slot ({leaf.row['slot']})")
        kind = leaf.kinds[field.register]
        if leaf.slot and kind == "zero" and field.level != "zero":
            field.row.refuse(f"{leaf.row.place} says the register is zero")
        if leaf.slot and kind == "donor" and field.level not in (
                "donor", "zero"):
            field.row.refuse(f"{leaf.row.place} says the register is donor")
    resolve(fields, names)
    return fields, names


def resolve(fields, names):
    """Needs, gates and unless exist; needs have no cycle."""
    for field in fields:
        for column, words in (("needs", field.needs), ("gate", [field.gate]),
                              ("unless", [name for immunity in field.unless
                                          for name in immunity.names])):
            for word in filter(None, words):
                target = names.get(fold(word))
                if target is None:
                    field.row.refuse(f"{column}: '{word}' is not defined")
                if target.name != word:
                    field.row.refuse(f"{column}: '{word}' is an alias of "
                                     f"'{target.name}'")
                if column != "unless" and target.level == "or":
                    field.row.refuse(f"{column}: '{word}' levels by or: a "
                                     "baseline could not stay closed")
                if column == "needs" and not target.bit:
                    field.row.refuse(f"needs: '{word}' is no feature")
        if field.needs and not (field.bit and field.level == "and"):
            field.row.refuse("needs are for features (one bit, level and)")
    state = {}

    def visit(field, path):
        if state.get(field.name) == 2:
            return
        if state.get(field.name) == 1:
            field.row.refuse("needs go in a circle: " + " ".join(path))
        state[field.name] = 1
        for word in field.needs:
            visit(names[word], path + [word])
        state[field.name] = 2

    for field in fields:
        visit(field, [field.name])


def place_words(leaves, fields):
    """Give every register of every slot its word in a policy."""
    slots = [leaf for leaf in leaves if leaf.slot and leaf.space != 1]
    # the CPU's own leaves first, then the paravirtual sections
    slots.sort(key=lambda leaf: leaf.key)
    for number, leaf in enumerate(slots):
        leaf.number = number
        for register in leaf.kinds:
            leaf.words[register] = number * 4 + register
    msrs = [leaf for leaf in leaves if leaf.slot and leaf.space == 1]
    base = len(slots) * 4
    for number, leaf in enumerate(msrs):
        leaf.number = number
        leaf.words = {0: base + number * 2, 3: base + number * 2 + 1}
    by_leaf = {leaf.key: leaf for leaf in leaves}
    for index, field in enumerate(fields):
        field.index = index
        field.word = by_leaf[field.key[:3]].words.get(field.register)
    return slots, msrs, base + len(msrs) * 2


def read_values(directory, names):
    rows = []
    for row in read(directory, "values.csv"):
        if row["field"] not in names:
            row.refuse(f"'{row['field']}' is no field's name")
        row.field = names[row["field"]]
        if not row.field.number:
            row.refuse(f"'{row['field']}' is not a number")
        try:
            row.values_ = sorted(int(v, 0) for v in row.words("values"))
        except ValueError:
            row.refuse("values: numbers separated by blanks")
        row.vendors = row.mask_of("vendors", VENDORS)
        if not row["source"]:
            row.refuse("source: missing")
        rows.append(row)
    return rows


def unique(rows, column):
    """The rows, none of which may have another's word in @column."""
    seen = set()
    for row in rows:
        if row[column] in seen:
            row.refuse(f"{column} {row[column]} is taken")
        seen.add(row[column])
    return rows


def read_finding_effects(directory, known):
    """Which effect a finding has whatever the field."""
    effects = {}
    for row in read(directory, "effects.csv"):
        for name in row.words("findings"):
            if name not in known or name in effects:
                row.refuse(f"findings: '{name}' is not in findings.csv, or "
                           "has an effect already")
            effects[name] = row["name"]
    return effects


class Tables:
    """Everything, read and verified."""

    def __init__(self, directory=HERE):
        self.directory = directory
        self.effects = {row["name"]: row["summary"] for row in
                        unique(read(directory, "effects.csv"), "name")}
        self.leaves = read_leaves(directory)
        self.fields, self.names = read_fields(directory, self.leaves,
                                              self.effects)
        self.slots, self.msrs, self.words = place_words(self.leaves,
                                                        self.fields)
        self.findings = unique(unique(read(directory, "findings.csv"),
                                      "code"), "name")
        for row in self.findings:
            row.number("code")
            row.one_of("grade", GRADES)
        self.finding_effects = read_finding_effects(
            directory, {row["name"] for row in self.findings})
        self.values = read_values(directory, self.names)
