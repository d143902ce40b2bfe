#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The toolstack of examples/xen in a dom0 of Debian's Xen.

usage: toolstack.py CPUPOLICY PROBE-IMAGE DIRECTORY LIBRARIES [XEN-POLICY]

On each CPU model a policy is made of what the probe reads, less a feature; Xen
gives it to a domain that never runs. What the domain got must be that policy,
but for what tests/data/xen/differences.csv explains. Prints TAP.
"""

import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
import policies  # noqa: E402
import emulator  # noqa: E402
import machine  # noqa: E402
import packages  # noqa: E402
import tap  # noqa: E402

MODEL = "EPYC,+svm"
HIDDEN = "avx2"


class Lab(policies.Lab):
    """One boot, and what the programs said in it."""

    def probed(self):
        """The probe's rows of the model, as if it were a machine's."""
        lines = []
        for (leaf, subleaf), words in policies.rows_of(
                policies.ROW, "\n".join(emulator.Qemu.run(
                    self.probe, MODEL).lines)).items():
            if leaf == 1:
                words[2] &= ~policies.HYPERVISOR
            if leaf >> 16 != 0x4000:
                lines.append(f"   0x{leaf:08x} 0x{subleaf:02x}: " + " ".join(
                    f"{name}=0x{word:08x}" for name, word
                    in zip(("eax", "ebx", "ecx", "edx"), words)))
        return "CPU 0:\n" + "\n".join(lines) + "\n"

    def wanted(self):
        policy = self.run(["host", "--offer", "--hypervisor", policies.VERSION,
                           "-"],
                          self.probed())
        path = os.path.join(self.directory, "offer.json")
        with open(path, "w", encoding="ascii") as file:
            json.dump(policy, file)
        done = subprocess.run([self.cpupolicy, "mask", path, "--hide", HIDDEN],
                              capture_output=True, text=True, check=True)
        path = os.path.join(self.directory, "wanted.json")
        with open(path, "w", encoding="ascii") as file:
            file.write(done.stdout)
        return path

    def boot(self, xen_policy, libraries):
        xen = machine.Machine(self.directory, [libraries])
        wanted = self.wanted()
        with open(wanted, encoding="ascii") as file:
            self.policy = json.load(file)
        initramfs = xen.initramfs(
            {"xen-policy": xen_policy, "xen-cpuid": xen.tool("xen-cpuid")},
            ["echo @POLICIES", "xen-cpuid -p",
             "echo @RAW", "xen-policy get raw",
             "echo @DOM", "xen-policy get 0",
             "echo @TRY", "xen-policy try /wanted.json 2>/err; status=$?",
             "echo @STATUS", "echo $status",
             "echo @MISSING", "/bin/busybox cat /err",
             "echo @LATE", "xen-policy set 0 /wanted.json 2>&1",
             "echo @END"], [wanted])
        self.said = xen.boot(MODEL, initramfs)


class Toolstack(unittest.TestCase):
    lab = None

    def test_the_raw_policy_is_the_record_that_xen_cpuid_prints(self):
        ours = json.loads(self.lab.said["RAW"])
        parts = policies.split_policies(self.lab.said["POLICIES"])
        theirs = self.lab.run(["convert", "-", "--to", "json"], parts["Raw"])
        rows = [set(record["cores"][0]["rows"]) for record in (ours, theirs)]
        # xen-cpuid leaves out rows of zeros, and the reader adds some
        self.assertEqual({row for row in rows[0] ^ rows[1]
                          if row.split(maxsplit=1)[1].strip("0 ")
                          and not row.startswith("4000")}, set())
        self.assertGreater(len(rows[0] & rows[1]), 20)

    def test_the_policy_of_dom0_is_read(self):
        policy = json.loads(self.lab.said["DOM"])
        self.assertEqual(policy["vendor"], "AuthenticAMD")
        self.assertIn("sse2", policy["features"])

    def test_a_domain_gets_the_policy_but_for_what_is_explained(self):
        given = policies.named(json.loads(self.lab.said["TRY"]))
        wanted = policies.named(self.lab.policy)
        known = {(feature, who) for name, feature, who
                 in policies.read_differences() if name == "default"}
        self.assertNotIn(HIDDEN, given)
        self.assertEqual(sorted(
            feature for feature in wanted - given
            if (feature, "us") not in known), [], "not given")
        self.assertEqual(sorted(
            feature for feature in given - wanted
            if (feature, "xen") not in known), [], "given in addition")

    def test_what_xen_took_away_is_said(self):
        given = policies.named(json.loads(self.lab.said["TRY"]))
        missing = policies.named(self.lab.policy) - given
        for feature in missing:
            self.assertIn(f" {feature}: ", self.lab.said["MISSING"])
        self.assertEqual(self.lab.said["STATUS"].strip(),
                         "1" if missing else "0", self.lab.said["MISSING"])

    def test_a_domain_that_runs_keeps_its_policy(self):
        self.assertIn("xen-policy: Xen refuses", self.lab.said["LATE"])


def main():
    cpupolicy, probe, directory, libraries, *built = sys.argv[1:]
    if not built:
        print("1..0 # SKIP xen-policy is not built: no libxen-dev")
        return
    Toolstack.lab = Lab(cpupolicy, probe, directory, [MODEL])
    try:
        Toolstack.lab.boot(built[0], libraries)
    except packages.Missing as missing:
        print(f"1..0 # SKIP {missing}")
        return
    tap.main()


if __name__ == "__main__":
    main()
