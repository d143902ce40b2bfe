# SPDX-License-Identifier: MIT
"""The C interface, as ctypes sees it. Private: nothing of CPUID is known here.

Structures have the layout of the headers of the same names; the size of a
policy is asked from the library, so that it may change between releases.
"""
from __future__ import annotations

import ctypes
import ctypes.util
import os
from ctypes import (POINTER, Structure, c_bool, c_char, c_char_p, c_int,
                    c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p)
from typing import Any

SONAME = "libcpupolicy-host.so.0"


def _open() -> ctypes.CDLL:
    """The installed library, or the one that CPUPOLICY_LIBRARY names."""
    path = os.environ.get("CPUPOLICY_LIBRARY") or SONAME
    try:
        return ctypes.CDLL(path)
    except OSError as trouble:
        raise ImportError(
            f"cannot load {path}: {trouble}; install libcpupolicy-host, or "
            "name the library in CPUPOLICY_LIBRARY") from None


lib = _open()
libc = ctypes.CDLL(None)
libc.free.argtypes = [c_void_p]
libc.free.restype = None


class Address(Structure):
    _fields_ = [("leaf", c_uint32), ("subleaf", c_uint16), ("space", c_uint8),
                ("reg", c_uint8), ("high", c_uint8), ("low", c_uint8)]


class Field(Structure):
    _fields_ = [("name", c_char_p), ("needs", c_char_p), ("gate", c_char_p),
                ("group", c_char_p), ("unless", c_char_p),
                ("effect", c_char_p), ("aliases", c_char_p),
                ("vendors", c_char_p), ("source", c_char_p),
                ("summary", c_char_p), ("at", Address), ("since", c_uint16),
                ("level", c_uint8), ("rule", c_uint8), ("grade", c_uint8),
                ("expose", c_uint8)]


class Finding(Structure):
    _fields_ = [("code", c_uint16), ("grade", c_uint8), ("reserved", c_uint8),
                ("index", c_uint32), ("field", POINTER(Field)),
                ("cause", POINTER(Field)), ("at", Address),
                ("mask", c_uint32), ("guest", c_uint32), ("host", c_uint32)]


class FindingInfo(Structure):
    _fields_ = [("code", c_uint16), ("grade", c_uint8), ("name", c_char_p),
                ("summary", c_char_p), ("remedy", c_char_p)]


class Row(Structure):
    _fields_ = [("leaf", c_uint32), ("subleaf", c_uint32), ("eax", c_uint32),
                ("ebx", c_uint32), ("ecx", c_uint32), ("edx", c_uint32)]


class Msr(Structure):
    _fields_ = [("index", c_uint32), ("reserved", c_uint32),
                ("value", c_uint64)]


class Signature(Structure):
    _fields_ = [("family", c_uint32), ("model", c_uint32),
                ("stepping", c_uint32)]


class Options(Structure):
    _fields_ = [("set", c_int), ("hypervisor", c_int), ("version", c_uint32),
                ("named", c_bool), ("guest", c_bool), ("known", POINTER(Row))]


class Mode(Structure):
    _fields_ = [("name", c_char_p), ("summary", c_char_p),
                ("source", c_char_p), ("hide", POINTER(c_char_p)),
                ("clflush_cap", c_uint32), ("vendor", c_int)]


class Clock(Structure):
    _fields_ = [("tsc_khz", c_uint32), ("scales", c_bool)]


class Error(Structure):
    _fields_ = [("status", c_int), ("line", c_int), ("column", c_int),
                ("text", c_char * 512)]


class Core(Structure):
    _fields_ = [("cpus", c_char_p), ("nr_cpus", c_uint32),
                ("rows", POINTER(Row)), ("nr_rows", c_size_t),
                ("msrs", POINTER(Msr)), ("nr_msrs", c_size_t),
                ("known", POINTER(Row))]


class RecordData(Structure):
    _fields_ = [("name", c_char_p), ("how", c_char_p), ("tool", c_char_p),
                ("kernel", c_char_p), ("microcode", c_char_p),
                ("date", c_char_p), ("notes", POINTER(c_char_p)),
                ("nr_notes", c_size_t), ("cores", POINTER(Core)),
                ("nr_cores", c_size_t)]


class CapItem(Structure):
    _fields_ = [("field", POINTER(Field)), ("value", c_uint32)]


class MaskSpec(Structure):
    _fields_ = [("hide", POINTER(c_uint64)), ("nr_hide", c_size_t),
                ("caps", POINTER(CapItem)), ("nr_caps", c_size_t),
                ("notes", POINTER(c_char_p)), ("nr_notes", c_size_t)]


class Component(Structure):
    _fields_ = [("number", c_uint32), ("size", c_uint32),
                ("offset", c_uint32)]


class Difference(Structure):
    _fields_ = [("at", Address), ("field", POINTER(Field)), ("a", c_uint32),
                ("b", c_uint32)]


class Model(Structure):
    _fields_ = [("name", c_char_p), ("version", c_char_p),
                ("title", c_char_p), ("summary", c_char_p),
                ("source", c_char_p), ("aliases", c_char_p),
                ("signature", c_char_p), ("vendor", c_int),
                ("year", c_uint16), ("private", c_uint16 * 7)]


class Fit(Structure):
    _fields_ = [("model", c_uint32), ("blocks", c_uint32)]


class Profile(Structure):
    _fields_ = [("name", c_char_p), ("title", c_char_p),
                ("source", c_char_p), ("private", c_uint16 * 2)]


class FormatInfo(Structure):
    _fields_ = [("name", c_char_p), ("title", c_char_p), ("reads", c_bool),
                ("writes", c_bool), ("untested", c_bool),
                ("partial", c_bool)]


lib.cpupolicy_policy_bytes.argtypes = []
lib.cpupolicy_policy_bytes.restype = c_size_t
POLICY_BYTES: int = lib.cpupolicy_policy_bytes()


class PolicyData(Structure):
    # Aligned as the words that it is made of.
    _fields_ = [("private", c_uint32 * (POLICY_BYTES // 4))]


class Baseline(Structure):
    _fields_ = [("policy", PolicyData), ("before", PolicyData),
                ("nr", c_uint32), ("weak", c_uint32), ("sink", c_void_p),
                ("arg", c_void_p)]


class Document(Structure):
    _fields_ = [("kind", c_int), ("format", c_char_p),
                ("record", POINTER(RecordData)), ("policy", PolicyData),
                ("policy_name", c_char_p), ("mask", MaskSpec)]


class LevellingCpu(Structure):
    _fields_ = [("rows", POINTER(Row)), ("nr_rows", c_size_t),
                ("msrs", POINTER(Msr)), ("nr_msrs", c_size_t),
                ("host", POINTER(PolicyData)), ("guest", c_bool),
                ("faulting", c_int)]


class LevellingWrite(Structure):
    _fields_ = [("value", c_uint64), ("mask", c_uint64), ("msr", c_uint32),
                ("edi", c_uint32), ("leaf", c_uint32), ("subleaf", c_uint16),
                ("low", c_uint8), ("high", c_uint8), ("kind", c_uint8)]


class Levelling(Structure):
    _fields_ = [("nr_writes", c_uint32), ("write", LevellingWrite * 4),
                ("nr_visible", c_uint32)]


class DriftValues(Structure):
    _fields_ = [("differ", c_bool), ("before", c_uint32),
                ("after", c_uint32)]


class DriftChange(Structure):
    _fields_ = [("at", Address), ("field", POINTER(Field)),
                ("offer", DriftValues), ("accept", DriftValues),
                ("direction", c_int), ("unrecorded", c_bool)]


class DriftCause(Structure):
    _fields_ = [("name", c_char_p), ("summary", c_char_p),
                ("source", c_char_p), ("lost", c_char_p),
                ("gained", c_char_p), ("by", c_uint8)]


class DriftInput(Structure):
    _fields_ = [("record", POINTER(RecordData)),
                ("policy", POINTER(PolicyData))]


class DriftSide(Structure):
    _fields_ = [("input", DriftInput), ("offer", PolicyData),
                ("accept", PolicyData)]


class Drift(Structure):
    _fields_ = [("before", DriftSide), ("after", DriftSide),
                ("same_cpu", c_bool), ("change", POINTER(DriftChange)),
                ("nr_changes", c_size_t), ("nr_unrecorded", c_size_t),
                ("cause", POINTER(POINTER(DriftCause))),
                ("nr_causes", c_size_t)]


SINK = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Finding))
EACH = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Difference))
LOST = ctypes.CFUNCTYPE(None, c_void_p, c_char_p)

_policy = POINTER(PolicyData)
_record = POINTER(RecordData)
_error = POINTER(Error)
_document = POINTER(Document)
_drift = POINTER(Drift)

# name: (result, arguments...)
_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "version": (c_uint32,),
    "strerror": (c_char_p, c_int),
    "policy_clear": (None, _policy),
    "policy_equal": (c_bool, _policy, _policy),
    "policy_class_id": (c_uint64, _policy),
    "policy_same_class": (c_bool, _policy, _policy),
    "policy_set_row": (c_int, _policy, POINTER(Row)),
    "policy_get_row": (c_int, POINTER(Row), _policy),
    "policy_row_at": (c_int, POINTER(Row), _policy, c_uint32),
    "policy_set_msr": (c_int, _policy, POINTER(Msr)),
    "policy_get_msr": (c_int, POINTER(Msr), _policy),
    "policy_msr_at": (c_int, POINTER(Msr), _policy, c_uint32),
    "policy_vendor": (c_int, _policy),
    "policy_vendor_string": (None, c_char * 13, _policy),
    "signature_decode": (Signature, c_uint32),
    "field_count": (c_uint32,),
    "field_at": (POINTER(Field), c_uint32),
    "field_find": (POINTER(Field), c_char_p, c_size_t),
    "field_nearest": (c_char_p, c_char_p),
    "field_feature": (c_uint64, POINTER(Field)),
    "field_get": (c_uint32, _policy, POINTER(Field)),
    "field_set": (c_int, _policy, POINTER(Field), c_uint32),
    "feature_parse": (c_int, POINTER(c_uint64), c_char_p, c_size_t),
    "feature_address": (Address, c_uint64),
    "address_text": (c_char_p, c_char * 48, POINTER(Address)),
    "policy_has": (c_bool, _policy, c_uint64),
    "policy_set": (c_int, _policy, c_uint64, c_bool),
    "finding_info": (POINTER(FindingInfo), c_uint32),
    "finding_info_at": (POINTER(FindingInfo), c_uint32),
    "finding_effect": (c_char_p, POINTER(Finding)),
    "verdict_text": (c_char_p, c_int),
    "normalize": (None, _policy, SINK, c_void_p),
    "hide": (c_int, _policy, POINTER(c_uint64), c_size_t, SINK, c_void_p),
    "cap": (c_int, _policy, POINTER(Field), c_uint32, SINK, c_void_p),
    "mask": (None, _policy, _policy, SINK, c_void_p),
    "mode_at": (POINTER(Mode), c_uint32),
    "apply_mode": (c_int, _policy, c_char_p, SINK, c_void_p),
    "check": (c_int, _policy, _policy, SINK, c_void_p),
    "check_clock": (c_bool, POINTER(Clock), POINTER(Clock)),
    "state_component": (c_bool, POINTER(Component), _policy,
                        POINTER(Address)),
    "intersect": (c_int, _policy, _policy, _policy),
    "baseline_begin": (None, POINTER(Baseline), SINK, c_void_p),
    "baseline_add": (c_int, POINTER(Baseline), _policy),
    "baseline_finish": (c_int, _policy, POINTER(Baseline)),
    "lint": (c_uint32, _policy, SINK, c_void_p),
    "encode": (c_size_t, c_void_p, c_size_t, _policy),
    "decode": (c_int, _policy, c_char_p, c_size_t),
    "policy_adopt_vendor": (c_bool, _policy, _policy),
    "model_at": (POINTER(Model), c_uint32),
    "model_find": (POINTER(Model), c_char_p),
    "model_base": (POINTER(Model), POINTER(Model)),
    "model_policy": (c_int, _policy, POINTER(Model)),
    "abi_level": (c_int, _policy),
    "models_new": (c_void_p,),
    "models_count": (c_uint32, c_void_p),
    "models_relation": (c_int, c_void_p, c_uint32, c_uint32),
    "models_next": (c_bool, c_void_p, c_uint32, c_uint32),
    "models_fit": (c_uint32, POINTER(Fit), c_void_p, _policy),
    "profile_at": (POINTER(Profile), c_uint32),
    "profile_find": (POINTER(Profile), c_char_p),
    "profile_lacks": (POINTER(Field), _policy, POINTER(Profile),
                      POINTER(c_uint32)),
    "profile_policy": (c_int, _policy, POINTER(Profile)),
    "differences": (None, _policy, _policy, EACH, c_void_p),
    "policy_contents": (None, _policy, EACH, c_void_p),
    "gained": (None, _policy, _policy, EACH, c_void_p),
    "levelling_plan": (c_int, POINTER(Levelling), POINTER(LevellingCpu),
                       _policy, SINK, c_void_p),
    "hostset": (c_int, _policy, POINTER(Row), c_size_t, POINTER(Msr),
                c_size_t, POINTER(Options), SINK, c_void_p),
    "drift_new": (c_int, POINTER(_drift), POINTER(DriftInput),
                  POINTER(DriftInput), POINTER(Options), _error),
    "drift_free": (None, _drift),
    "drift_evidence": (c_int, POINTER(c_char_p), POINTER(c_char_p), _drift,
                       c_int),
    "drift_guest": (c_int, POINTER(c_int), POINTER(c_int), _drift, _policy),
    "drift_leave": (c_int, _drift, SINK, c_void_p),
    "drift_come": (c_int, _drift, SINK, c_void_p),
    "hypervisor_oldest": (c_uint32, c_int),
    "hypervisor_parse": (c_int, POINTER(Options), c_char_p),
    "record_new": (_record,),
    "record_free": (None, _record),
    "record_add_cpu": (c_int, _record, c_uint32, POINTER(Row), c_size_t,
                       POINTER(Msr), c_size_t),
    "record_is_guest": (c_bool, _record),
    "record_virtualization": (c_bool, _record),
    "record_clock": (None, POINTER(Clock), _record),
    "core_brand": (None, c_char * 64, POINTER(Core)),
    "core_signature": (Signature, POINTER(Core)),
    "record_hostset": (c_int, _policy, _record, POINTER(Options), SINK,
                       c_void_p, _error),
    "record_probe": (c_int, POINTER(_record), _error),
    "record_probe_kvm": (c_int, POINTER(_record), _error),
    "document_parse": (c_int, _document, c_char_p, c_char_p, c_size_t,
                       _error),
    "document_read": (c_int, _document, c_char_p, _error),
    "document_clear": (None, _document),
    "stream_open": (c_int, POINTER(c_void_p), c_char_p, _error),
    "stream_next": (c_int, c_void_p, c_void_p, c_void_p, _error),
    "stream_parse": (c_int, _document, c_void_p, _error),
    "stream_close": (None, c_void_p),
    "format_at": (POINTER(FormatInfo), c_uint32),
    "record_write": (c_int, POINTER(c_void_p), _record, c_char_p, LOST,
                     c_void_p, _error),
    "record_of_policy": (_record, _policy, c_char_p),
    "policy_to_json": (c_void_p, _policy, c_char_p),
    "record_to_json": (c_void_p, _record),
}


def _declare(name: str) -> None:
    function = getattr(lib, "cpupolicy_" + name)
    function.restype, *function.argtypes = _FUNCTIONS[name]


for _name in _FUNCTIONS:
    _declare(_name)


def take_text(pointer: int | None) -> str:
    """Text that C allocated, which is freed."""
    if not pointer:
        raise MemoryError
    text = ctypes.string_at(pointer).decode()
    libc.free(pointer)
    return text
