#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tables/blocking.py, drift.py and profiles.py refuse, on copies of tables/."""

import gen_test
import tap


def change(file, row, /, **columns):
    return lambda copy: copy.change(file, (row,), **columns)


class Blocking(gen_test.Copied):
    def refuses(self, why, row, message, /, **columns):
        self.refused(why, change("blocking.csv", row, **columns), message)

    def test_unknown_words_are_refused(self):
        self.refuses("a fence", "smep", "by: 'cr5' is not one of", by="cr5")
        self.refuses("a feature", "smep", "features: 'smepp' is no feature's",
                     features="smepp")
        self.refuses("a number", "smep", "features: 'phys_bits' is no feat",
                     features="phys_bits")
        self.refuses("a maker", "smep", "vendors: 'cyrix'", vendors="cyrix")
        self.refuses("a hypervisor", "smep", "done: 'bhyve'", done="bhyve")

    def test_a_row_that_says_nothing_is_refused(self):
        for column in ("features", "detail", "source"):
            self.refuses(column, "smep", f"{column}: missing",
                         **{column: ""})
        self.refuses("done by whom", "pdpe1gb", "nobody blocks", done="kvm")

    def test_two_rows_about_one_feature_are_refused(self):
        self.refuses("on all CPUs", "smap", "smep is at blocking.csv",
                     features="smep", detail="again")

    def test_an_instruction_of_which_nothing_is_said_is_refused(self):
        copy = self.fresh()
        copy.change("blocking.csv", ("xsave",), features="smx")
        self.assertRegex(copy.refusal() or "accepted",
                         r"fields.csv:\d+: blocking.csv does not say what "
                         "blocks xsave on intel")


class Profiles(gen_test.Copied):
    def refuses(self, why, row, message, /, **columns):
        self.refused(why, change("profiles.csv", row, **columns), message)

    def test_what_means_nothing_is_refused(self):
        self.refuses("a feature", "el9", "needs: 'avx22' is no feature's name",
                     needs="avx22")
        self.refuses("a model", "el9", "needs: '@x86-64-v9' is no feature's",
                     needs="@x86-64-v9")
        self.refuses("a number", "el9", "needs: 'phys_bits' is no feature's",
                     needs="phys_bits")
        self.refuses("a name", "el9", "name: 'EL9': only", name="EL9")
        for column in ("title", "needs", "source"):
            self.refuses(column, "el9", f"{column}: missing", **{column: ""})

    def test_a_name_means_one_thing(self):
        self.refuses("another's", "el10", "name el9 is taken", name="el9")
        self.refuses("a model's", "x86-64-v2", "needs: a model has this name",
                     needs="@x86-64-v1")


class Drift(gen_test.Copied):
    def refuses(self, why, row, message, /, **columns):
        self.refused(why, change("drift.csv", row, **columns), message)

    def test_a_cause_that_says_nothing_is_refused(self):
        self.refuses("no change", "tsx_off", "lost: neither this nor gained",
                     lost="")
        self.refuses("nobody", "tsx_off", "by: missing", by="")
        self.refuses("no text", "tsx_off", "summary: missing", summary="")
        self.refuses("nobody read it", "tsx_off", "source: missing",
                     source="")

    def test_unknown_words_are_refused(self):
        self.refuses("an agent", "tsx_off", "by: 'admin'", by="admin")
        self.refuses("a feature", "tsx_off", "lost: 'rtmm' is no name",
                     lost="rtmm")
        self.refuses("a bit of an MSR", "tsx_off", "lost: 'tsx_ctrl' is no na",
                     lost="tsx_ctrl")
        self.refuses("a name of two", "tsx_off", "name tsx_aborts is taken",
                     name="tsx_aborts")


if __name__ == "__main__":
    tap.main()
