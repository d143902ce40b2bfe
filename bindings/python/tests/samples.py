# SPDX-License-Identifier: MIT
"""Recorded CPUs that tests use."""
from __future__ import annotations

import os
import pathlib

import cpupolicy as cp

ROOT = pathlib.Path(os.environ.get("CPUPOLICY_SOURCE_ROOT") or
                    pathlib.Path(__file__).resolve().parents[3])
DATA = ROOT / "tests/data/libvirt"


def record(name: str) -> cp.Record:
    """A recorded CPU."""
    document = cp.read(DATA / f"{name}.json")
    assert isinstance(document, cp.Record)
    return document
