#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Debian's libxl reads xl's cpuid= lines as this library does.

usage: libxl.py CPUPOLICY DIRECTORY

Calls libxl_cpuid_parse_config() of the library from its package, which needs no
Xen: every name of tables/xl.csv must be the bits that the table says, and every
line that is written for a recorded CPU must be taken without a complaint. Prints
TAP.
"""

import ctypes
import glob
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)
sys.path[1:1] = [TESTS, *(os.path.join(TESTS, name)
                           for name in ("emulators", "machines"))]
import machine  # noqa: E402
import packages  # noqa: E402
import policy  # noqa: E402
import tap  # noqa: E402

REGISTERS = ["eax", "ebx", "ecx", "edx"]
UNUSED = 0xFFFFFFFF
EVERY = 10  # so many recorded CPUs are one apart
# Loaded in this order each finds the ones it needs.
NEEDED = ["libxentoolcore", "libxentoollog", "libxencall", "libxenevtchn",
          "libxengnttab", "libxenforeignmemory", "libxendevicemodel",
          "libxenctrl", "libxenguest", "libxenhypfs", "libxenstore", "libyajl",
          "libnl-3", "libnl-route-3"]


class Leaf(ctypes.Structure):
    _fields_ = [("leaf", ctypes.c_uint32), ("subleaf", ctypes.c_uint32),
                ("registers", ctypes.c_char_p * 4)]


class Msr(ctypes.Structure):
    _fields_ = [("index", ctypes.c_uint32), ("bits", ctypes.c_char * 65)]


class Settings(ctypes.Structure):
    _fields_ = [("leaves", ctypes.POINTER(Leaf)),
                ("msrs", ctypes.POINTER(Msr))]


def load(directory):
    """libxl, with what it needs, from the packages."""
    root = machine.unpack(directory)

    def find(name):
        for place in ("usr/lib", "lib"):
            found = glob.glob(os.path.join(root, place, "x86_64-linux-gnu",
                                           name + ".so.*"))
            if found:
                return found[0]
        raise packages.Missing(f"no {name} in the packages")
    try:
        for name in NEEDED:
            ctypes.CDLL(find(name), mode=ctypes.RTLD_GLOBAL)
        library = ctypes.CDLL(find("libxenlight"))
    except OSError as trouble:
        raise packages.Missing(f"libxenlight: {trouble}") from trouble
    for name in ("libxl_cpuid_parse_config", "libxl_cpuid_parse_config_xend"):
        getattr(library, name).argtypes = [
            ctypes.POINTER(ctypes.POINTER(Settings)), ctypes.c_char_p]
    return library


class Libxl(unittest.TestCase):
    library = None
    cpupolicy = None

    def parse(self, text):
        """(leaf or MSR, sub-leaf, register, bits) that libxl sets."""
        settings = ctypes.POINTER(Settings)()
        status = self.library.libxl_cpuid_parse_config(
            ctypes.byref(settings), text.encode())
        self.assertEqual(status, 0, f"libxl refuses {text}")
        if settings[0].msrs:
            return settings[0].msrs[0].index, UNUSED, "msr", \
                settings[0].msrs[0].bits.decode()
        leaf = settings[0].leaves[0]
        which = next(i for i in range(4) if leaf.registers[i])
        return leaf.leaf, leaf.subleaf, REGISTERS[which], \
            leaf.registers[which].decode()

    def test_names_of_the_table_are_what_libxl_makes_of_them(self):
        rows = list(policy.table(ROOT, "xl.csv"))
        self.assertGreater(len(rows), 50)
        for row in rows:
            high, _, low = row["bits"].partition(":")
            high, low = int(high), int(low or high)
            wanted = {bit for bit in range(low, high + 1)}
            if row["name"] == "model":
                wanted |= set(range(16, 20))
            if row["register"] == "hi":
                wanted = {bit + 32 for bit in wanted}
            leaf, subleaf, register, bits = self.parse(row["name"] + "=k")
            self.assertEqual(leaf, int(row["leaf"], 16), row["name"])
            self.assertEqual(0 if subleaf == UNUSED else subleaf,
                             int(row["subleaf"]), row["name"])
            self.assertEqual(register, "msr" if row["space"] == "msr"
                             else row["register"], row["name"])
            self.assertEqual({len(bits) - 1 - i for i, bit in enumerate(bits)
                              if bit == "k"}, wanted, row["name"])

    def lines(self, form):
        """What is written for recorded CPUs, Intel's and AMD's."""
        found = sorted(glob.glob(os.path.join(TESTS, "data", "*", "*.json")))
        records = [path for path in found if os.path.basename(
            os.path.dirname(path)) in ("libvirt", "bochs")][::EVERY]
        self.assertGreater(len(records), 5)
        for path in records:
            policy_text = subprocess.run(
                [self.cpupolicy, "host", path, "--offer", "--hypervisor",
                 "xen"], capture_output=True, text=True, check=True).stdout
            yield path, subprocess.run(
                [self.cpupolicy, "convert", "-", "--to", form],
                input=policy_text, capture_output=True, text=True,
                check=True).stdout

    def test_libxl_takes_every_name_that_is_written(self):
        for path, line in self.lines("xl"):
            names = re.fullmatch(r'cpuid = "host,(.*)"\n', line)
            self.assertTrue(names, path)
            for setting in names[1].split(","):
                # newer ones than its Xen knows are for newer hosts
                if setting.partition("=")[0] in self.newer():
                    continue
                self.parse(setting)

    def test_libxl_takes_every_register_that_is_written(self):
        for path, text in self.lines("xl-registers"):
            registers = re.findall(r'"(.*)"', text)
            self.assertGreater(len(registers), 3, path)
            for line in registers:
                settings = ctypes.POINTER(Settings)()
                self.assertEqual(
                    self.library.libxl_cpuid_parse_config_xend(
                        ctypes.byref(settings), line.encode()), 0, line)

    def newer(self):
        """Names of Xen's that this libxl does not have."""
        if not hasattr(self, "unknown"):
            self.unknown = set()
            for row in policy.table(ROOT, "names.csv"):
                for name in row.get("xen", "").split():
                    settings = ctypes.POINTER(Settings)()
                    if self.library.libxl_cpuid_parse_config(
                            ctypes.byref(settings), (name + "=k").encode()):
                        self.unknown.add(name)
            self.assertLess(len(self.unknown), 80)
        return self.unknown


def main():
    Libxl.cpupolicy, directory = sys.argv[1:]
    try:
        Libxl.library = load(directory)
    except packages.Missing as missing:
        print(f"1..0 # SKIP {missing}")
        return
    tap.main()


if __name__ == "__main__":
    main()
