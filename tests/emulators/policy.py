# SPDX-License-Identifier: MIT
"""Read a policy's JSON into registers, without the library.

Names become bits by tables/fields.csv, and derived fields are computed as
design and manuals say. docs/json.md is the format.
"""

import csv
import json
import os
import re

REGISTERS = ("eax", "ebx", "ecx", "edx")
ADDRESS = re.compile(r"(?:([a-z]+)\.)?([0-9a-f]+)(?:\.(\d+))?:(e[a-d]x)\[(\d+)\]")
SIGNATURES = {"kvm": b"KVMKVMKVM\0\0\0", "xen": b"XenVMMXenVMM",
              "hyperv": b"Microsoft Hv", "vmware": b"VMwareVMware"}
BASE = 0x40000000


def table(root, name):
    """Rows of a table as dictionaries, without comments and blanks."""
    path = os.path.join(root, "tables", name)
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        header = [cell.strip() for cell in next(rows)]
        for row in rows:
            yield dict(zip(header, (cell.strip() for cell in row)))


def numbers_of(text, base=10):
    """'0-7' and '3' as lists."""
    first, _, last = text.partition("-")
    return range(int(first, base), int(last or first, base) + 1)


class Tables:
    """What of the tables is needed to place a name."""

    def __init__(self, root):
        self.fields = {}
        self.indexed = set()
        self.derived = set()
        for row in table(root, "fields.csv"):
            if row["space"] == "msr":
                continue
            for subleaf in numbers_of(row["subleaf"]):
                name = row["name"].replace("{n}", str(subleaf))
                high, _, low = row["bits"].partition(":")
                self.fields[name] = (
                    row["space"], int(row["leaf"], 16), subleaf,
                    REGISTERS.index(row["register"]), int(low or high),
                    int(high))
                if row["level"] == "derive":
                    self.derived.add(name)
        for row in table(root, "leaves.csv"):
            if row["space"] == "cpu" and row["subleaf"] != "-":
                self.indexed.add(int(row["leaf"], 16))


class Policy:
    """Registers by (leaf, sub-leaf), and what decides about the rest."""

    def __init__(self, path, tables):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        self.tables = tables
        self.rows = {}
        self.bases = {space: int(base, 16) for space, base
                      in document.get("hypervisors", {}).items()}
        self.given = set(document.get("numbers", {}))
        self.vendor = document["vendor"].encode()
        self.put_text((0, 0), (1, 3, 2), self.vendor)
        for space, base in self.bases.items():
            self.put_text((base, 0), (1, 2, 3), SIGNATURES[space])
        for feature in document.get("features", []):
            self.put_feature(feature)
        for name, value in document.get("numbers", {}).items():
            self.put(name, value)
        for row in document.get("rows", []):
            place, *values = row.split()
            leaf, subleaf = (int(part, 16) for part in place.split("."))
            for register, value in enumerate(values):
                self.merge(leaf, subleaf, register, int(value, 16))
        self.mirrors = self.vendor in (b"AuthenticAMD", b"HygonGenuine")
        self.clamps = self.vendor in (b"GenuineIntel", b"CentaurHauls",
                                      b"  Shanghai  ")
        self.derive()

    def merge(self, leaf, subleaf, register, bits):
        self.rows.setdefault((leaf, subleaf), [0] * 4)[register] |= bits

    def put_text(self, place, registers, text):
        for i, register in enumerate(registers):
            part = text[4 * i:4 * i + 4]
            self.merge(*place, register, int.from_bytes(part, "little"))

    def put(self, name, value):
        space, leaf, subleaf, register, low, _ = self.tables.fields[name]
        if space in SIGNATURES:
            leaf += self.bases[space] - BASE
        self.merge(leaf, subleaf, register, value << low)

    def put_feature(self, feature):
        if feature.startswith("msr."):
            return
        address = ADDRESS.fullmatch(feature)
        if not address:
            if feature in self.tables.fields:
                self.put(feature, 1)
            return
        space, leaf, subleaf, register, bit = address.groups()
        leaf = int(leaf, 16)
        if space in SIGNATURES:
            leaf += self.bases[space] - BASE
        self.merge(leaf, int(subleaf or 0), REGISTERS.index(register),
                   1 << int(bit))

    def row(self, leaf, subleaf=0):
        return tuple(self.rows.get((leaf, subleaf), (0, 0, 0, 0)))

    def get(self, name):
        _, leaf, subleaf, register, low, high = self.tables.fields[name]
        return (self.row(leaf, subleaf)[register] >> low
                & (1 << high - low + 1) - 1)

    def set_derived(self, name, value):
        """What the file gives explicitly stays."""
        if name not in self.given and value:
            self.put(name, value)

    def has_content(self, leaf, subleaf=None):
        """Does anything but derived fields stand there?"""
        found = False
        for (at, below), registers in self.rows.items():
            if at != leaf or subleaf not in (None, below):
                continue
            derived = [0] * 4
            for name in self.tables.derived:
                place = self.tables.fields[name]
                if place[1:3] == (at, below):
                    derived[place[3]] |= ((2 << place[5]) - (1 << place[4]))
            found |= any(value & ~mask
                         for value, mask in zip(registers, derived))
        return found

    def last_with_content(self, leaves, floor=0):
        return max([leaf for leaf in leaves if self.has_content(leaf)]
                   + [floor])

    def derive(self):
        leaves = {leaf for leaf, _ in self.rows}
        for name, leaf, last in (("max_subleaf_7", 7, 2),
                                 ("max_subleaf_14", 0x14, 1),
                                 ("max_subleaf_1e", 0x1e, 1),
                                 ("max_subleaf_24", 0x24, 1)):
            self.set_derived(name, max(
                n for n in range(last + 1)
                if n == 0 or self.has_content(leaf, n)))
        self.set_derived("xsave_size_max", self.xsave_size(~0)
                         if self.get("xsave") else 0)
        floor = 0xd if self.get("xsave") else 0xb if self.get("x2apic") else 0
        self.set_derived("max_basic", self.last_with_content(
            (leaf for leaf in leaves if leaf < 0x10000), floor))
        self.derive_extended(leaves)
        self.set_derived("max_centaur", self.last_with_content(
            leaf for leaf in leaves if leaf >= 0xc0000000))
        for space, name in (("kvm", "kvm_max"), ("hyperv", "hv_max"),
                            ("xen", "xen_max"), ("vmware", "vmware_max")):
            if space in self.bases:
                base = self.bases[space]
                self.set_derived(name, self.last_with_content(
                    leaf for leaf in leaves if base <= leaf < base + 0x100))

    def derive_extended(self, leaves):
        """The highest extended leaf, and what is in such leaves."""
        lm = self.get("lm")
        width = self.row(0x80000008)
        guessed = 36 if lm or self.get("pae") else 32
        if not self.get("phys_bits"):
            self.put("phys_bits", guessed)
        floor = 0
        if lm or width[1] or width[3] or self.get("phys_bits") != guessed:
            floor = 0x80000008
        if self.get("svm"):
            floor = 0x8000000a
        if self.get("topoext"):
            floor = 0x8000001e
        last = self.last_with_content(
            (leaf for leaf in leaves
             if 0x80000000 <= leaf < 0x80010000 and leaf != 0x80000008), floor)
        self.set_derived("max_ext", last)
        last = self.get("max_ext")
        if last >= 0x80000008:
            self.set_derived("linear_bits", 32 if not lm else
                             57 if self.get("la57") else 48)
        if self.clamps and lm:
            self.set_derived("syscall", 1)
        if self.mirrors and last >= 0x80000001:
            for name in self.tables.derived:
                space, leaf, _, register, low, _ = self.tables.fields[name]
                if (space, leaf, register) == ("cpu", 0x80000001, 3) \
                        and name != "syscall":
                    self.set_derived(name, self.row(1)[3] >> low & 1)
            vendor = self.row(0)
            for name, register in (("ext_vendor_0", 1), ("ext_vendor_2", 2),
                                   ("ext_vendor_1", 3)):
                self.set_derived(name, vendor[register])

    def components(self, mask):
        """(n, size, offset) of state components beyond SSE."""
        for n in range(2, 63):
            if mask >> n & 1:
                size, offset, flags, _ = self.row(0xd, n)
                yield size, offset, flags

    def user_state(self):
        low, _, _, high = self.row(0xd)
        return high << 32 | low

    def supervisor_state(self):
        _, _, low, high = self.row(0xd, 1)
        return high << 32 | low

    def xsave_size(self, enabled):
        """Standard format: Intel SDM 1, 13.4.3."""
        return max([576] + [size + offset for size, offset, _
                            in self.components(self.user_state() & enabled)])

    def compact_size(self, enabled):
        """Compacted format: Intel SDM 1, 13.4.3; flag 1 aligns to 64."""
        enabled &= self.user_state() | self.supervisor_state()
        end = 576
        for size, _, flags in self.components(enabled):
            if flags & 2:
                end = (end + 63) // 64 * 64
            end += size
        return end
