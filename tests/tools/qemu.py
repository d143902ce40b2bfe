#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Guests of QEMU, started with what `convert --to qemu` wrote of a policy.

usage: qemu.py CPUPOLICY IMAGE

IMAGE is cpupolicy-probe's. Every recorded CPU model of QEMU, as a policy, must
be what its guest sees, but for what was said to be lost. Real CPUs have more
than TCG emulates: what QEMU warns of may be missing, nothing else.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, part)
                for part in ("..", "../emulators", "../../tables")]
import emulator  # noqa: E402
import table  # noqa: E402
import tap  # noqa: E402

CPUPOLICY, IMAGE = sys.argv[1:3]
DATA = os.path.join(HERE, "../data")
ROW = re.compile(r"\s*0x[0-9a-f]{8} 0x[0-9a-f]+: eax=.*")
# Of which real CPUs QEMU must make a guest, with features and widths that TCG
# does not have.
REAL = ("EPYC-7502-32-Core", "x86_64-cpuid-Xeon-Platinum-8268",
        "Core-i7-5600U", "x86_64-cpuid-Atom-P5362")
# What only describes a CPU, and has no option of QEMU: caches.
CACHES = ("00000002", "00000004", "80000005", "80000006", "8000001d")
BRAND = ("80000002", "80000003", "80000004")


def names_of_qemu():
    """QEMU's name -> ours."""
    found = {}
    for row in table.read(table.HERE, "names.csv"):
        for word in row.words("qemu"):
            found.setdefault(word.split("@")[0], row["field"])
    return found


NAMES = names_of_qemu()


def run(*words, text=""):
    return subprocess.run([CPUPOLICY, *words], input=text, check=True,
                          capture_output=True, text=True)


def policy_of(*words, text=""):
    """What CPUID says there, as it is: a guest's promise."""
    return run("host", "--accept", "--hypervisor", "none", *words,
               text=text).stdout


class Trip:
    """A policy, through QEMU."""

    def __init__(self, path):
        text = policy_of(path)
        done = run("convert", "-", "--to", "qemu", text=text)
        self.value = done.stdout.strip()
        self.lost = done.stderr
        self.before = json.loads(text)
        value = self.value.replace("enforce=on", "enforce=off") \
            .replace(f"phys-bits={self.before['numbers'].get('phys_bits')},",
                     "phys-bits=40,")
        self.lines, self.warnings = self.boot(value)
        self.after = json.loads(policy_of(
            "-", text="CPU:\n" + "\n".join(self.lines) + "\n"))

    @staticmethod
    def boot(value):
        run_of = emulator.Qemu.run(IMAGE, value)
        lines = [line for line in run_of.lines if ROW.fullmatch(line)]
        if run_of.lines[-1:] != ["done"]:
            raise emulator.Trouble("the probe did not get to its end")
        return lines, warned(value)

    def rows(self, which):
        skip = CACHES + (BRAND if "brand string cannot" in self.lost else ())
        return [row for row in which.get("rows", [])
                if not row.startswith(skip)]

    def numbers(self, which):
        numbers = dict(which["numbers"])
        numbers.pop("phys_bits", None)  # TCG has 40
        return numbers


def warned(value):
    """Features that QEMU says TCG does not have."""
    done = subprocess.run(
        [emulator.Qemu.program, "-accel", "tcg", "-cpu", value, "-display",
         "none", "-nodefaults", "-monitor", "stdio"], input="quit\n",
        capture_output=True, text=True, timeout=emulator.TIMEOUT, check=False)
    return set(re.findall(r"requested feature: \S+?\.([\w.-]+) \[bit",
                          done.stderr))


def trips(paths):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(Trip, paths))


@unittest.skipUnless(emulator.Qemu.is_here(),
                     "qemu-system-x86_64 is not installed")
class Guests(unittest.TestCase):
    maxDiff = None

    def test_guests_of_recorded_models_see_exactly_their_policy(self):
        directory = os.path.join(DATA, "qemu")
        # "base" has leaf 0 alone and no maker: QEMU makes no such guest.
        paths = [os.path.join(directory, name)
                 for name in sorted(os.listdir(directory))
                 if name != "base.json"]
        self.assertGreater(len(paths), 50)
        for path, trip in zip(paths, trips(paths)):
            with self.subTest(os.path.basename(path), value=trip.value):
                for key in ("vendor", "features"):
                    self.assertEqual(trip.after[key], trip.before[key])
                self.assertEqual(trip.after["numbers"],
                                 trip.before["numbers"])
                self.assertEqual(trip.rows(trip.after), trip.rows(trip.before))

    def test_guests_of_real_cpus_lack_only_what_qemu_warns_of(self):
        paths = [os.path.join(DATA, "libvirt", name)
                 for name in os.listdir(os.path.join(DATA, "libvirt"))
                 if name.startswith(REAL)]
        self.assertTrue(paths)
        for path, trip in zip(paths, trips(paths)):
            before, after = (set(p["features"])
                             for p in (trip.before, trip.after))
            with self.subTest(os.path.basename(path), value=trip.value,
                              lost=trip.lost):
                self.assertEqual(trip.after["vendor"], trip.before["vendor"])
                self.assertEqual(self.unexplained(trip, before - after), set())
                self.assertEqual(after - before, set())

    @staticmethod
    def unexplained(trip, missing):
        """Not warned of, not said to be lost, not fallen with such a one."""
        gone = set(re.findall(r"[\w:.\[\]]+", trip.lost))
        return missing - gone - {NAMES.get(name) for name in trip.warnings}


if __name__ == "__main__":
    sys.argv[1:] = []
    tap.main()
