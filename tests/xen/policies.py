#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What Xen does with CPUs, and what this library says it does.

usage: policies.py [--slow] CPUPOLICY PROBE-IMAGE DIRECTORY

Boots Debian's Xen on CPU models of QEMU and takes the policies that it made:
"raw" must be what cpupolicy-probe reads on the same model; where the most that
we think Xen gives HVM domains and its own HVM maximum differ, tests/data/xen/
differences.csv says why; likewise for new domains. Without VMX, which TCG does
not have, Xen has no HVM domains: there its PV maximum must be in our set.
--slow takes other models. Prints TAP.
"""

import concurrent.futures
import csv
import json
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[1:1] = [TESTS, *(os.path.join(TESTS, name)
                           for name in ("emulators", "machines"))]
import emulator  # noqa: E402
import machine  # noqa: E402
import packages  # noqa: E402
import tap  # noqa: E402

DIFFERENCES = os.path.join(TESTS, "data", "xen", "differences.csv")
MODELS = ["EPYC,+svm", "Skylake-Server", "max"]
SLOW_MODELS = ["EPYC-Milan,+svm", "EPYC-Rome,+svm", "Opteron_G3,+svm",
               "Dhyana,+svm", "qemu64", "Nehalem", "Haswell", "Denverton",
               "Icelake-Server"]
AT_ONCE = 2  # boots; each takes a CPU
# Xen's policies go so far (docs/formats.md, xen-cpuid).
LAST_BASIC, LAST_EXTENDED = 0xD, 0x80000021
SUBLEAVES = {4: 6, 7: 3, 0xB: 2, 0xD: 63}
ROW = re.compile(r"\s*0x([0-9a-f]{8}) 0x([0-9a-f]+): eax=0x([0-9a-f]{8})"
                 r" ebx=0x([0-9a-f]{8}) ecx=0x([0-9a-f]{8})"
                 r" edx=0x([0-9a-f]{8})")
XEN_ROW = re.compile(r"  ([0-9a-f]{8}):([0-9a-f]{8}) -> ([0-9a-f]{8}):"
                     r"([0-9a-f]{8}):([0-9a-f]{8}):([0-9a-f]{8})")
# Of the raw policy Xen clears what an operating system turns on.
DYNAMIC = {(1, 0): (0, 0xFF000000, 1 << 27, 0), (7, 0): (0, 0, 1 << 4, 0),
           (0xD, 0): (0, ~0, 0, 0), (0xD, 1): (0, ~0, 0, 0),
           (0xB, 0): (0, 0, 0, ~0), (0xB, 1): (0, 0, 0, ~0)}
# What Xen's policies say of domains, and the set of ours that it is.
SETS = {"max": ("HVM Max", "--accept"), "default": ("HVM Default", "--offer"),
        "pv": ("PV Max", "--accept")}
HYPERVISOR = 1 << 31
VERSION = "xen-4.17"


def rows_of(pattern, text):
    rows = {}
    for line in text.splitlines():
        found = pattern.fullmatch(line.rstrip())
        if found:
            leaf, subleaf, *registers = (int(word, 16)
                                         for word in found.groups())
            rows[leaf, 0 if subleaf == 0xFFFFFFFF else subleaf] = registers
    return rows


def in_policies(key):
    """Do Xen's policies have a place for this row?"""
    leaf, subleaf = key
    if leaf > LAST_BASIC and not 0x80000000 <= leaf <= LAST_EXTENDED:
        return False
    return subleaf < SUBLEAVES.get(leaf, 1)


def split_policies(text):
    """Name -> its own part of the output of xen-cpuid -p."""
    parts = re.split(r"^(.+) policy: ", text, flags=re.MULTILINE)
    return {name: f"{name} policy: {rest}"
            for name, rest in zip(parts[1::2], parts[2::2])}


def on_silicon(text):
    """Raw, as if TCG were a machine: else its rows would be a guest's."""
    def clear(found):
        words = found[0].rsplit(":", 3)
        words[2] = f"{int(words[2], 16) & ~HYPERVISOR:08x}"
        return ":".join(words)
    text = re.sub(r"^  00000001:ffffffff -> .*$", clear, text,
                  flags=re.MULTILINE)
    return re.sub(r"^  4000\d{4}:.*\n", "", text, flags=re.MULTILINE)


class Lab:
    """The programs, and what Xen said on each model."""

    def __init__(self, cpupolicy, probe, directory, models):
        self.cpupolicy = cpupolicy
        self.probe = probe
        self.directory = directory
        self.models = models
        self.policies, self.features = {}, {}
        os.makedirs(directory, exist_ok=True)

    def boot_all(self):
        xen = machine.Machine(self.directory)
        initramfs = xen.initramfs(
            {"xen-cpuid": xen.tool("xen-cpuid")},
            ["echo @POLICIES", "xen-cpuid -p", "echo @END"])
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            runs = [(model, pool.submit(xen.boot, model, initramfs))
                    for model in self.models]
            for model, run in runs:
                self.policies[model] = split_policies(
                    run.result()["POLICIES"])

    def run(self, arguments, text):
        done = subprocess.run([self.cpupolicy, *arguments], input=text,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{arguments}: {done.stderr}")
        return json.loads(done.stdout)

    def ours(self, model, which):
        """The names of what we think Xen gives there."""
        policy = self.run(["host", which, "--hypervisor", VERSION, "-"],
                          on_silicon(self.policies[model]["Raw"]))
        return named(policy)

    def theirs(self, model, name):
        """The names of what Xen says it gives."""
        policy = self.run(["host", "--accept", "-"],
                          self.policies[model][name])
        return named(policy)


def named(policy):
    """Features, and the width of addresses as one: phys_bits=40."""
    bits = policy["numbers"].get("phys_bits")
    # leaves of Xen's own: its policies hold only how far they go
    return {feature for feature in (*policy["features"], f"phys_bits={bits}")
            if not feature.startswith(("xen_", "hv_"))}


def read_differences():
    with open(DIFFERENCES, encoding="ascii", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = {}
    for row in csv.DictReader(lines, skipinitialspace=True):
        row = {key.strip(): cell.strip() for key, cell in row.items()}
        rows[row["set"], row["feature"], row["who"]] = row
    return rows


class Xen(unittest.TestCase):
    lab = None
    missing = ""

    @classmethod
    def setUpClass(cls):
        if cls.missing:
            raise unittest.SkipTest(cls.missing)

    def test_raw_policies_are_what_the_probe_reads(self):
        for model in self.lab.models:
            with self.subTest(model):
                self.compare_raw(model)

    def compare_raw(self, model):
        output = emulator.Qemu.run(self.lab.probe, model)
        self.assertEqual(output.lines[-1:], ["done"], "the probe's end")
        probed = rows_of(ROW, "\n".join(output.lines))
        raw = rows_of(XEN_ROW, self.lab.policies[model]["Raw"])
        self.assertGreater(len(raw), 10)
        for key in sorted({*probed, *raw}):
            if not in_policies(key):
                continue
            dynamic = DYNAMIC.get(key, (0, 0, 0, 0))
            self.assertEqual(
                *([f"{word & ~mask & 0xFFFFFFFF:08x}" for word, mask
                   in zip(rows.get(key, [0] * 4), dynamic)]
                  for rows in (raw, probed)),
                f"leaf {key[0]:x}.{key[1]}")

    def test_the_library_reads_raw_policies_as_they_are(self):
        for model in self.lab.models:
            text = self.lab.policies[model]["Raw"]
            record = self.lab.run(["convert", "-", "--to", "json"], text)
            read = {}
            for row in record["cores"][0]["rows"]:
                address, *words = row.split()
                leaf, _, subleaf = address.partition(".")
                read[int(leaf, 16), int(subleaf, 16)] = \
                    [int(word, 16) for word in words]
            for key, words in rows_of(XEN_ROW, text).items():
                self.assertEqual(read[key], words, f"{model}: {key}")

    def differences(self, model):
        """(set, feature, who has it) of all differences on this model."""
        found = set()
        for name, (policy, which) in SETS.items():
            # without VMX or SVM there are no HVM domains
            if not rows_of(XEN_ROW, self.lab.policies[model][policy]):
                self.assertNotEqual(name, "pv", model)
                continue
            theirs = self.lab.theirs(model, policy)
            ours = self.lab.ours(model, which)
            found |= {(name, feature, "xen") for feature in theirs - ours}
            # PV domains get less than HVM domains, which is what we say
            if name != "pv":
                found |= {(name, feature, "us") for feature in ours - theirs}
        return found

    def test_differences_from_xen_are_known_and_explained(self):
        known = read_differences()
        for model in self.lab.models:
            short = model.partition(",")[0]
            listed = {key for key, row in known.items()
                      if short in row["models"].split()}
            with self.subTest(model):
                found = self.differences(model)
                self.assertEqual(sorted(found - listed), [],
                                 "differences without a row")
                self.assertEqual(sorted(listed - found), [],
                                 "rows without a difference")

    def test_every_difference_says_why(self):
        for key, row in read_differences().items():
            self.assertGreater(len(row["why"]), 10, str(key))


def main():
    arguments = sys.argv[1:]
    slow = arguments[:1] == ["--slow"]
    cpupolicy, probe, directory = arguments[slow:]
    Xen.lab = Lab(cpupolicy, probe, directory,
                  SLOW_MODELS if slow else MODELS)
    try:
        Xen.lab.boot_all()
    except packages.Missing as missing:
        print(f"1..0 # SKIP {missing}")
        return
    tap.main()


if __name__ == "__main__":
    main()
