#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tables/models.py refuses of tables/models/, on copies."""

import sys

sys.dont_write_bytecode = True

import gen_test  # noqa: E402
import tap  # noqa: E402

HEAD = ("name x", "version 1", "summary s", "source s")


class Models(gen_test.Copied):
    def refused_model(self, why, place, message, *lines, name="x"):
        def spoil(copy):
            copy.write(f"models/{name}.model", [line + "\n" for line in lines])
            return place

        self.refused(why, spoil, message)

    def fifth(self, why, message, line, *more):
        """The fifth line is wrong."""
        self.refused_model(why, "models/x.model:5", message, *HEAD, line, *more)

    def sixth(self, why, message, *lines):
        self.refused_model(why, "models/x.model:6", message, *HEAD, *lines)

    def test_a_head_that_is_wrong_is_refused(self):
        self.fifth("an unknown word", "unknown word 'also'", "also avx")
        self.fifth("a word twice", "version is said twice", "version 1")
        self.fifth("a maker nobody knows", "'cyrix' is not one of",
                   "vendor cyrix")
        self.fifth("a signature that is too short", "12 characters",
                   "signature Intel")
        self.fifth("a title that is no brand", "47 characters",
                   "title " + "x" * 48)
        self.fifth("a year that is none", "'soon' is not a number",
                   "year soon")
        self.refused_model("another name", "models/x.model:1",
                           "the file is called x", "name y", *HEAD[1:])
        self.refused_model("no source", "models/x.model", "source is missing",
                           *HEAD[:3])
        self.refused_model("a version that the name denies",
                           "models/x-v2.model:2", "'3', but the name is x-v2",
                           "name x-v2", "version 3", *HEAD[2:], name="x-v2")

    def test_names_are_unique(self):
        self.refused_model("a name of another", "models/x.model",
                           "'intel-haswell' is a name of haswell",
                           *HEAD, "alias intel-haswell")
        self.refused_model("however it is spelt", "models/zen2.model",
                           "'amd-zen2' is a name of x",
                           *HEAD, "alias AMD_Zen2")

    def test_a_base_that_is_wrong_is_refused(self):
        self.refused_model("a base that is missing", "models/x.model",
                           "base 'y' is missing", *HEAD, "base y")
        self.refused_model("its own base", "models/x.model",
                           "leads in a circle", *HEAD, "base x")

    def test_a_difference_that_is_wrong_is_refused(self):
        self.fifth("an unknown feature", "'avx22' is no field",
                   "plus avx22")
        self.fifth("a feature by alias", "'fma3' is no field", "plus fma3")
        self.fifth("a number as a feature", "'phys_bits' is no feature",
                   "plus phys_bits")
        self.fifth("what is computed", "level derive", "set max_basic 4")
        self.fifth("what no policy has", "level zero|no slot", "plus ht")
        self.fifth("twice", "'avx' is said twice", "plus avx avx")
        self.sixth("what the base has", "'sse2' is in the base",
                   "base x86-64-v1", "plus sse2")
        self.sixth("minus what it has not", "'avx' is not in the base",
                   "base x86-64-v1", "minus avx")
        self.fifth("set without a number", "a field and a number",
                   "set phys_bits")
        self.fifth("set to no number", "'many' is not a number",
                   "set phys_bits many")
        self.fifth("set beyond the field", "256 does not fit",
                   "set phys_bits 256")
        self.fifth("set of a feature", "plus or minus", "set avx 1")

    def test_a_row_that_is_wrong_is_refused(self):
        self.fifth("too few numbers", "four numbers", "row 00000002.0 1 2 3")
        self.fifth("no numbers", "LEAF.SUBLEAF", "row two 1 2 3 4")
        self.fifth("a row of features", "not of donor registers",
                   "row 00000007.0 1 2 3 4")
        self.fifth("a row without a place", "no slot",
                   "row 0000000b.0 1 2 3 4")

    def test_the_abi_levels_must_be_there(self):
        def stronger(copy):
            lines = copy.lines("models/x86-64-v4.model")
            copy.write("models/x86-64-v4.model",
                       [line for line in lines if not line.startswith("base")])
            return "models/x86-64-v4.model"

        self.refused("a level that does not hold the one below", stronger,
                     "does not hold x86-64-v3")
        self.refused_model("a level of one maker", "models/x86-64-v1.model",
                           "without a vendor", "name x86-64-v1", *HEAD[1:],
                           "vendor amd", name="x86-64-v1")


if __name__ == "__main__":
    tap.main()
