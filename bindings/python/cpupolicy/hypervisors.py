# SPDX-License-Identifier: MIT
"""Whose supplies and withholdings count. Private."""
from __future__ import annotations

from ctypes import byref

from . import _abi
from ._abi import lib
from .errors import Error, Status

_EXPECTED = ("expected kvm, xen, hyperv, vmware or none, perhaps with a "
             "version as in kvm-6.1")


def host_options(hypervisor: str | None) -> _abi.Options:
    """How to read a machine; a hypervisor that is not named is KVM, assumed.
    """
    name = hypervisor or "kvm"
    options = _abi.Options(named=hypervisor is not None)
    status = lib.cpupolicy_hypervisor_parse(byref(options), name.encode())
    if status == Status.RANGE:
        raise Error(status, f"'{name}': {_why(options)}")
    if status < 0:
        raise Error(status, f"no hypervisor '{name}'; {_EXPECTED}")
    return options


def _why(options: _abi.Options) -> str:
    version = lib.cpupolicy_hypervisor_oldest(options.hypervisor)
    if not version:
        return "nothing is known of its versions"
    return ("the oldest version that is known is "
            f"{version >> 16}.{version & 0xffff}")
