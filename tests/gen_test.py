#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tables/gen.py refuses, notices and writes, on copies of tables/."""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tables"))

import gen  # noqa: E402
import table  # noqa: E402
import tap  # noqa: E402


def cells(line):
    return [cell.strip()
            for cell in next(csv.reader([line.strip()], skipinitialspace=True))]


def joined(values):
    return ", ".join(f'"{v}"' if "," in v else v for v in values) + "\n"


class Tables:
    """A copy of tables/ that tests may spoil."""

    def __init__(self, folder):
        self.tables = os.path.join(folder, "tables")
        shutil.copytree(os.path.join(ROOT, "tables"), self.tables,
                        ignore=shutil.ignore_patterns("__pycache__"))

    def path(self, file):
        return os.path.join(self.tables, file)

    def lines(self, file):
        with open(self.path(file), encoding="utf-8") as lines:
            return list(lines)

    def write(self, file, lines):
        with open(self.path(file), "w", encoding="utf-8") as out:
            out.writelines(lines)

    def find(self, file, *wanted):
        """Index of the first line whose first cells are @wanted."""
        for index, line in enumerate(self.lines(file)):
            if line.strip() and not line.startswith("#") and \
                    cells(line)[:len(wanted)] == list(wanted):
                return index
        raise KeyError(f"{file}: {wanted}")

    def change(self, file, wanted, **columns):
        """Change cells of one row; returns its place, as refusals give it."""
        lines, index = self.lines(file), self.find(file, *wanted)
        row = cells(lines[index])
        for column, text in columns.items():
            row[table.COLUMNS[file].split().index(column)] = text
        lines[index] = joined(row)
        self.write(file, lines)
        return f"{file}:{index + 1}"

    def field(self, name, /, **columns):
        return self.change("fields.csv", ("cpu", name), **columns)

    def insert(self, file, after, row):
        """A new line behind the row that begins so; returns its place."""
        lines, index = self.lines(file), self.find(file, *after)
        lines.insert(index + 1, row)
        self.write(file, lines)
        return f"{file}:{index + 2}"

    def refusal(self):
        """What is refused, or None."""
        try:
            gen.c_lists(table.Tables(self.tables))
        except table.Refused as refused:
            return str(refused)
        return None


class Copied(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.good = Tables(folder.name)

    def fresh(self):
        shutil.rmtree(self.good.tables)
        self.good = Tables(self.folder)
        return self.good

    def refused(self, why, spoil, message):
        """@spoil changes the tables and returns the place to be named."""
        with self.subTest(why):
            copy = self.fresh()
            place = spoil(copy)
            said = copy.refusal()
            self.assertIsNotNone(said, "not refused")
            self.assertEqual(said.partition(": ")[0], place, said)
            self.assertRegex(said, message)


class Refusals(Copied):
    def test_the_tables_as_they_are_are_accepted(self):
        self.assertIsNone(self.good.refusal())

    def test_a_wrong_number_of_columns_is_refused(self):
        def shorter(copy):
            lines, at = copy.lines("fields.csv"), copy.find(
                "fields.csv", "cpu", "avx2")
            lines[at] = joined(cells(lines[at])[:-1])
            copy.write("fields.csv", lines)
            return f"fields.csv:{at + 1}"

        def other_header(copy):
            return copy.change("leaves.csv", ("space", "leaf"), slot="place")

        def header_gone(copy):
            copy.write("effects.csv", ["# nothing\n"])
            return "effects.csv"

        self.refused("a cell is missing", shorter,
                     "19 columns instead of 20")
        self.refused("a column has another name", other_header,
                     "the columns must be: space, leaf, subleaf, slot")
        self.refused("there is no line of names", header_gone,
                     "no line names the columns")

    def test_rows_out_of_order_are_refused(self):
        def swapped(file, one, other):
            def spoil(copy):
                lines = copy.lines(file)
                a, b = copy.find(file, *one), copy.find(file, *other)
                lines[a], lines[b] = lines[b], lines[a]
                copy.write(file, lines)
                return f"{file}:{max(a, b) + 1}"
            return spoil

        self.refused("two fields of one register change places",
                     swapped("fields.csv", ("cpu", "avx"), ("cpu", "f16c")),
                     "not sorted")
        self.refused("two leaves change places",
                     swapped("leaves.csv", ("cpu", "0x15"), ("cpu", "0x16")),
                     "not sorted")

    def test_an_unknown_word_is_refused_in_every_column(self):
        spoilt = (
            ("space", "silicon"), ("register", "rax"), ("register", "lo"),
            ("level", "max"), ("check", "superest"), ("grade", "warning"),
            ("expose", "offered"), ("vendors", "intel cyrix"),
            ("effect", "bang"), ("bits", "five"), ("bits", "32"),
            ("bits", "3:5"), ("leaf", "seven"), ("subleaf", "one"),
            ("since", "soon"), ("name", "AVX2"),
        )
        for column, word in spoilt:
            self.refused(f"{column} is '{word}'",
                         lambda copy, c=column, w=word:
                         copy.field("avx2", **{c: w}),
                         re.escape(word.split()[-1]))

    def test_an_unknown_word_is_refused_in_the_other_tables(self):
        spoilt = (
            ("leaves.csv", ("cpu", "0x15"), "slot", "maybe"),
            ("leaves.csv", ("cpu", "0x7"), "eax", "flags"),
            ("leaves.csv", ("cpu", "0x7"), "vendors", "cyrix"),
            ("findings.csv", ("1",), "grade", "fatal"),
            ("findings.csv", ("1",), "code", "one"),
            ("hypervisors.csv", ("kvm", "supply"), "hypervisor", "bhyve"),
            ("hypervisors.csv", ("kvm", "supply"), "action", "steal"),
            ("hypervisors.csv", ("kvm", "supply"), "set", "all"),
            ("hypervisors.csv", ("kvm", "supply"), "field", "avx22"),
            ("hypervisors.csv", ("kvm", "supply"), "when", "avx22"),
            ("hypervisors.csv", ("kvm", "supply"), "when", "!avx22"),
            ("hypervisors.csv", ("kvm", "supply"), "vendors", "cyrix"),
            ("hypervisors.csv", ("kvm", "supply"), "value", "much"),
            ("hypervisors.csv", ("kvm", "supply"), "from", "6.x"),
            ("hypervisors.csv", ("kvm", "supply"), "to", "six"),
            ("hypervisor_versions.csv", ("kvm",), "hypervisor", "bhyve"),
            ("hypervisor_versions.csv", ("kvm",), "version", "6.1-rc1"),
            ("values.csv", ("xstate_avx_size",), "field", "avx22"),
            ("values.csv", ("xstate_avx_size",), "values", "numbers"),
            ("values.csv", ("xstate_avx_size",), "vendors", "cyrix"),
        )
        for file, row, column, word in spoilt:
            self.refused(f"{file}: {column} is '{word}'",
                         lambda copy, f=file, r=row, c=column, w=word:
                         copy.change(f, r, **{c: w}), word)

    def test_a_bit_claimed_twice_is_refused(self):
        self.refused("everybody defines it twice",
                     lambda copy: copy.field("f16c", bits="28"),
                     r"bit 28 already taken at fields\.csv:\d+")
        self.refused("one maker and everybody",
                     lambda copy: copy.field("f16c", bits="28",
                                             vendors="amd"),
                     "bit 28 already taken")

        def longer(copy):
            copy.field("model", bits="8:4")
            return copy.field("family")  # the one that comes later says it

        self.refused("a range runs into its neighbour", longer,
                     r"bit 8 already taken at fields\.csv:\d+")

    def test_a_bit_of_two_makers_may_have_two_rows(self):
        self.good.field("avx", vendors="intel", needs="")
        self.good.field("f16c", bits="28", vendors="amd", needs="")
        said = self.good.refusal()
        self.assertNotRegex(str(said), "already taken")

    def test_a_name_or_alias_used_twice_is_refused(self):
        taken = r"name '\w+' is taken at fields\.csv:\d+"
        self.refused("a name",
                     lambda copy: copy.field("f16c", name="avx"), taken)
        self.refused("an alias that is a name",
                     lambda copy: copy.field("f16c", aliases="avx"), taken)
        self.refused("an alias that is an alias",
                     lambda copy: copy.field("f16c", aliases="aesni"), taken)
        self.refused("look-ups take - for _",
                     lambda copy: copy.field("f16c", aliases="sse4-1"), taken)
        self.refused("look-ups take . for _",
                     lambda copy: copy.field("f16c", aliases="sse4.1"), taken)

    def test_an_undefined_dependency_is_refused(self):
        self.refused("needs",
                     lambda copy: copy.field("avx2", needs="avx1"),
                     "needs: 'avx1' is not defined")
        self.refused("needs by alias",
                     lambda copy: copy.field("avx2", needs="fma3"),
                     "'fma3' is an alias of 'fma'")
        self.refused("needs a number",
                     lambda copy: copy.field("avx2", needs="clflush_size"),
                     "'clflush_size' is no feature")
        self.refused("needs a limitation",
                     lambda copy: copy.field("avx2", needs="zero_fcs_fds"),
                     "levels by or")
        self.refused("gate",
                     lambda copy: copy.field("clflush_size", gate="clfsh1"),
                     "gate: 'clfsh1' is not defined")
        self.refused("unless",
                     lambda copy: copy.field("md_clear", unless="mds_yes"),
                     "unless: 'mds_yes' is not defined")
        self.refused("unless with an alternative",
                     lambda copy: copy.field("md_clear", unless="mds_no/-rtn"),
                     "unless: 'rtn' is not defined")
        self.refused("unless with two features",
                     lambda copy: copy.field("md_clear", unless="mds_no/rtm"),
                     "neither FEATURE nor FEATURE/-FEATURE")
        self.refused("an effect of a finding",
                     lambda copy: copy.change("effects.csv", ("ud",),
                                              findings="BANG"),
                     "findings: 'BANG' is not in findings.csv")
        self.refused("a leaf's gate",
                     lambda copy: copy.change("leaves.csv", ("cpu", "0x5"),
                                              gate="mwait1"),
                     "gate: 'mwait1' is no field's name")

    def test_a_cyclic_dependency_is_refused(self):
        with self.subTest("of many"):
            copy = self.fresh()
            copy.field("sse2", needs="avx2")
            said = copy.refusal()
            self.assertRegex(said, r"^fields\.csv:\d+: needs go in a circle: ")
            for name in ("sse2", "avx2", "avx", "sse3"):
                self.assertIn(name, said.split())
        self.refused("of one",
                     lambda copy: copy.field("popcnt", needs="popcnt"),
                     "needs go in a circle: popcnt popcnt")

    def test_a_missing_source_is_refused(self):
        self.refused("of a field",
                     lambda copy: copy.field("avx2", source=""),
                     "source: missing")
        self.refused("of a leaf",
                     lambda copy: copy.change("leaves.csv", ("cpu", "0x15"),
                                              source=""), "source: missing")
        self.refused("of what a hypervisor supplies",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              source=""), "source: missing")
        self.refused("no summary either",
                     lambda copy: copy.field("avx2", summary=""),
                     "summary: missing")

    def test_a_rule_that_contradicts_itself_is_refused(self):
        spoilt = (
            ("what is derived is never checked", "avx2",
             {"level": "derive", "needs": ""}, "level derive is never checked"),
            ("what the donor gives is never checked", "avx2",
             {"level": "donor"}, "level donor is never checked"),
            ("what is in no policy is never checked", "avx2",
             {"level": "zero"}, "level zero is never checked"),
            ("a minimum is no flag", "clflush_size",
             {"check": "subset"}, "level min is checked by atmost"),
            ("the same on all hosts is equal", "xstate_avx_size",
             {"check": "atmost"}, "level same is checked by equal"),
            ("a flag is no number", "avx2",
             {"check": "atmost"}, "atmost is for numbers"),
            ("what both must have is no limitation", "avx2",
             {"check": "superset"}, "superset goes with level or"),
            ("a limitation is no feature", "zero_fcs_fds",
             {"check": "subset"}, "subset goes with level and"),
            ("a check has a grade", "avx2",
             {"grade": ""}, "a grade goes with a check"),
            ("a grade has a check", "max_subleaf_7",
             {"grade": "note"}, "a grade goes with a check"),
            ("equal that blocks drops its gate", "avx2",
             {"check": "equal"}, "equal of grade block needs level same"),
            ("a loss has an effect", "avx2",
             {"effect": ""}, "an effect goes with a check"),
            ("topology is in no policy", "avx2",
             {"expose": "vcpu"}, "expose vcpu goes with level zero"),
            ("state is in no policy", "avx2",
             {"expose": "runtime"}, "expose runtime goes with level zero"),
            ("numbers are in no group", "clflush_size",
             {"group": "lines"}, "a group is of features"),
            ("a group of one is none", "avx2",
             {"group": "lonely"}, "'lonely' has one member"),
            ("only what is checked can be harmless", "max_subleaf_7",
             {"unless": "avx"}, "unless is for what is checked"),
            ("needs are for features", "clflush_size",
             {"needs": "avx"}, "needs are for features"),
            ("its leaf has no place", "crystal_hz",
             {"level": "and", "check": "subset", "grade": "block",
              "effect": "ud", "expose": "offer"}, "its leaf has no slot"),
            ("a range without a number", "avx2",
             {"subleaf": "0-1"}, "a range of sub-leaves and"),
            ("there is no such leaf", "xstate_lwp_flags",
             {"subleaf": "63"}, "leaves.csv has no such leaf"),
        )
        for why, name, columns, message in spoilt:
            self.refused(why, lambda copy, n=name, c=columns:
                         copy.field(n, **c), message)

    def test_what_the_other_tables_contradict_is_refused(self):
        self.refused("a finding's code is used twice",
                     lambda copy: copy.change("findings.csv", ("2",),
                                              code="1"), "code 1 is taken")
        self.refused("a finding's name is used twice",
                     lambda copy: copy.change("findings.csv", ("2",),
                                              name="FEATURE_MISSING"),
                     "name FEATURE_MISSING is taken")
        self.refused("an effect's name is used twice",
                     lambda copy: copy.change("effects.csv", ("gp",),
                                              name="ud"), "name ud is taken")
        self.refused("a negative value",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              value="-1"), "does not fit")
        self.refused("a maker by the name of none",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              vendors="unknown"),
                     "'unknown' is not one of")
        self.refused("four conditions",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              when="avx sse sse2 mmx"),
                     "at most three")
        self.refused("values without a source",
                     lambda copy: copy.change("values.csv",
                                              ("xstate_avx_size",),
                                              source=""), "source: missing")
        self.refused("a value that does not fit",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              value="2"), "does not fit")
        self.refused("a row that ends before it begins",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              **{"from": "6.6", "to": "6.1"}),
                     "is before 6.6")
        self.refused("a row of versions that nobody knows",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              to="3.10"),
                     "before all known versions")
        self.refused("a hypervisor without versions",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              hypervisor="none", to="3.10"),
                     "knows no version of it")
        self.refused("versions that fall",
                     lambda copy: copy.change("hypervisor_versions.csv",
                                              ("kvm", "5.10"),
                                              version="4.19"),
                     "versions must rise")
        self.refused("a version without a source",
                     lambda copy: copy.change("hypervisor_versions.csv",
                                              ("kvm",), source=""),
                     "source: missing")
        self.refused("no version",
                     lambda copy: copy.change("hypervisor_versions.csv",
                                              ("kvm",), version=""),
                     "version: missing")
        self.refused("supplying what is derived",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              field="linear_bits"),
                     "has level derive")
        self.refused("supplying what has no place",
                     lambda copy: copy.change("hypervisors.csv", ("kvm",),
                                              field="crystal_hz"),
                     "has no slot")
        self.refused("values of a flag",
                     lambda copy: copy.change("values.csv",
                                              ("xstate_avx_size",),
                                              field="avx"), "is not a number")
        self.refused("a gate over donor registers",
                     lambda copy: copy.change("leaves.csv", ("cpu", "0x2"),
                                              gate="avx"), "donor registers")

    def test_more_sub_leaves_than_a_byte_can_count_are_refused(self):
        def many(copy):
            copy.change("leaves.csv", ("cpu", "0x20"), subleaf="0-63")
            return "leaves.csv"

        self.refused("64 sub-leaves", many, "192 cells")


class Files(Copied):
    """The program itself, in a tree of its own."""

    def run_gen(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, "-B", self.good.path("gen.py"), *arguments],
            env={**os.environ, **environment},
            capture_output=True, text=True, check=False)

    def text(self, path):
        with open(os.path.join(self.folder, path), encoding="utf-8") as file:
            return file.read()

    def test_a_refusal_is_one_line_and_status_2_and_nothing_is_written(self):
        place = self.good.field("avx2", needs="avx1")
        done = self.run_gen()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr,
                         f"gen.py: {place}: needs: 'avx1' is not defined\n")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "src")))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "include")))

    def test_an_unknown_option_is_refused(self):
        done = self.run_gen("--chekc")
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage:", done.stderr)

    def test_a_stale_file_is_noticed_and_left_alone(self):
        self.assertEqual(self.run_gen().returncode, 0)
        self.assertEqual(self.run_gen("--check").returncode, 0)
        path = os.path.join(self.folder, "src/core/gen/names.inc")
        with open(path, "a", encoding="utf-8") as file:
            file.write("/* by hand */\n")
        done = self.run_gen("--check")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "not fresh, run tables/gen.py: "
                         "src/core/gen/names.inc\n")
        self.assertIn("by hand", self.text("src/core/gen/names.inc"))
        self.assertEqual(self.run_gen().returncode, 0)
        self.assertNotIn("by hand", self.text("src/core/gen/names.inc"))

    def test_a_missing_file_is_stale_too(self):
        self.assertEqual(self.run_gen().returncode, 0)
        os.remove(os.path.join(self.folder, "include/cpupolicy/findings.inc"))
        done = self.run_gen("--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("include/cpupolicy/findings.inc", done.stdout)

    def test_one_new_row_is_all_that_a_new_feature_takes(self):
        self.assertEqual(self.run_gen().returncode, 0)
        before = self.text("src/core/gen/names.inc")
        unnamed = cells(self.good.lines("fields.csv")[
            self.good.find("fields.csv", "cpu", "monitor_mitg_no")])
        row = dict(zip(table.COLUMNS["fields.csv"].split(), unnamed))
        row.update(name="brand_new", bits="31", aliases="qemu:brand-newer",
                   summary="a feature of tomorrow", needs="avx2")
        place = self.good.insert("fields.csv", ("cpu", "monitor_mitg_no"),
                                 joined(row.values()))
        self.assertTrue(place.startswith("fields.csv:"))
        self.assertEqual(self.run_gen("--check").returncode, 1)
        done = self.run_gen()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        after = self.text("src/core/gen/names.inc")
        self.assertNotIn('"brand_new"', before)
        self.assertIn('NAME("brand_new", ', after)
        self.assertIn('NAME("qemu:brand_newer", ', after)
        self.assertIn("a feature of tomorrow",
                      self.text("src/core/gen/fields.inc"))
        self.assertEqual(self.run_gen("--check").returncode, 0)

    def test_the_same_tables_give_the_same_files_in_every_run(self):
        for seed in ("0", "1", "2"):
            done = self.run_gen(*(["--check"] if seed != "0" else []),
                                PYTHONHASHSEED=seed)
            self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    tap.main()
