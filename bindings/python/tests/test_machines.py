# SPDX-License-Identifier: MIT
"""Machines over time, and made to show a policy, through Python."""
from __future__ import annotations

import gc
import unittest

import cpupolicy as cp
import tap
from samples import record


def with_microcode(name: str, revision: str) -> cp.Record:
    """A recorded CPU under another microcode."""
    text = record(name).to_json().replace(
        '"version": 1,', f'"version": 1,\n  "microcode": "{revision}",', 1)
    again = cp.parse(text)
    assert isinstance(again, cp.Record)
    return again


class Drifts(unittest.TestCase):
    """One machine before and after an update."""

    def setUp(self) -> None:
        self.was = record("Xeon-Gold-6130").offer()
        self.now = self.was.hide(["rtm"])[0]

    def test_nothing_changed_is_nothing(self) -> None:
        machine = record("Xeon-Gold-6130")
        drift = cp.Drift(machine, machine)
        self.assertTrue(drift.same_cpu)
        self.assertEqual((drift.changes, drift.unrecorded, drift.causes),
                         ([], [], []))
        self.assertTrue(drift.leave() and drift.come())

    def test_what_was_lost_and_why_and_for_whom(self) -> None:
        drift = cp.Drift(self.was, self.now)
        [change] = drift.changes
        self.assertEqual((str(change.field), change.offer, change.accept,
                          change.direction),
                         ("rtm", (1, 0), (1, 0), cp.Direction.LOST))
        self.assertIn(cp.Agent.MICROCODE, drift.causes[0].by)
        self.assertEqual(drift.guest(self.was).fate, cp.Fate.NO_LONGER)
        self.assertEqual(drift.guest(self.now).fate, cp.Fate.STILL)
        self.assertTrue(drift.leave())
        self.assertEqual([str(f.field) for f in drift.come().findings],
                         ["rtm"])

    def test_the_way_back_is_a_gain(self) -> None:
        drift = cp.Drift(self.now, self.was)
        self.assertEqual(drift.changes[0].direction, cp.Direction.GAINED)
        self.assertEqual(drift.guest(self.was),
                         cp.GuestFate(cp.Fate.NOW, cp.Verdict.DOES_NOT_FIT,
                                      cp.Verdict.FITS))

    def test_a_guest_of_no_cpu_is_taken_as_of_this_one(self) -> None:
        drift = cp.Drift(self.was, self.now)
        level = cp.Policy.model("x86-64-v3")
        self.assertEqual(drift.guest(level).fate, cp.Fate.STILL)
        self.assertEqual(level, cp.Policy.model("x86-64-v3"))

    def test_what_records_say_of_microcode_is_told(self) -> None:
        drift = cp.Drift(with_microcode("Xeon-Gold-6130", "0x2006a0a"),
                         with_microcode("Xeon-Gold-6130", "0x2006b06"))
        self.assertEqual(drift.told(cp.Agent.MICROCODE),
                         cp.Told(cp.Evidence.DIFFERS, "0x2006a0a",
                                 "0x2006b06"))
        self.assertEqual(drift.told(cp.Agent.KERNEL).evidence,
                         cp.Evidence.UNKNOWN)

    def test_a_drift_keeps_what_it_compares(self) -> None:
        before = self.was.copy()
        drift = cp.Drift(before, record("FX-8150"))
        before.set("avx", False)
        del before
        gc.collect()
        self.assertFalse(drift.same_cpu)
        self.assertTrue(all(c.unrecorded for c in drift.unrecorded))
        self.assertIn("avx", drift.before)

    def test_an_unknown_hypervisor_is_an_error(self) -> None:
        with self.assertRaises(cp.Error):
            cp.Drift(self.was, self.now, hypervisor="bochs")


class Levelling(unittest.TestCase):
    """MSR writes by which a CPU shows a policy."""

    def test_amd_overrides_leaf_one(self) -> None:
        pool = cp.baseline([record("FX-8150").offer(),
                            record("Opteron-1352").offer()])[0]
        [plan] = cp.levelling(record("FX-8150"), pool)
        write = {w.msr: w for w in plan.writes}[0xc0011004]
        self.assertEqual((write.kind, write.leaf, write.low, write.high),
                         (cp.Kind.OVERRIDE, 1, 3, 2))
        self.assertEqual(write.value >> 32 & 1 << 28, 0)  # AVX
        self.assertEqual(write.mask, (1 << 64) - 1)
        thermal = {w.msr: w for w in plan.writes}[0xc0011003]
        self.assertIsNone(thermal.high)
        self.assertEqual(plan.visible > 0, bool(
            plan.findings.of_grade(cp.Grade.BLOCK)))

    def test_what_the_cpu_cannot_honour_is_not_planned(self) -> None:
        [plan] = cp.levelling(record("Opteron-1352"),
                              record("FX-8150").offer())
        self.assertTrue(plan.refused)
        self.assertEqual(plan.writes, ())
        self.assertIn("avx", [str(f.field) for f in plan.findings])

    def test_faulting_hides_everything(self) -> None:
        machine = record("Xeon-Gold-6130")
        level = cp.Policy.model("x86-64-v1")
        [plan] = cp.levelling(machine, level, faulting=cp.Faulting.YES)
        self.assertEqual((plan.writes[0].msr, plan.visible), (0x140, 0))
        [plan] = cp.levelling(machine, level, faulting=cp.Faulting.NO)
        self.assertGreater(plan.visible, 0)


class Hosts(unittest.TestCase):
    """What a machine can honour, and findings about it."""

    def test_a_lost_component_is_told_with_its_size(self) -> None:
        result = record("FX-8150").offer().check(
            record("Opteron-1352").accept())
        lost = {str(f.field): f.component for f in result.findings}
        self.assertEqual(lost["xcr0_avx"], cp.Component(2, 256, 576))
        self.assertIsNone(lost["avx"])

    def test_findings_without_a_field_have_effects(self) -> None:
        result = record("FX-8150").offer().check(
            record("Xeon-Gold-6130").accept())
        self.assertTrue(any(f.field is None for f in result.findings))
        self.assertTrue(all(f.effect for f in result.findings))

    def test_a_verdict_reads_as_on_the_command_line(self) -> None:
        self.assertEqual(str(cp.Verdict.FITS_WITH_NOTES), "fits with notes")

    def test_an_old_hypervisor_gives_less(self) -> None:
        machine = record("Xeon-Gold-6130")
        new, old = machine.offer("kvm"), machine.offer("kvm-4.19")
        self.assertTrue(cp.gained(old, new))
        self.assertEqual(machine.offer("kvm-4.19.200"), old)

    def test_a_hypervisor_that_is_not_known_is_told(self) -> None:
        for name, status, text in (
                ("kvm-2.6", cp.Status.RANGE, "is 4.19"),
                ("vmware-8", cp.Status.RANGE, "nothing is known"),
                ("kwm", cp.Status.UNKNOWN, "expected kvm, xen")):
            with self.assertRaisesRegex(cp.Error, text) as caught:
                record("FX-8150").offer(name)
            self.assertEqual(caught.exception.status, status)

    def test_a_clock_that_was_not_recorded_is_unknown(self) -> None:
        self.assertEqual(record("FX-8150").clock, (0, True))
        self.assertEqual(record("Xeon-Gold-6130").clock, (0, False))


if __name__ == "__main__":
    tap.main()
