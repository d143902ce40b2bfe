#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tables/projects.py refuses and writes, on copies of tables/."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import gen_test  # noqa: E402  (finds tables/)
import gen  # noqa: E402
import projects  # noqa: E402
import table  # noqa: E402
import tap  # noqa: E402

NAMES, MODELS = "names.csv", "libvirt.models"


def spoil_name(name, **columns):
    """A function that changes the row of one field."""
    return lambda copy: copy.change(NAMES, (name,), **columns)


def spoil_model(model, line):
    """A function that adds a line behind that of a model."""
    def spoil(copy):
        lines = copy.lines(MODELS)
        at = lines.index(f"model {model}\n")
        copy.write(MODELS, lines[:at + 1] + [line + "\n"] + lines[at + 1:])
        return f"{MODELS}:{at + 2}"
    return spoil


class Names(gen_test.Copied):
    def test_a_row_that_names_no_feature_is_refused(self):
        self.refused("a misspelt field", spoil_name("avx2", field="avx22"),
                     "'avx22' is no feature's name")
        self.refused("an alias", spoil_name("sse3", field="pni"),
                     "'pni' is no feature's name")
        self.refused("a number", spoil_name("avx2", field="clflush_size"),
                     "'clflush_size' is no feature's name")
        self.refused("nobody names it", spoil_name(
            "sdbg", linux="", xen=""), "nobody has a name for it")

    def test_rows_out_of_order_are_refused(self):
        def swapped(copy):
            lines = copy.lines(NAMES)
            a, b = copy.find(NAMES, "avx"), copy.find(NAMES, "f16c")
            lines[a], lines[b] = lines[b], lines[a]
            copy.write(NAMES, lines)
            return f"{NAMES}:{b + 1}"

        self.refused("two change places", swapped, "not in the order")
        self.refused("a field is there twice",
                     spoil_name("f16c", field="avx"), "not in the order")

    def test_what_is_no_name_is_refused(self):
        for word, why in (("AVX2", "'AVX2' is no name"),
                          ("avx2 2?", "'2\\?' is no name"),
                          ("@intel", "'@intel' is no name"),
                          ("avx2@", "'avx2@' is no name"),
                          ("avx2@cyrix", "'cyrix' of 'avx2@cyrix'")):
            self.refused(word, spoil_name("avx2", linux=word), why)

    def test_a_name_used_twice_within_a_project_is_refused(self):
        taken = r"'[\w.-]+' is taken at names\.csv:\d+"
        self.refused("of another feature",
                     spoil_name("f16c", qemu="avx"), taken)
        self.refused("look-ups take - for _",
                     spoil_name("f16c", xen="sse4_1"), taken)
        self.refused("of no bit", spoil_name("-", linux="avx"), taken)
        self.refused("of one maker and of all",
                     spoil_name("amd_mba", linux="mba"), taken)
        self.refused("of one maker twice",
                     spoil_name("amd_mba", linux="mba@amd+intel"), taken)
        self.refused("a third meaning", spoil_name(
            "kvm_asyncpf", qemu="+kvmclock"), "more than 2 meanings")
        self.refused("nothing came before",
                     spoil_name("f16c", qemu="+f16c"),
                     "no row before gives 'f16c' a meaning")

    def test_another_project_may_use_the_name(self):
        self.good.change(NAMES, ("f16c",), libcpuid="avx512bitalg")
        self.assertIsNone(self.good.refusal())

    def names(self):
        return projects.read_names(self.good.tables,
                                   table.Tables(self.good.tables))

    def test_a_qualified_alias_is_a_name_too(self):
        self.good.field("avx2", aliases="qemu:avx-two libcpuid:avx2")
        self.assertEqual([(name.project, name.field.name)
                          for name in self.names()
                          if name.text == "avx-two"], [("qemu", "avx2")])

    def test_a_qualified_alias_means_what_the_name_means(self):
        self.refused("it is another bit",
                     lambda copy: copy.field("prefetchiti",
                                             aliases="linux:prefetchi"),
                     "names.csv says that 'linux:prefetchi' is something else")
        self.refused("it is no bit",
                     lambda copy: copy.field("avx2", aliases="linux:pti"),
                     "'linux:pti' is something else")

    def test_homonyms_mean_what_their_project_means(self):
        names = self.names()

        def meaning(project, text):
            return [name.field and name.field.name for name in names
                    if name.project == project and name.text == text]

        for project, text, fields in (
                ("xen", "prefetchi", ["prefetchiti"]),
                ("linux", "prefetchi", ["prefetchi"]),
                ("linux", "aperfmperf", ["aperfmperf"]),
                ("libcpuid", "aperfmperf", ["efro"]),
                ("qemu", "stibp", ["intel_stibp"]),
                ("linux", "stibp", [None]),
                ("libvirt", "ssbd", ["spec_ctrl_ssbd"]),
                ("linux", "ssbd", [None]),
                ("xen", "ibrs", ["amd_ibrs"]),
                ("linux", "ibrs", [None]),
                ("qemu", "kvmclock", ["kvm_clock_old", "kvm_clock"]),
                ("linux", "mba", ["rdt_mba", "amd_mba"]),
                ("xen", "fsrs", ["fsrs"]),
                ("xen", "amd-fsrs", ["amd_fsrs"]),
                ("linux", "constant_tsc", [None]),
                ("libcpuid", "constant_tsc", ["constant_tsc"])):
            with self.subTest(f"{project}: {text}"):
                self.assertEqual(meaning(project, text), fields)


class Models(gen_test.Copied):
    def test_a_line_that_says_nothing_is_refused(self):
        self.refused("an unknown word", spoil_model("Penryn", "\tadd avx"),
                     "unknown word 'add'")
        self.refused("plus what?", spoil_model("Penryn", "\tplus"),
                     "plus what")
        self.refused("a maker without characters",
                     spoil_model("Penryn", "maker Cyrix Cyrix"),
                     "12 characters")

        def before_all(copy):
            copy.write(MODELS, ["\tplus avx\n"] + copy.lines(MODELS))
            return f"{MODELS}:1"

        self.refused("no model yet", before_all, "unknown word 'plus'")

    def test_what_is_not_there_is_refused(self):
        self.refused("a feature", spoil_model("Penryn", "\tplus avx22"),
                     "names.csv has no 'avx22' of libvirt")
        self.refused("a name of another project",
                     spoil_model("Penryn", "\tplus pclmul"),
                     "names.csv has no 'pclmul' of libvirt")
        self.refused("a maker", spoil_model("Penryn", "\tvendor Cyrix"),
                     "no line says maker Cyrix")
        self.refused("a base", spoil_model("Penryn", "\tbase Nehalem"),
                     "no model 'Nehalem' before this one")
        self.refused("itself as a base",
                     spoil_model("Penryn", "\tbase Penryn"), "no model")
        self.refused("what a model loses",
                     spoil_model("Penryn", "\tminus avx"),
                     "'avx' is not there")
        self.refused("a model twice", spoil_model("Penryn", "model 486"),
                     r"'486' is taken at libvirt\.models:\d+")

    def test_a_model_has_what_its_base_has_but_for_the_difference(self):
        self.good.write(MODELS, [
            "version 1\n", "maker Intel GenuineIntel\n", "model a\n",
            "\tvendor Intel\n", "\tplus avx mpx\n", "model b\n", "\tbase a\n",
            "\tminus avx # gone\n", "\tplus avx2\n", "\tunsure mpx\n"])
        files = gen.c_lists(table.Tables(self.good.tables))
        made = files["src/host/gen/libvirt_models.inc"].split("*/\n")[-1]
        self.assertEqual(
            made, 'VERSION("1",\n\t"")\nOPEN("")\n'
            'MAKER("Intel", "GenuineIntel")\n'
            'MODEL("a", "", "Intel", 0, 0, 0, 0, 0x0, 0x0,\n\t"avx mpx",\n\t"")\n'
            'MODEL("b", "", "", 0, 0, 0, 0, 0x0, 0x0,\n\t"avx2",\n\t"mpx")\n')


if __name__ == "__main__":
    tap.main()
