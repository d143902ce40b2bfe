# SPDX-License-Identifier: MIT
"""What other projects call a bit, and their CPU models by those names.

Reads names.csv, labels.csv, libvirt.models and qemu.models, refuses what is wrong with file:line, and
gives gen.py the lists that the hosted library includes.
"""
import os
import re

import table
from table import Refused, VENDORS

GEN = "src/host/gen/"
TABLES = {"names.csv": table.COLUMNS["names.csv"].split()[1:],
          "labels.csv": ["trait", "nfd"]}
PROJECTS = [project for projects in TABLES.values() for project in projects]
NO_BIT = "-"
NONE = 0xFFFF

# How many bits one name may stand for: QEMU's kvmclock are two.
MEANINGS = 2


class Name:
    """One name of one project: "mba@amd+hygon", "+kvmclock"."""

    def __init__(self, row, project, word, field, first=False):
        letters = "A-Z" if project in TABLES["labels.csv"] else "a-z"
        match = re.fullmatch(
            rf"(\+?)([{letters}0-9][{letters}0-9_.-]*)(?:@([a-z+]+))?", word)
        if not match:
            row.refuse(f"{project}: '{word}' is no name")
        self.row = row
        self.project = project
        self.also = bool(match[1])
        self.text = match[2]
        self.field = field  # None: no bit
        self.first = first  # the project's own name, not an alias
        self.hidden = False  # the project does not show it if not asked to
        self.vendors = 0
        for vendor in (match[3] or "").split("+"):
            if vendor not in VENDORS:
                row.refuse(f"{project}: '{vendor}' of '{word}' is not one of:"
                           + " ".join(VENDORS))
            if vendor:
                self.vendors |= 1 << VENDORS.index(vendor)
        self.key = (PROJECTS.index(project), table.fold(self.text).encode())


def read_table(name, directory, tables):
    """The names of one table, and the fields that it says are hidden."""
    names, hidden, last = [], set(), -1
    for row in table.read(directory, name):
        field = None
        if row["field"] != NO_BIT:
            field = tables.names.get(row["field"])
            if field is None or field.name != row["field"] or not field.bit:
                row.refuse(f"field: '{row['field']}' is no feature's name")
            if field.index <= last:
                row.refuse("not in the order of fields.csv (or twice)")
            last = field.index
        if not any(row.words(project) for project in TABLES[name]):
            row.refuse("nobody has a name for it")
        for project in TABLES[name]:
            names += [Name(row, project, word, field, i == 0)
                      for i, word in enumerate(row.words(project))]
        if row.get("hidden") == "yes":
            hidden.add(field)
        elif row.get("hidden"):
            row.refuse("hidden: expected yes or nothing")
    return names, hidden


def read_names(directory, tables):
    """All names, sorted by project and name."""
    names, _ = read_table("names.csv", directory, tables)
    labels, hidden = read_table("labels.csv", directory, tables)
    for name in labels:
        name.hidden = name.project == "nfd" and name.field in hidden
    names += labels + alias_names(tables, names)
    check_twice(names)
    return sorted(names, key=lambda name: name.key)


def check_twice(names):
    """A name means one thing, unless it says that it means another too."""
    by_key = {}
    for name in names:
        others = by_key.setdefault(name.key, [])
        for other in others:
            if name.vendors and other.vendors and \
                    not name.vendors & other.vendors:
                continue
            if not name.also:
                name.row.refuse(f"{name.project}: '{name.text}' is taken at "
                                f"{other.row.place}")
        if name.also and not others:
            name.row.refuse(f"{name.project}: no row before gives "
                            f"'{name.text}' a meaning")
        others.append(name)
        if len(others) > MEANINGS:
            name.row.refuse(f"{name.project}: '{name.text}' has more than "
                            f"{MEANINGS} meanings")


def alias_names(tables, names):
    """"qemu:newest" in fields.csv is a name too, unless it is here already."""
    known, named = {}, set()
    for name in names:
        known.setdefault(name.key, []).append(name.field and name.field.key)
        named.add((name.project, name.field))
    made = []
    for field in tables.fields:
        for alias in field.aliases:
            project, _, word = alias.partition(":")
            if project not in PROJECTS:
                continue
            name = Name(field.row, project, word, field,
                        (project, field) not in named)
            if name.key not in known:
                known[name.key] = [field.key]
                made.append(name)
            elif field.key not in known[name.key]:
                field.row.refuse(f"aliases: names.csv says that '{alias}' is "
                                 "something else")
    return made


class Model:
    """One CPU model of libvirt or QEMU."""

    def __init__(self, place, name):
        self.place = place
        self.name = name
        self.vendor = ""
        self.since = 0  # the version that had it first
        self.signature = [0, 0, 0]
        self.levels = [0, 0]  # leaves go so far, whatever its features
        self.alias = ""
        self.features = {}  # the project's name -> is it sure?


def words_of(path):
    """The lines of a file as words, with their places."""
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            words = line.split("#")[0].split()
            if words:
                yield f"{os.path.basename(path)}:{number}", words


class Models:
    """NAME.models: versions, makers, and models in the order written."""

    def __init__(self, directory, project, known):
        self.project = project
        self.known = known  # the project's names
        self.versions, self.vendors, self.models = [], {}, {}
        self.newer, self.open = [], []
        self.model = None
        readers = {"version": self.read_version, "maker": self.read_maker,
                   "names": self.read_newer, "open": self.read_open,
                   "model": self.read_model}
        inner = {"vendor": self.read_vendor, "base": self.read_base,
                 "since": self.read_since, "alias": self.read_alias,
                 "signature": self.read_signature,
                 "levels": self.read_levels,
                 "plus": self.read_features, "minus": self.read_features,
                 "unsure": self.read_features}
        for place, (key, *rest) in words_of(
                os.path.join(directory, project + ".models")):
            if key not in readers and (key not in inner or not self.model):
                raise Refused(f"{place}: unknown word '{key}'")
            if not rest:
                raise Refused(f"{place}: {key} what?")
            (readers.get(key) or inner[key])(place, key, rest)

    def read_version(self, _place, _key, rest):
        self.versions.append(" ".join(rest))
        self.newer.append([])

    def version(self, place, name):
        if name not in self.versions:
            raise Refused(f"{place}: no line says version {name}")
        return self.versions.index(name)

    def check_names(self, place, words):
        for word in words:
            if table.fold(word) not in self.known:
                raise Refused(f"{place}: names.csv has no '{word}' of "
                              f"{self.project}")

    def read_newer(self, place, _key, rest):
        """Names that are not in names.csv are of no bit."""
        self.newer[self.version(place, rest[0])] += [
            word for word in rest[1:] if table.fold(word) in self.known]

    def read_open(self, place, _key, rest):
        self.check_names(place, rest)
        self.open += rest

    def read_maker(self, place, _key, rest):
        if len(rest) != 2 or len(rest[1]) != 12:
            raise Refused(f"{place}: a maker's name and 12 characters")
        self.vendors[rest[0]] = rest[1]

    def read_model(self, place, _key, rest):
        if rest[0] in self.models:
            raise Refused(f"{place}: '{rest[0]}' is taken at "
                          f"{self.models[rest[0]].place}")
        self.model = self.models[rest[0]] = Model(place, rest[0])

    def read_vendor(self, place, _key, rest):
        if rest[0] not in self.vendors:
            raise Refused(f"{place}: no line says maker {rest[0]}")
        self.model.vendor = rest[0]

    def read_since(self, place, _key, rest):
        self.model.since = self.version(place, rest[0])

    def read_signature(self, place, _key, rest):
        if len(rest) != 3 or not all(word.isdigit() for word in rest):
            raise Refused(f"{place}: a family, a model and a stepping")
        self.model.signature = [int(word) for word in rest]

    def read_levels(self, place, _key, rest):
        if len(rest) != 2:
            raise Refused(f"{place}: the highest basic and extended leaf")
        self.model.levels = [int(word, 16) for word in rest]

    def other(self, place, name):
        if name not in self.models or name == self.model.name:
            raise Refused(f"{place}: no model '{name}' before this one")
        return self.models[name]

    def read_base(self, place, _key, rest):
        self.model.features.update(self.other(place, rest[0]).features)

    def read_alias(self, place, _key, rest):
        other = self.other(place, rest[0])
        self.model.alias = other.name
        self.model.vendor = other.vendor
        self.model.signature = other.signature
        self.model.levels = other.levels
        self.model.features.update(other.features)

    def read_features(self, place, key, rest):
        self.check_names(place, rest)
        for word in rest:
            if key == "minus":
                if self.model.features.pop(word, None) is None:
                    raise Refused(f"{place}: '{word}' is not there")
            else:
                self.model.features[word] = key == "plus"


def text(string):
    return '"' + string + '"'


def wrapped(words):
    """C strings of a few words each, one behind the other."""
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 66:
            lines.append("")
        lines[-1] += word + " "
    lines[-1] = lines[-1].rstrip()
    return "\n\t".join(text(line) for line in lines)


def model_lists(models):
    lines = [f"VERSION({text(version)},\n\t{wrapped(sorted(newer))})"
             for version, newer in zip(models.versions, models.newer)]
    lines += [f"OPEN({wrapped(models.open)})"]
    lines += [f"MAKER({text(name)}, {text(string)})"
              for name, string in models.vendors.items()]
    for model in models.models.values():
        sure = [n for n, is_sure in model.features.items() if is_sure]
        unsure = [n for n, is_sure in model.features.items() if not is_sure]
        family, number, stepping = model.signature
        basic, extended = model.levels
        lines.append(f"MODEL({text(model.name)}, {text(model.alias)}, "
                     f"{text(model.vendor)}, {model.since}, {family}, "
                     f"{number}, {stepping}, {basic:#x}, {extended:#x},\n\t"
                     f"{wrapped(sorted(sure))},\n\t"
                     f"{wrapped(sorted(unsure))})")
    return lines


def own_names(names, tables):
    """Each project's own name of a field, to be found by the field."""
    rows = {}
    for field in tables.fields:
        rows.setdefault(field.name, []).append(field.index)
    return sorted({(PROJECTS.index(name.project), index, name.text)
                   for name in names if name.first and name.field
                   for index in rows[name.field.name]})


def lists(directory, tables):
    """Generated files: name -> (source tables, lines)."""
    names = read_names(directory, tables)
    files = {
        GEN + "project_names.inc": ("names.csv and labels.csv", [
            f"NAME({name.project.upper()}, {text(name.text)}, "
            f"{name.field.index if name.field else f'0x{NONE:04x}'}, "
            f"0x{name.vendors:02x}, {int(name.hidden)})"
            for name in names]),
    }
    files[GEN + "project_fields.inc"] = ("names.csv and labels.csv", [
        f"OWN({PROJECTS[project].upper()}, {index}, {text(name)})"
        for project, index, name in own_names(names, tables)])
    for project in ("libvirt", "qemu"):
        models = Models(directory, project, {
            table.fold(name.text) for name in names
            if name.project == project})
        files[f"{GEN}{project}_models.inc"] = (f"{project}.models",
                                               model_lists(models))
    return files
