#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compare tables/fields.csv with what others say of the same bits and rules.

Bit positions against x86-cpuid-db's list and libvirt's map, names against
QEMU's; what is known to differ is in data/crosscheck.list. Rules against
data/rules.list, which was written by hand.
"""

import os
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.join(ROOT, "tests", "data")
MAP = "/usr/share/libvirt/cpu_map"
LIBVIRT = os.path.join(MAP, "x86_features.xml")
sys.path.insert(0, os.path.join(ROOT, "tables"))

import projects  # noqa: E402
import table  # noqa: E402
import tap  # noqa: E402

TABLES = table.Tables()
NAMES = projects.read_names(table.HERE, TABLES)
REGISTERS = ["eax", "ebx", "ecx", "edx"]


def lines(name):
    with open(os.path.join(DATA, name), encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                yield line


def known(kind):
    """Of data/crosscheck.list: what is known to differ -> why."""
    found = {}
    for line in lines("crosscheck.list"):
        what, _, why = line.partition(": ")
        words = what.split()
        if words[0] == kind:
            found[" ".join(words[1:])] = why
    return found


def bit(space, leaf, subleaf, register, number):
    """A bit's address as people write it."""
    if space == 1:
        return f"msr.{leaf:x}[{number + (32 if register == 3 else 0)}]"
    return f"{leaf:x}.{subleaf}:{REGISTERS[register]}[{number}]"


def places(name, project):
    """Addresses of one-bit fields of that name, with several makers' rows."""
    name = table.fold(name)
    field = TABLES.names.get(f"{project}:{name}") or TABLES.names.get(name)
    if field is None:
        return None
    if not field.bit:
        return {"a field of several bits"}
    return {bit(*f.key) for f in TABLES.fields
            if f.bit and f.name == field.name}


class Positions(unittest.TestCase):
    """What others say; disagreements are exactly those that are listed."""

    maxDiff = None

    def compare(self, kind, differ):
        listed = known(kind)
        for what, why in listed.items():
            self.assertTrue(why, f"{kind} {what}: the reason is missing")
        self.assertEqual(sorted(differ), sorted(listed),
                         f"left: found; right: listed in crosscheck.list "
                         f"as '{kind}'")

    def test_one_bit_rows_of_x86_cpuid_db_are_at_the_same_address(self):
        differ, same = set(), 0
        for line in lines("kcpuid-v3.1-cc0.csv"):
            leaf, subs, register, bits, name = [
                cell.strip() for cell in line.split(",", 5)[:5]]
            ours = places(name, "x86db")
            if ":" in bits or ours is None:
                continue
            # some say 31:0 for the sub-leaves 0 to 31
            ends = sorted(int(number) for number in subs.split(":"))
            theirs = {bit(0, int(leaf, 16), sub, REGISTERS.index(register),
                          int(bits)) for sub in range(ends[0], ends[-1] + 1)}
            if ours & theirs:
                same += 1
            else:
                differ.add(f"{name} {leaf} {register} {bits}")
        self.compare("x86-cpuid-db", differ)
        self.assertGreater(same, 500, "too few names in common to say much")

    @unittest.skipUnless(os.path.exists(LIBVIRT), "libvirt0 is not installed")
    def test_features_of_libvirt_are_at_the_same_address(self):
        differ, same = set(), 0
        for feature in ElementTree.parse(LIBVIRT).getroot().iter("feature"):
            ours = places(feature.get("name"), "libvirt")
            theirs = {place for element in feature
                      for place in self.libvirt_bits(element)}
            if ours is None:
                differ.add(f"{feature.get('name')} unknown")
            elif ours & theirs:
                same += 1
            else:
                differ.add(f"{feature.get('name')} {' '.join(sorted(theirs))}")
        self.compare("libvirt", differ)
        self.assertGreater(same, 150)

    @staticmethod
    def libvirt_bits(element):
        if element.tag == "msr":
            leaf, low = int(element.get("index"), 16), ("eax", "edx")
            words = [(1, leaf, 0, register, element.get(name))
                     for register, name in zip((0, 3), low)]
        elif element.tag == "cpuid":
            leaf = int(element.get("eax_in"), 16)
            sub = int(element.get("ecx_in") or "0", 16)
            words = [(0, leaf, sub, register, element.get(name))
                     for register, name in enumerate(REGISTERS)]
        else:
            words = []
        for *where, mask in words:
            for number in range(32):
                if mask and int(mask, 16) >> number & 1:
                    space, leaf, sub, register = where
                    yield bit(space, leaf, sub, register, number)

    @unittest.skipUnless(shutil.which("qemu-system-x86_64"),
                         "qemu-system-x86_64 is not installed")
    def test_names_of_qemu_are_known(self):
        said = subprocess.run(["qemu-system-x86_64", "-cpu", "help"],
                              capture_output=True, text=True, check=True)
        names = set(said.stdout.split("CPUID flags:")[1].split())
        unknown = {name for name in names if places(name, "qemu") is None}
        self.compare("qemu", unknown)
        self.assertGreater(len(names), 200)


def meanings(project):
    """Folded name -> addresses of what the project means by it."""
    found = {}
    for name in NAMES:
        if name.project == project:
            bits = found.setdefault(table.fold(name.text), set())
            if name.field:
                bits.add(bit(*name.field.key))
    return found


class Names(unittest.TestCase):
    """names.csv and libvirt.models say what the projects themselves say."""

    maxDiff = None

    @unittest.skipUnless(os.path.exists(LIBVIRT), "libvirt0 is not installed")
    def test_libvirts_names_mean_what_libvirt_means(self):
        ours = meanings("libvirt")
        for feature in ElementTree.parse(LIBVIRT).getroot().iter("feature"):
            name = feature.get("name")
            with self.subTest(name):
                self.assertEqual(
                    ours.get(table.fold(name)),
                    {place for element in feature
                     for place in Positions.libvirt_bits(element)})

    @unittest.skipUnless(shutil.which("qemu-system-x86_64"),
                         "qemu-system-x86_64 is not installed")
    def test_every_name_of_qemu_is_there(self):
        said = subprocess.run(["qemu-system-x86_64", "-cpu", "help"],
                              capture_output=True, text=True, check=True)
        names = said.stdout.split("CPUID flags:")[1].split()
        ours = meanings("qemu")
        self.assertEqual([n for n in names if not ours.get(table.fold(n))], [])

    @unittest.skipUnless(os.path.exists(LIBVIRT), "libvirt0 is not installed")
    def test_models_have_what_libvirt_says(self):
        ours = projects.Models(table.HERE, "libvirt",
                               meanings("libvirt")).models
        compared = 0
        for file in sorted(os.listdir(MAP)):
            if not file.startswith("x86_"):
                continue
            root = ElementTree.parse(os.path.join(MAP, file)).getroot()
            for model in root.findall("model"):
                if model.find("model") is None:
                    compared += self.compare_model(model, ours)
        self.assertGreater(compared, 50)

    def compare_model(self, model, ours):
        mine = ours.get(model.get("name"))
        if mine is None:
            return 0  # of a newer libvirt
        theirs = {feature.get("name") for feature in model.findall("feature")
                  if feature.get("removed") != "yes" and
                  not feature.get("name").startswith("vmx-")}
        sure = {name for name, is_sure in mine.features.items() if is_sure}
        with self.subTest(mine.name):
            self.assertEqual(sorted(sure - theirs), [])
            self.assertEqual(sorted(theirs - set(mine.features)), [])
            vendor = model.find("vendor")
            self.assertEqual(mine.vendor, "" if vendor is None
                             else vendor.get("name"))
        return 1


def fits(field, words):
    """Does the field have the rule: level, check, grade, expose; * any?"""
    has = (field.level, field.rule, field.grade or "none", field.expose)
    return all(word in ("*", value)
               for word, value in zip(words, has, strict=True))


def hand_written():
    """rules.list: category -> (complete, rule, names)."""
    found, category = {}, None
    for line in lines("rules.list"):
        if line.startswith("["):
            category, kind, *rule = line.strip("[]").split()
            found[category] = (kind == "complete", rule, set())
        else:
            for name in line.split():
                if name in found[category][2]:
                    raise ValueError(f"{category}: {name} is there twice")
                found[category][2].add(name)
    return found


class Rules(unittest.TestCase):
    """Fields have the rules that a person gave them, apart from the table."""

    def test_every_field_of_a_list_has_its_rule(self):
        for category, (_, rule, names) in hand_written().items():
            for name in sorted(names):
                with self.subTest(f"{category}: {name}"):
                    rows = [f for f in TABLES.fields if f.name == name]
                    self.assertTrue(rows, "there is no such field")
                    self.assertTrue(
                        any(fits(field, rule) for field in rows),
                        " ".join((rows[0].level, rows[0].rule,
                                  rows[0].grade or "none", rows[0].expose))
                        + " instead of " + " ".join(rule))

    def test_every_field_of_a_complete_lists_rule_is_in_it(self):
        complete = 0
        for category, (whole, rule, names) in hand_written().items():
            if not whole:
                continue
            complete += 1
            with self.subTest(category):
                self.assertEqual(
                    sorted({f.name for f in TABLES.fields
                            if f.word is not None and fits(f, rule)} - names),
                    [])
        self.assertGreater(complete, 4)


if __name__ == "__main__":
    tap.main()
