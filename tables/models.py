# SPDX-License-Identifier: MIT
"""Read tables/models/*.model, refuse what is wrong, and turn the rest into C.

A model is a base and the difference from it. gen.py calls read() and emit().
"""
import os
import re

import table

ONCE = ["name", "version", "title", "year", "summary", "source", "vendor",
        "signature", "base"]
MUST = ["name", "version", "summary", "source"]
BRAND = 47  # characters of a brand string
ABI = ["x86-64-v1", "x86-64-v2", "x86-64-v3", "x86-64-v4"]
MINUS = 0x8000


def fold(name):
    """Look-ups take - for _ and know no capitals."""
    return name.lower().replace("_", "-")


class Model:
    """One file; `flags` and `numbers` are what it has, base included."""

    def __init__(self, folder, name):
        self.name = name
        self.place = f"models/{name}.model"
        self.words = dict.fromkeys(ONCE, "")
        self.aliases, self.base = [], None
        self.plus, self.minus, self.numbers, self.rows = [], [], [], []
        self.has, self.told = set(), set()
        path = os.path.join(folder, name + ".model")
        with open(path, encoding="utf-8") as lines:
            self.lines = [(number, line.split("#")[0].split()) for
                          number, line in enumerate(lines, 1)]

    def refuse(self, text):
        raise table.Refused(f"{self.place}: {text}")

    def head(self):
        """The lines that say something once; the others are left."""
        rest, file = [], self.place
        for number, words in self.lines:
            if not words:
                continue
            self.place = f"{file}:{number}"
            key, value = words[0], " ".join(words[1:])
            if key in ONCE:
                if self.words[key]:
                    self.refuse(f"{key} is said twice")
                self.words[key] = value
            elif key == "alias":
                self.aliases += words[1:]
            elif key in ("plus", "minus", "set", "row"):
                rest.append((self.place, key, words[1:]))
            else:
                self.refuse(f"unknown word '{key}'")
            self.check(key, value)
        self.place = file
        for key in MUST:
            if not self.words[key]:
                self.refuse(f"{key} is missing")
        self.lines = rest

    def check(self, key, value):
        if key == "name" and value != self.name:
            self.refuse(f"the file is called {self.name}")
        if key == "vendor" and value not in table.VENDORS[1:]:
            self.refuse(f"vendor: '{value}' is not one of: "
                        + " ".join(table.VENDORS[1:]))
        if key == "signature" and len(value) != 12:
            self.refuse(f"signature: '{value}' has not 12 characters")
        if key == "title" and len(value) > BRAND:
            self.refuse(f"title: more than {BRAND} characters")
        if key in ("year", "version") and not value.isdigit():
            self.refuse(f"{key}: '{value}' is not a number")
        if key == "version" and self.name not in ABI:
            match = re.search(r"-v(\d+)$", self.name)
            if value != (match[1] if match else "1"):
                self.refuse(f"version: '{value}', but the name is {self.name}")

    def field(self, names, word):
        field = names.get(word)
        if field is None or field.name != word:
            self.refuse(f"'{word}' is no field's name")
        if field.word is None:
            self.refuse(f"'{word}' has no slot")
        if field.level in ("zero", "derive"):
            self.refuse(f"'{word}' has level {field.level}")
        if word in self.told:
            self.refuse(f"'{word}' is said twice")
        self.told.add(word)
        return field

    def flag(self, names, key, word):
        field = self.field(names, word)
        if not field.bit or field.number:
            self.refuse(f"{key}: '{word}' is no feature")
        if (word in self.has) == (key == "plus"):
            self.refuse(f"{key}: '{word}' is "
                        + ("" if key == "plus" else "not ") + "in the base")
        if key == "plus":
            self.has.add(word)
            self.plus.append(field)
        else:
            self.has.discard(word)
            self.minus.append(field)

    def number(self, names, words):
        if len(words) != 2:
            self.refuse("set takes a field and a number")
        field = self.field(names, words[0])
        if field.bit and field.flags:
            self.refuse(f"set: '{field.name}' is a feature: plus or minus")
        try:
            value = int(words[1], 0)
        except ValueError:
            self.refuse(f"set: '{words[1]}' is not a number")
        if not 0 <= value <= field.mask >> field.low:
            self.refuse(f"set: {value} does not fit '{field.name}'")
        self.numbers.append((field, value))

    def row(self, leaves, words):
        """Only what describes a CPU: everything else has fields."""
        try:
            leaf, subleaf = words[0].split(".")
            key = (0, int(leaf, 16), int(subleaf, 16))
            values = [int(word, 16) for word in words[1:]]
        except (IndexError, ValueError):
            self.refuse("row takes LEAF.SUBLEAF and four numbers, "
                        "hexadecimal")
        if len(values) != 4 or max(values) > 0xFFFFFFFF:
            self.refuse("row takes four numbers of 32 bits")
        found = leaves.get(key)
        if found is None or not found.slot:
            self.refuse(f"row: {words[0]} has no slot")
        if "donor" not in found.kinds.values():
            self.refuse(f"row: {words[0]} is not of donor registers")
        self.rows.append((key, values))

    def body(self, tables, models):
        if self.words["base"]:
            self.base = models[self.words["base"]]
            self.has |= self.base.has
        leaves = {leaf.key: leaf for leaf in tables.leaves}
        for self.place, key, words in self.lines:
            if key == "set":
                self.number(tables.names, words)
            elif key == "row":
                self.row(leaves, words)
            else:
                for word in words:
                    self.flag(tables.names, key, word)
        self.place = f"models/{self.name}.model"


def ordered(models):
    """Bases before what stands on them."""
    done = {}
    while len(done) < len(models):
        ready = [m for m in models.values() if m.name not in done and (
            not m.words["base"] or m.words["base"] in done)]
        if not ready:
            stuck = next(m for m in models.values() if m.name not in done)
            stuck.refuse(f"base '{stuck.words['base']}' leads in a circle")
        done.update((m.name, m) for m in ready)
    return list(done.values())


def read(directory, tables):
    """All models by name, bases first."""
    folder = os.path.join(directory, "models")
    models = {file[:-6]: Model(folder, file[:-6]) for file in
              sorted(os.listdir(folder)) if file.endswith(".model")}
    taken = {}
    for model in models.values():
        model.head()
        base = model.words["base"]
        if base and base not in models:
            model.refuse(f"base '{base}' is missing")
        for name in [model.name] + model.aliases:
            if fold(name) in taken:
                model.refuse(f"'{name}' is a name of {taken[fold(name)]}")
            taken[fold(name)] = model.name
    for name in ABI:
        if name not in models or models[name].words["vendor"]:
            raise table.Refused(f"models/{name}.model: must be there, "
                                "without a vendor")
    for model in ordered(models):
        model.body(tables, models)
    return models


def by_age(models):
    """As people look for them: by maker, then by year."""
    return sorted(models.values(), key=lambda m: (
        table.VENDORS.index(m.words["vendor"]), int(m.words["year"] or 0),
        m.name))


def flags_of(model):
    """Its own features as numbers, those that it takes away marked."""
    return sorted(f.index for f in model.plus) + sorted(
        MINUS | f.index for f in model.minus)


def abi_levels(models):
    lines = []
    for level, name in enumerate(ABI, 1):
        below = set()
        if level > 1:
            below = models[ABI[level - 2]].has
            if not below <= models[name].has:
                models[name].refuse(f"does not hold {ABI[level - 2]}")
        lines += [f"ABI({level}, CPUPOLICY__FIELD_{word})"
                  for word in sorted(models[name].has - below)]
    return lines


def emit(tables, text, hexa):
    """The generated files: name -> (source, lines)."""
    models, index = tables.models, {}
    heads, flags, numbers, rows = [], [], [], []
    none = hexa(0xFFFF)
    order = by_age(models)
    for number, model in enumerate(order):
        index[model.name] = number
    for model in order:
        own = flags_of(model)
        base = index[model.base.name] if model.base else none
        words = model.words
        heads.append(
            f"MODEL({text(model.name)}, {text(words['version'])}, "
            f"{text(words['title'] or model.name)},\n"
            f"      {text(words['summary'])},\n"
            f"      {text(words['source'])},\n"
            f"      {text(' '.join(model.aliases))}, "
            f"{text(words['signature'])},\n"
            f"      {table.VENDORS.index(words['vendor'])}, "
            f"{words['year'] or 0}, {base}, {len(flags)}, {len(own)}, "
            f"{len(numbers)}, {len(model.numbers)}, {len(rows)}, "
            f"{len(model.rows)})")
        flags += [f"FLAG({hexa(flag)})" for flag in own]
        numbers += [f"NUMBER({field.index}, {hexa(value)})"
                    for field, value in model.numbers]
        rows += [f"ROW({hexa(key[1])}, {key[2]}, "
                 + ", ".join(map(hexa, values)) + ")"
                 for key, values in model.rows]
    return {
        "models.inc": ("models", heads),
        "model_flags.inc": ("models", flags),
        "model_numbers.inc": ("models", numbers),
        "model_rows.inc": ("models", rows),
        "abi.inc": ("models/x86-64-v*.model", abi_levels(models)),
    }
