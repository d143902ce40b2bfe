#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""libvirt takes what is written for it, and means the same by it.

usage: virsh.py CPUPOLICY

No daemon is needed: virsh has a driver for tests, and can be the daemon of QEMU
itself. What a name means is read from the installed libvirt.
"""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import libvirt  # noqa: E402
import tap  # noqa: E402

CPUPOLICY = sys.argv[1]
DATA = os.path.join(HERE, "../data/libvirt")
SCHEMA = "/usr/share/libvirt/schemas"
# Of the virtual CPU and its state, not of a policy.
PER_VCPU = {"ht", "cmp_legacy", "osxsave", "ospke", "hypervisor"}
DOMAIN = """<domain type='test'><name>{name}</name><memory>8192</memory>
<os><type arch='x86_64'>hvm</type></os>{cpu}</domain>"""


def run(*words, text="", check=True):
    return subprocess.run(words, input=text, check=check, capture_output=True,
                          text=True)


def records():
    for name in sorted(os.listdir(DATA)):
        yield name, os.path.join(DATA, name)


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def convert(path, target):
    return run(CPUPOLICY, "convert", path, "--to", target).stdout


@unittest.skipUnless(shutil.which("virsh"), "virsh is not installed")
class Virsh(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.map = libvirt.Map()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name
        os.chmod(self.directory, 0o755)

    def policy(self, name, path):
        text = run(CPUPOLICY, "host", "--accept", "--hypervisor", "none",
                   path).stdout
        return write(self.directory, name, text)

    @staticmethod
    def recorded(path):
        with open(path, encoding="utf-8") as file:
            core = json.load(file)["cores"][0]
        return libvirt.words_of_rows(core["rows"], core.get("msrs", ()))

    @staticmethod
    def words(text):
        """Of <cpudata>."""
        words = {}
        for cpuid in ElementTree.fromstring(text).findall("cpuid"):
            leaf = (libvirt.number(cpuid.get("eax_in")),
                    libvirt.number(cpuid.get("ecx_in")))
            for register in libvirt.REGISTERS:
                words[(*leaf, register)] = libvirt.number(cpuid.get(register))
        for msr in ElementTree.fromstring(text).findall("msr"):
            words["msr", libvirt.number(msr.get("index"))] = \
                libvirt.number(msr.get("edx")) << 32 \
                | libvirt.number(msr.get("eax"))
        return words

    def test_hosts_are_what_libvirt_makes_of_their_bits(self):
        for name, path in records():
            file = write(self.directory, name,
                         convert(path, "libvirt-host"))
            said = run("virsh", "-c", "test:///default", "cpu-baseline",
                       "--features", file).stdout
            with self.subTest(name):
                self.assertEqual(
                    self.map.expand(ElementTree.fromstring(said)),
                    self.map.decode(self.recorded(path)))

    def test_baselines_of_two_hosts_are_what_both_have(self):
        files = [(self.map.decode(self.recorded(path)), write(
            self.directory, name, convert(path, "libvirt-host")))
            for name, path in records() if name.startswith("Xeon")]
        self.assertGreater(len(files), 10)
        for (mine, one), (yours, other) in zip(files, files[1:]):
            both = write(self.directory, "both", "".join(
                open(file, encoding="utf-8").read() for file in (one, other)))
            said = run("virsh", "-c", "test:///default", "cpu-baseline",
                       "--features", both).stdout
            with self.subTest(one, other=other):
                self.assertEqual(
                    self.map.expand(ElementTree.fromstring(said)),
                    mine & yours)

    @unittest.skipUnless(shutil.which("xmllint"), "xmllint is not installed")
    @unittest.skipUnless(os.path.exists(SCHEMA + "/cpu.rng"),
                         "libvirt's schemas are not installed")
    def test_libvirts_schema_has_what_is_written(self):
        for name, path in records():
            host = write(self.directory, "host",
                         convert(path, "libvirt-host"))
            guest = write(self.directory, "guest", DOMAIN.format(
                name="a", cpu=convert(self.policy(name, path),
                                      "libvirt-guest")))
            for schema, file in (("cpu", host), ("domain", guest)):
                done = run("xmllint", "--noout", "--relaxng",
                           f"{SCHEMA}/{schema}.rng", file, check=False)
                with self.subTest(name, schema=schema):
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_guests_can_be_defined(self):
        for name, path in records():
            cpu = convert(self.policy(name, path), "libvirt-guest")
            file = write(self.directory, "guest",
                         DOMAIN.format(name="a", cpu=cpu))
            done = run("virsh", "-c", "test:///default",
                       f"define --validate {file}; dumpxml a", check=False)
            with self.subTest(name):
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(ElementTree.fromstring(cpu).findtext("model"),
                              done.stdout)

    def test_guests_are_promised_what_the_policy_has(self):
        for name, path in records():
            policy = self.policy(name, path)
            cpu = ElementTree.fromstring(convert(policy, "libvirt-guest"))
            words = self.words(convert(policy, "libvirt-cpudata"))
            with self.subTest(name):
                self.assertEqual(
                    self.map.expand(cpu) - PER_VCPU,
                    self.map.decode(words) - PER_VCPU)

    @unittest.skipUnless(shutil.which("qemu-system-x86_64"),
                         "qemu-system-x86_64 is not installed")
    def test_this_host_is_no_more_than_libvirt_finds_itself(self):
        record = run(CPUPOLICY, "record").stdout
        host = write(self.directory, "host", convert(write(
            self.directory, "record", record), "libvirt-host"))
        # Where /sys is missing libvirt does not know its host's CPU.
        if "<vendor>" not in self.embedded("capabilities"):
            self.skipTest("libvirt does not see this machine's CPU")
        done = self.embedded(f"cpu-compare {host}")
        if "IDENTICAL" not in done and "identical" not in done \
                and "superset" not in done:
            self.fail(done + open(host, encoding="utf-8").read())

    def embedded(self, command):
        """virsh as the daemon, of somebody who is not root."""
        home = os.path.join(self.directory, "home")
        os.makedirs(home, exist_ok=True)
        user = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid,
                    "extra_groups": []}
        done = subprocess.run(
            ["virsh", "-c", f"qemu:///embed?root={home}", command],
            capture_output=True, text=True, check=False, cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C",
                 "XDG_RUNTIME_DIR": home, "XDG_CACHE_HOME": home}, **user)
        if "failed to connect" in done.stderr:
            self.skipTest(done.stderr.strip().splitlines()[-1])
        return done.stdout + done.stderr


if __name__ == "__main__":
    sys.argv[1:] = []
    tap.main()
