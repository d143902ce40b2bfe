#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tables/xen.py refuses, on copies of tables/."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import gen_test  # noqa: E402  (finds tables/)
import tap  # noqa: E402

WORDS, NAMES = "xen_words.csv", "xl.csv"


def spoil(table, key, **columns):
    return lambda copy: copy.change(table, (key,), **columns)


class Xen(gen_test.Copied):
    def test_a_word_that_is_there_twice_is_refused(self):
        self.refused("its name", spoil(WORDS, "1c", word="1d"),
                     "'1d' is at xen_words.csv:4 already")
        self.refused("its place", spoil(WORDS, "1c", register="edx"),
                     "'1c' is at xen_words.csv:4 already")

    def test_a_place_that_cannot_be_is_refused(self):
        self.refused("a half of no MSR", spoil(WORDS, "1c", register="lo"),
                     "register: 'lo' is not one of")
        self.refused("a register of an MSR",
                     spoil(NAMES, "rdcl-no", register="eax"),
                     "register: 'eax' is not one of")
        self.refused("no number", spoil(NAMES, "est", leaf="one"),
                     "leaf: 'one' is not a number")
        for bits in ("32", "3:4", "", "7-0"):
            self.refused(f"bits {bits}", spoil(NAMES, "nc", bits=bits),
                         "is neither a bit nor high:low")

    def test_a_name_that_is_none_or_there_twice_is_refused(self):
        self.refused("upper case", spoil(NAMES, "est", name="EST"),
                     "'EST' is no name")
        self.refused("twice", spoil(NAMES, "nc", name="aes"),
                     "'aes' is at xl.csv:")


if __name__ == "__main__":
    tap.main()
