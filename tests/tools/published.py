#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What libvirt's own tests expect of 61 CPUs, beside what we make of them.

usage: published.py CPUPOLICY [SOURCE]

SOURCE is an unpacked libvirt 9.0.0; without, Debian's source package is
fetched into a temporary directory, with lists of packages of its own. Nothing of
it is kept. Raw CPUID goes in as libvirt's <cpudata>; what comes out is compared
as sets of features, which libvirt's own definitions of the names make of both.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import libvirt  # noqa: E402
import tap  # noqa: E402

CPUPOLICY = sys.argv[1]
SOURCE = sys.argv[2] if len(sys.argv) > 2 else None
VERSION = "9.0.0"
# Where we differ, and why. Every one must: else the list is out of date.
HOSTS = {
    "Core-i5-4670T": "libvirt drops TSX of this CPU for its erratum",
}
GUESTS = HOSTS | {
    "EPYC-7601-32-Core-ibpb": "libvirt's file lists no rdtscp",
    "Atom-P5362": "libvirt's file lists no core-capability",
}
APT = """
set -e
mkdir -p lists/partial cache/archives/partial
echo 'deb-src http://deb.debian.org/debian bookworm main' >sources.list
set -- -o Dir::Etc::sourcelist="$PWD/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$PWD/lists" \
    -o Dir::Cache="$PWD/cache"
apt-get "$@" update
apt-get "$@" source --download-only libvirt
"""


def fetch(directory):
    """Give the unpacked source, or say why there is none."""
    try:
        done = subprocess.run(["sh", "-c", APT], cwd=directory, timeout=300,
                              capture_output=True, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise unittest.SkipTest(f"libvirt's source: {error}") from error
    found = [name for name in os.listdir(directory)
             if re.fullmatch(r"libvirt_.*\.orig\.tar\.xz", name)]
    if not found:
        lines = done.stderr.strip().splitlines() or ["nothing came"]
        raise unittest.SkipTest(f"libvirt's source: {lines[-1]}")
    with tarfile.open(os.path.join(directory, found[0])) as archive:
        for member in archive:
            if re.search(r"/(cputestdata|cpu_map)/[^/]*\.xml$", member.name):
                archive.extract(member, directory)
    return os.path.join(directory, f"libvirt-{VERSION}")


class Published(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        source = SOURCE
        if not source:
            temporary = tempfile.TemporaryDirectory()
            cls.addClassCleanup(temporary.cleanup)
            source = fetch(temporary.name)
        cls.data = os.path.join(source, "tests", "cputestdata")
        if not os.path.isdir(cls.data):
            raise unittest.SkipTest(f"no libvirt {VERSION} in {source}")
        cls.map = libvirt.Map(os.path.join(source, "src", "cpu_map"))

    def compare(self, kind, exceptions):
        different = {}
        names = sorted(
            found[1] for found in (
                re.fullmatch(rf"x86_64-cpuid-(.*)-{kind}\.xml", name)
                for name in os.listdir(self.data)) if found)
        self.assertEqual(len(names), 61)
        for name in names:
            base = os.path.join(self.data, "x86_64-cpuid-" + name)
            ours = ElementTree.fromstring(subprocess.run(
                [CPUPOLICY, "convert", base + ".xml", "--to", "libvirt-host"],
                check=True, capture_output=True, text=True).stdout)
            theirs = ElementTree.parse(f"{base}-{kind}.xml").getroot()
            difference = self.map.expand(ours) ^ self.map.expand(theirs)
            if difference:
                different[name] = sorted(difference)
        print(f"# {kind}: {len(names) - len(different)} of {len(names)} agree"
              + "".join(f"\n#   {name}: {' '.join(words)}"
                        for name, words in different.items()))
        self.assertEqual(set(different), set(exceptions))

    def test_hosts_are_what_libvirt_publishes(self):
        self.compare("host", HOSTS)

    def test_guests_are_what_libvirt_publishes(self):
        self.compare("guest", GUESTS)


if __name__ == "__main__":
    sys.argv[1:] = []
    tap.main()
