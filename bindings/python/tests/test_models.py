# SPDX-License-Identifier: MIT
"""Models, profiles and differences through Python."""
from __future__ import annotations

import unittest

import cpupolicy as cp
import tap
from samples import record


class Models(unittest.TestCase):
    """Named policies and their order."""

    def test_a_model_is_found_by_name_and_alias_as_one(self) -> None:
        for model in cp.models():
            self.assertIs(cp.find_model(model.name), model)
            for alias in model.aliases:
                self.assertIs(cp.find_model(alias), model)
        with self.assertRaisesRegex(cp.Error, "hasswell") as caught:
            cp.find_model("hasswell")
        self.assertEqual(caught.exception.status, cp.Status.UNKNOWN)

    def test_a_model_is_a_policy_of_its_vendor(self) -> None:
        haswell = cp.find_model("haswell")
        self.assertEqual(haswell.vendor, cp.Vendor.INTEL)
        self.assertEqual(haswell.year, 2013)
        self.assertIn("avx2", haswell.policy())
        self.assertEqual(haswell.policy().vendor, "GenuineIntel")
        self.assertEqual(cp.find_model("x86-64-v2").vendor, cp.Vendor.UNKNOWN)

    def test_the_order_goes_both_ways(self) -> None:
        v2, v3 = cp.find_model("x86-64-v2"), cp.find_model("x86-64-v3")
        self.assertEqual(v2.relation(v3), cp.Relation.BELOW)
        self.assertEqual(v3.relation(v2), cp.Relation.ABOVE)
        self.assertEqual(v2.relation(v2), cp.Relation.EQUAL)
        self.assertTrue(v2.is_next_below(v3))
        self.assertFalse(cp.find_model("x86-64-v1").is_next_below(v3))

    def test_a_policy_fits_its_own_model(self) -> None:
        best = cp.fit(cp.find_model("haswell").policy())[0]
        self.assertEqual((best.model.name, best.blocks), ("haswell", 0))
        misses = [f.blocks for f in cp.fit(record("FX-8150").offer())]
        self.assertEqual(misses, sorted(misses))
        self.assertGreater(misses[-1], 0)

    def test_a_base_is_a_model(self) -> None:
        bases = [m.base for m in cp.models()]
        self.assertIn(None, bases)
        self.assertTrue(any(bases))
        self.assertTrue(all(b is cp.find_model(b.name) for b in bases if b))


class Profiles(unittest.TestCase):
    """What kinds of guest require."""

    def test_what_is_missing_is_named(self) -> None:
        old = record("FX-8150").offer()
        missing = [f.name for f in cp.find_profile("el10").lacks(old)]
        self.assertIn("avx2", missing)
        self.assertNotIn("avx", missing)
        self.assertEqual(cp.find_profile("el9").lacks(old), [])

    def test_what_a_profile_needs_it_does_not_lack(self) -> None:
        for profile in cp.profiles():
            self.assertEqual(cp.find_profile(profile.name), profile)
            self.assertEqual(profile.lacks(profile.policy()), [])

    def test_as_a_guest_it_takes_the_vendor_of_the_host(self) -> None:
        new = record("Xeon-Gold-6130").accept()
        needs = cp.find_profile("el10").policy()
        self.assertFalse(needs <= new)
        self.assertTrue(needs.for_cpu_of(new) <= new)
        amd = record("FX-8150").offer()
        self.assertEqual(amd.for_cpu_of(new), amd)

    def test_an_unknown_profile_is_an_error(self) -> None:
        with self.assertRaises(cp.Error) as caught:
            cp.find_profile("el99")
        self.assertEqual(caught.exception.status, cp.Status.UNKNOWN)


class Differences(unittest.TestCase):
    """In what two policies differ."""

    def setUp(self) -> None:
        self.all = record("FX-8150").offer()
        self.less = self.all.hide(["fma4"])[0]

    def test_what_was_hidden_is_the_difference(self) -> None:
        [found] = cp.differences(self.all, self.less)
        self.assertEqual((str(found.field), found.address, found.a, found.b),
                         ("fma4", "80000001:ecx[16]", 1, 0))
        self.assertEqual(cp.differences(self.all, self.all.copy()), [])

    def test_what_is_gained_is_gained_one_way(self) -> None:
        self.assertEqual(cp.gained(self.all, self.less), [])
        self.assertEqual([str(d.field) for d in
                          cp.gained(self.less, self.all)], ["fma4"])

    def test_contents_are_the_difference_from_nothing(self) -> None:
        self.assertEqual(cp.contents(cp.Policy()), [])
        self.assertEqual(cp.contents(self.all),
                         cp.differences(cp.Policy(), self.all))


if __name__ == "__main__":
    tap.main()
