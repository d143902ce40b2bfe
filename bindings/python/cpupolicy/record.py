# SPDX-License-Identifier: MIT
"""Records: what was read from one machine, in any format the library reads."""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from ctypes import POINTER, byref, c_void_p, cast, create_string_buffer
from dataclasses import dataclass
from typing import Any

from . import _abi
from ._abi import lib
from .errors import Error, Status, check_status, raise_error
from .findings import Findings, listen
from .hypervisors import host_options
from .policy import Policy, Row

_RECORD, _POLICY, _MASK = 1, 2, 3


@dataclass(frozen=True)
class Core:
    """CPUs of one machine that say the same."""

    cpus: str
    rows: tuple[Row, ...]
    msrs: dict[int, int]
    brand: str
    family: int
    model: int
    stepping: int


class Record:
    """What was read from one machine."""

    def __init__(self, pointer: Any = None) -> None:
        self._pointer = pointer or lib.cpupolicy_record_new()
        if not self._pointer:
            raise MemoryError

    def __del__(self) -> None:
        if pointer := self.__dict__.get("_pointer"):
            lib.cpupolicy_record_free(pointer)

    @classmethod
    def of_cpus(cls, cpus: Iterable[tuple[Sequence[Row], dict[int, int]]]
                ) -> Record:
        """Of rows and MSRs, logical CPU by logical CPU."""
        record = cls()
        for number, (rows, msrs) in enumerate(cpus):
            row_array = (_abi.Row * len(rows))(*[
                _abi.Row(r.leaf, r.subleaf, r.eax, r.ebx, r.ecx, r.edx)
                for r in rows])
            msr_array = (_abi.Msr * len(msrs))(*[
                _abi.Msr(index, 0, value) for index, value in msrs.items()])
            check_status(lib.cpupolicy_record_add_cpu(
                record._pointer, number, row_array, len(rows), msr_array,
                len(msrs)))
        return record

    @classmethod
    def probe(cls, kvm: bool = False) -> Record:
        """This machine; with kvm, what its KVM supports."""
        out, error = POINTER(_abi.RecordData)(), _abi.Error()
        call = (lib.cpupolicy_record_probe_kvm if kvm
                else lib.cpupolicy_record_probe)
        if call(byref(out), byref(error)) < 0:
            raise_error(error)
        return cls(out)

    @classmethod
    def of_policy(cls, policy: Policy) -> Record:
        """The rows and MSRs of a policy, as a machine of one CPU."""
        name = policy.name.encode() if policy.name else None
        return cls(lib.cpupolicy_record_of_policy(policy._data, name))

    def _text(self, name: str) -> str | None:
        text = getattr(self._pointer.contents, name)
        return None if text is None else text.decode(errors="replace")

    @property
    def name(self) -> str | None:
        """Host name or file."""
        return self._text("name")

    @property
    def kernel(self) -> str | None:
        """The kernel it was recorded under."""
        return self._text("kernel")

    @property
    def microcode(self) -> str | None:
        """The microcode revision."""
        return self._text("microcode")

    @property
    def notes(self) -> list[str]:
        """What reading did and saw."""
        data = self._pointer.contents
        return [data.notes[i].decode(errors="replace")
                for i in range(data.nr_notes)]

    @property
    def cores(self) -> list[Core]:
        """Its distinct CPUs."""
        data = self._pointer.contents
        return [_core(data.cores[i]) for i in range(data.nr_cores)]

    @property
    def is_guest(self) -> bool:
        """Was it taken inside a virtual machine?"""
        return lib.cpupolicy_record_is_guest(self._pointer)

    @property
    def has_virtualization(self) -> bool:
        """Does the machine have VMX or SVM?"""
        return lib.cpupolicy_record_virtualization(self._pointer)

    @property
    def clock(self) -> tuple[int, bool]:
        """The time-stamp counter in kHz (0: unknown); can guests' be scaled?

        For check_clock().
        """
        out = _abi.Clock()
        lib.cpupolicy_record_clock(byref(out), self._pointer)
        return out.tsc_khz, out.scales

    def host_set(self, *, accept: bool = False, hypervisor: str = "kvm",
                 named: bool = False, guest: bool = False
                 ) -> tuple[Policy, Findings]:
        """What it can honour, and what was left out or added, and why.

        accept: for guests that may already have been promised more.
        hypervisor: kvm, xen, hyperv, vmware or none, perhaps with a version as
        in kvm-6.1; without one the newest counts.
        named: the hypervisor was named by the user, not assumed, so that its
        paravirtual leaves count.
        """
        options = host_options(hypervisor)
        options.set, options.named, options.guest = accept, named, guest
        out, error = Policy(), _abi.Error()
        status, findings = listen(lambda sink: lib.cpupolicy_record_hostset(
            out._data, self._pointer, byref(options), sink, None,
            byref(error)))
        if status < 0:
            raise_error(error)
        out.name = self.name
        return out, findings

    def offer(self, hypervisor: str | None = None) -> Policy:
        """For new guests; a hypervisor that is not named is KVM, assumed."""
        return self.host_set(hypervisor=hypervisor or "kvm",
                             named=hypervisor is not None)[0]

    def accept(self, hypervisor: str | None = None) -> Policy:
        """For guests that may already have been promised more."""
        return self.host_set(accept=True, hypervisor=hypervisor or "kvm",
                             named=hypervisor is not None)[0]

    def write(self, format: str) -> tuple[str, list[str]]:
        """Its text in a format, and what the format cannot hold."""
        out, error = c_void_p(), _abi.Error()
        lost: list[str] = []

        @_abi.LOST
        def hear(_arg: Any, what: bytes) -> None:
            lost.append(what.decode(errors="replace"))

        if lib.cpupolicy_record_write(byref(out), self._pointer,
                                      format.encode(), hear, None,
                                      byref(error)) < 0:
            raise_error(error)
        return _abi.take_text(out.value), lost

    def to_json(self) -> str:
        """The library's own text form."""
        return _abi.take_text(lib.cpupolicy_record_to_json(self._pointer))

    def __repr__(self) -> str:
        return f"<Record {self.name!r}, {len(self.cores)} kinds of CPU>"


def _core(data: Any) -> Core:
    brand = create_string_buffer(64)
    lib.cpupolicy_core_brand(brand, byref(data))
    signature = lib.cpupolicy_core_signature(byref(data))
    rows = tuple(Row(r.leaf, r.subleaf, r.eax, r.ebx, r.ecx, r.edx)
                 for r in (data.rows[i] for i in range(data.nr_rows)))
    msrs = {data.msrs[i].index: data.msrs[i].value
            for i in range(data.nr_msrs)}
    return Core(data.cpus.decode() if data.cpus else "", rows, msrs,
                brand.value.decode(), signature.family, signature.model,
                signature.stepping)


def _take(document: _abi.Document, about: str) -> Record | Policy:
    """What a document holds; the document is cleared."""
    try:
        if document.kind == _RECORD:
            # A pointer of its own: document's is about to change.
            record = Record(cast(document.record,
                                 POINTER(_abi.RecordData)))
            document.record = None
            return record
        if document.kind == _POLICY:
            held = _abi.PolicyData.from_buffer_copy(document.policy)
            policy = Policy()
            policy._data = held
            if document.policy_name:
                policy.name = document.policy_name.decode(errors="replace")
            return policy
        raise Error(Status.MEANING,
                    f"{about}: is a mask; expected a policy or a record")
    finally:
        lib.cpupolicy_document_clear(byref(document))


def read(path: str | os.PathLike[str]) -> Record | Policy:
    """Read a file in any format: a record or a policy.

    Raises Error, whose text begins with the file and the line.
    """
    document, error = _abi.Document(), _abi.Error()
    if lib.cpupolicy_document_read(byref(document), os.fsencode(path),
                                   byref(error)) < 0:
        raise_error(error)
    return _take(document, os.fspath(path))


def parse(text: str | bytes, name: str = "text") -> Record | Policy:
    """The same of text in memory; name is how messages call it."""
    data = text.encode() if isinstance(text, str) else text
    document, error = _abi.Document(), _abi.Error()
    if lib.cpupolicy_document_parse(byref(document), name.encode(), data,
                                    len(data), byref(error)) < 0:
        raise_error(error)
    return _take(document, name)


def read_all(path: str | os.PathLike[str]) -> Iterator[Record | Policy]:
    """All documents of a file, one after another: JSON lines, or one."""
    stream, error = c_void_p(), _abi.Error()
    if lib.cpupolicy_stream_open(byref(stream), os.fsencode(path),
                                 byref(error)) < 0:
        raise_error(error)
    try:
        while (more := lib.cpupolicy_stream_next(None, None, stream,
                                                 byref(error))) > 0:
            document = _abi.Document()
            if lib.cpupolicy_stream_parse(byref(document), stream,
                                          byref(error)) < 0:
                raise_error(error)
            yield _take(document, os.fspath(path))
        if more < 0:
            raise_error(error)
    finally:
        lib.cpupolicy_stream_close(stream)


def formats() -> Iterator[tuple[str, str, bool, bool]]:
    """Formats the library knows: name, title, reads, writes."""
    index = 0
    while info := lib.cpupolicy_format_at(index):
        row = info.contents
        yield row.name.decode(), row.title.decode(), row.reads, row.writes
        index += 1
