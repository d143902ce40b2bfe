#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tables/lint.py refuses, on copies of tables/."""

import gen_test
import tap


def change(rule, /, **columns):
    return lambda copy: copy.change("lint.csv", (rule,), **columns)


class Lint(gen_test.Copied):
    def test_a_rule_that_says_nothing_is_refused(self):
        self.refused("nobody breaks", change("avx2_bmi2", breaks=""),
                     "breaks: missing")
        self.refused("nobody read it", change("avx2_bmi2", source=""),
                     "source: missing")
        self.refused("no grade", change("avx2_bmi2", grade=""),
                     "grade: missing")
        self.refused("no condition", change("avx2_bmi2", must=""),
                     "must: missing")

    def test_unknown_words_are_refused(self):
        self.refused("a check", change("avx2_bmi2", check="should"),
                     "check: 'should' is not one of: must need")
        self.refused("a finding", change("avx2_bmi2", finding="NEVER"),
                     "finding: 'NEVER' is not in findings.csv")
        self.refused("a field", change("avx2_bmi2", about="avx22"),
                     "about: 'avx22' is no field's name")
        self.refused("an alias", change("unreal_aes", must="pclmul"),
                     "must: 'pclmul' is no field's name")
        self.refused("a field without a place",
                     change("avx2_bmi2", must="cat_l3"),
                     "must: 'cat_l3' has no slot")
        self.refused("a group", change("xcr0_group", must="xcr0.none"),
                     "must: 'xcr0.none' is no group")
        self.refused("a maker", change("windows_perfctr", vendors="cyrix"),
                     "vendors: 'cyrix' is not one of")

    def test_conditions_that_mean_nothing_are_refused(self):
        self.refused("no number", change("phys_wide", must="phys_bits<="),
                     "must: 'phys_bits<=' is not FIELD, !FIELD")
        self.refused("both", change("phys_wide", must="!phys_bits<=52"),
                     "must: '!phys_bits<=52' is not FIELD")
        self.refused("a number of a need", change("avx_alone", must="avx=1"),
                     "must: 'avx=1': only names of fields")
        self.refused("a need under a condition",
                     change("avx_alone", when="lm"),
                     "when: rules about needs, gates and groups have none")
        self.refused("data for a check in C",
                     change("caches_amd", must="lm"),
                     "must: a check written in C has none")

    def test_two_rules_of_one_name_are_refused(self):
        self.refused("twice", change("hv_stimer", name="hv_synic"),
                     "name hv_synic is taken")

    def test_every_kind_of_edge_ends_with_the_rest(self):
        for rule in ("need", "gate", "group"):
            with self.subTest(rule):
                copy = self.fresh()
                copy.change("lint.csv", (rule,), vendors="intel")
                self.assertRegex(copy.refusal() or "accepted",
                                 f"of the rules that check '{rule}' the last")


if __name__ == "__main__":
    tap.main()
