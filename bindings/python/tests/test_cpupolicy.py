# SPDX-License-Identifier: MIT
"""The Python interface, where it is more than the C interface."""
from __future__ import annotations

import ctypes
import gc
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import cpupolicy as cp
import tap
from cpupolicy import _abi
from samples import DATA, ROOT, record

class Policies(unittest.TestCase):
    """Policies as values."""

    def setUp(self) -> None:
        self.old = record("Opteron-1352").offer()
        self.new = record("FX-8150").offer()

    def test_the_order_is_that_of_check(self) -> None:
        self.assertLessEqual(self.old & self.new, self.old)
        self.assertLessEqual(self.old & self.new, self.new)
        self.assertFalse(self.new <= self.old)
        self.assertTrue(self.old >= (self.new & self.old))

    def test_an_order_with_something_else_is_a_type_error(self) -> None:
        with self.assertRaises(TypeError):
            self.assertTrue(self.old <= 3)
        with self.assertRaises(TypeError):
            self.assertTrue(self.old & "sse3")

    def test_features_are_found_by_name_alias_address_and_number(self) -> None:
        for feature in ("avx", "1:ecx[28]", cp.parse_feature("avx"),
                        cp.find_field("avx")):
            self.assertIn(feature, self.new)
            self.assertNotIn(feature, self.old)

    def test_a_misspelt_feature_is_told_with_the_nearest(self) -> None:
        with self.assertRaisesRegex(cp.Error, "did you mean 'avx2'") as caught:
            self.assertIn("avx22", self.new)
        self.assertEqual(caught.exception.status, cp.Status.UNKNOWN)

    def test_taking_away_leaves_the_policy_as_it_was(self) -> None:
        before = self.new.encode()
        less, changes = self.new.hide(["avx"])
        self.assertEqual(self.new.encode(), before)
        self.assertNotIn("xop", less)
        self.assertTrue(all(f.host == 0 for f in changes
                            if f.field and f.field.feature))

    def test_a_limitation_is_not_hidden(self) -> None:
        limited = record("Xeon-Gold-6130").offer()
        with self.assertRaises(cp.Error) as caught:
            limited.hide(["zero_fcs_fds"])
        self.assertEqual(caught.exception.status, cp.Status.LIMITATION)

    def test_a_policy_goes_through_bytes_and_json(self) -> None:
        self.assertEqual(cp.Policy.decode(self.new.encode()), self.new)
        self.assertEqual(cp.parse(self.new.to_json()), self.new)
        self.assertEqual(len({self.new, self.new.copy(), self.old}), 2)

    def test_damaged_bytes_are_refused(self) -> None:
        data = bytearray(self.new.encode())
        data[len(data) // 2] ^= 1
        with self.assertRaises(cp.Error) as caught:
            cp.Policy.decode(bytes(data))
        self.assertEqual(caught.exception.status, cp.Status.CHECKSUM)
        with self.assertRaises(cp.Error):
            cp.Policy.decode(b"")

    def test_numbers_are_read_and_lowered(self) -> None:
        self.assertEqual(self.new["phys_bits"], 48)
        self.assertEqual(self.new.cap("phys_bits", 40)[0]["phys_bits"], 40)
        for bad in (-1, 1 << 32):
            with self.assertRaises(cp.Error):
                self.new.cap("phys_bits", bad)

    def test_a_baseline_of_none_is_an_error_with_a_status(self) -> None:
        with self.assertRaises(cp.Error) as caught:
            cp.baseline([])
        self.assertEqual(caught.exception.status, cp.Status.EMPTY)

    def test_an_error_in_the_middle_of_a_baseline_names_the_host(self) -> None:
        intel = record("Core-i7-2600").offer()
        with self.assertRaisesRegex(cp.Error, "Core-i7-2600"):
            cp.baseline([self.new, intel])


class Answers(unittest.TestCase):
    """What a check says."""

    def test_a_result_is_true_only_where_it_is_safe(self) -> None:
        old, new = record("Opteron-1352"), record("FX-8150")
        self.assertTrue(old.offer().check(old.accept()))
        result = new.offer().check(old.accept())
        self.assertFalse(result)
        self.assertEqual(result.verdict, cp.Verdict.DOES_NOT_FIT)

    def test_a_finding_names_field_values_and_consequence(self) -> None:
        result = record("FX-8150").offer().check(
            record("Opteron-1352").accept())
        found = {f.field.name: f for f in result.findings if f.field}
        avx = found["avx"]
        self.assertEqual((avx.code, avx.grade, avx.address, avx.guest,
                          avx.host), ("F001", cp.Grade.BLOCK, "1:ecx[28]",
                                      1, 0))
        self.assertIn("#UD", avx.effect)
        self.assertIn("avx", str(avx))

    def test_every_code_is_in_the_registry(self) -> None:
        codes = [info.code for info in cp.finding_infos()]
        self.assertEqual(codes, sorted(set(codes)))
        self.assertIsNone(cp.finding_info(999))

    def test_clocks_differ_by_more_than_a_tolerance(self) -> None:
        self.assertTrue(cp.check_clock(2_000_000, 2_000_400))
        self.assertFalse(cp.check_clock(2_000_000, 2_100_000))
        self.assertTrue(cp.check_clock(2_000_000, 2_100_000, scales=True))


class Documents(unittest.TestCase):
    """Files in any format."""

    def test_a_record_is_written_and_read_again(self) -> None:
        machine = record("FX-8150")
        text, lost = machine.write("cpuid-r")
        again = cp.parse(text, "again")
        assert isinstance(again, cp.Record)
        self.assertEqual(again.offer(), machine.offer())
        self.assertEqual(lost, [])

    def test_trouble_is_told_with_file_and_line(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "bad.json"
            path.write_text('{ "format":\n "cpupolicy-record", }\n')
            with self.assertRaisesRegex(cp.Error, r"bad\.json:2") as caught:
                cp.read(path)
        self.assertEqual(caught.exception.line, 2)

    def test_a_file_that_is_not_there_is_an_error(self) -> None:
        with self.assertRaises(cp.Error) as caught:
            cp.read("/nonexistent/record.json")
        self.assertEqual(caught.exception.status, cp.Status.IO)

    def test_a_mask_is_neither_record_nor_policy(self) -> None:
        with self.assertRaises(cp.Error) as caught:
            cp.parse('{ "format": "cpupolicy-mask", "version": 1,'
                     ' "hide": ["avx"] }')
        self.assertEqual(caught.exception.status, cp.Status.MEANING)

    def test_lines_are_documents(self) -> None:
        policy = record("FX-8150").offer()
        line = " ".join(policy.to_json().split())
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "fleet.jsonl"
            path.write_text(f"{line}\n{line}\n")
            self.assertEqual(list(cp.read_all(path)), [policy, policy])

    def test_a_generator_that_is_left_closes_the_file(self) -> None:
        path = DATA / "FX-8150.json"
        before = len(os.listdir("/proc/self/fd")) \
            if os.path.isdir("/proc/self/fd") else 0
        for _ in range(50):
            next(cp.read_all(path))
        gc.collect()
        after = len(os.listdir("/proc/self/fd")) \
            if os.path.isdir("/proc/self/fd") else 0
        self.assertLessEqual(after, before + 1)

    def test_a_record_outlives_its_document_and_its_cores(self) -> None:
        cores = record("FX-8150").cores
        gc.collect()
        self.assertIn("FX", cores[0].brand)
        self.assertEqual(cores[0].family, 21)


class Layout(unittest.TestCase):
    """That the structures are those of the headers."""

    def test_sizes_are_what_the_compiler_says(self) -> None:
        compiler = os.environ.get("CPUPOLICY_CC")
        if not compiler:
            self.skipTest("CPUPOLICY_CC names no compiler")
        pairs = {"field": _abi.Field, "finding": _abi.Finding,
                 "finding_info": _abi.FindingInfo, "row": _abi.Row,
                 "msr": _abi.Msr, "mode": _abi.Mode, "clock": _abi.Clock,
                 "hostset_options": _abi.Options, "error": _abi.Error,
                 "core": _abi.Core, "record": _abi.RecordData,
                 "mask_spec": _abi.MaskSpec, "document": _abi.Document,
                 "format_info": _abi.FormatInfo,
                 "baseline": _abi.Baseline, "policy": _abi.PolicyData,
                 "component": _abi.Component, "model": _abi.Model,
                 "difference": _abi.Difference, "fit": _abi.Fit,
                 "profile": _abi.Profile, "levelling": _abi.Levelling,
                 "levelling_cpu": _abi.LevellingCpu,
                 "levelling_write": _abi.LevellingWrite,
                 "drift": _abi.Drift, "drift_change": _abi.DriftChange,
                 "drift_cause": _abi.DriftCause,
                 "drift_input": _abi.DriftInput,
                 "drift_side": _abi.DriftSide}
        source = "".join(
            f"#include <cpupolicy/{header}.h>\n"
            for header in ("formats", "fit", "drift")) + "".join(
            f"_Static_assert(sizeof(struct cpupolicy_{name}) == "
            f'{ctypes.sizeof(kind)}, "{name}");\n'
            for name, kind in pairs.items())
        done = subprocess.run(
            [*compiler.split(), "-fsyntax-only", "-x", "c", "-std=c11",
             f"-I{ROOT}/include", "-"], input=source, text=True,
            capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_missing_library_is_told(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "import cpupolicy"], text=True,
            capture_output=True, check=False,
            env={**os.environ, "CPUPOLICY_LIBRARY": "/nonexistent.so"})
        self.assertIn("install libcpupolicy-host", done.stderr)


if __name__ == "__main__":
    tap.main()
