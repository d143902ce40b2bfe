# SPDX-License-Identifier: MIT
"""What libvirt's names mean, read from an installed or unpacked cpu_map.

A plain decoder, without a line of ours: features and models as sets of names.
"""

import os
import xml.etree.ElementTree as ElementTree

MAP = "/usr/share/libvirt/cpu_map"
REGISTERS = ("eax", "ebx", "ecx", "edx")


def number(text):
    return int(text or "0", 0)


def files(directory):
    index = ElementTree.parse(os.path.join(directory, "index.xml")).getroot()
    for arch in index.iter("arch"):
        if arch.get("name") == "x86":
            for include in arch.iter("include"):
                yield os.path.join(directory, include.get("filename"))


class Map:
    def __init__(self, directory=MAP):
        self.features, self.models = {}, {}
        for path in files(directory):
            root = ElementTree.parse(path).getroot()
            for feature in root.findall("feature"):
                self.features[feature.get("name")] = self.bits(feature)
            for model in root.findall("model"):
                self.add(model)

    @staticmethod
    def bits(feature):
        """The key of what holds the bits, and the bits: 64 of an MSR."""
        found = []
        for cpuid in feature.findall("cpuid"):
            leaf = number(cpuid.get("eax_in")), number(cpuid.get("ecx_in"))
            found += [((*leaf, register), number(cpuid.get(register)))
                      for register in REGISTERS if cpuid.get(register)]
        for msr in feature.findall("msr"):
            found.append((("msr", number(msr.get("index"))),
                          number(msr.get("edx")) << 32 |
                          number(msr.get("eax"))))
        return found

    def add(self, element):
        names = set()
        ancestor = element.find("model")
        if ancestor is not None:
            names |= self.models[ancestor.get("name")]
        for feature in element.findall("feature"):
            if feature.get("removed") != "yes":
                names.add(feature.get("name"))
        self.models[element.get("name")] = names

    def decode(self, words):
        """The names whose bits are all set; words by key as above."""
        return {name for name, bits in self.features.items()
                if bits and all(words.get(key, 0) & mask == mask
                                for key, mask in bits)}

    def expand(self, cpu):
        """The names that a <cpu> of a host or of a guest stands for."""
        names = set(self.models[cpu.findtext("model").strip()])
        for feature in cpu.findall("feature"):
            if feature.get("policy") in ("disable", "forbid"):
                names.discard(feature.get("name"))
            else:
                names.add(feature.get("name"))
        return names


def words_of_rows(rows, msrs=()):
    """Of the rows of a record, as its JSON has them."""
    words = {}
    for row in rows:
        place, *values = row.split()
        leaf, _, subleaf = place.partition(".")
        for register, value in zip(REGISTERS, values):
            words[int(leaf, 16), int(subleaf, 16), register] = int(value, 16)
    for msr in msrs:
        index, value = msr.split()
        words["msr", int(index, 16)] = int(value, 16)
    return words
