# SPDX-License-Identifier: MIT
"""Named policies: ABI levels, CPU generations, compatibility modes."""
from __future__ import annotations

import enum
from collections.abc import Iterator
from ctypes import addressof, sizeof
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import _abi
from ._abi import lib
from .errors import Error, Status
from .policy import Policy


class Vendor(enum.IntEnum):
    """Makers of CPUs with rules of their own."""

    UNKNOWN = 0
    INTEL = 1
    AMD = 2
    HYGON = 3
    ZHAOXIN = 4


class Relation(enum.IntEnum):
    """What one model is to another."""

    NONE = 0  # neither holds the other
    EQUAL = 1  # both hold each other
    BELOW = 2  # its guests run where the other is offered
    ABOVE = 3


@dataclass(frozen=True)
class Model:
    """One model: constant, as long as the library."""

    name: str
    version: str  # what it means never changes
    title: str
    summary: str
    source: str
    aliases: tuple[str, ...]
    vendor: Vendor  # UNKNOWN: any
    year: int  # when the first such CPU came; 0: none
    index: int

    def __str__(self) -> str:
        return self.name

    def policy(self) -> Policy:
        """The model as a policy. One without a vendor serves to ask with."""
        return Policy.model(self.name)

    @property
    def base(self) -> Model | None:
        """The model it is written as a difference from; not an order."""
        return _model_of(lib.cpupolicy_model_base(
            lib.cpupolicy_model_at(self.index)))

    def relation(self, other: Model) -> Relation:
        """What it is to the other."""
        return Relation(lib.cpupolicy_models_relation(
            _order(), self.index, other.index))

    def is_next_below(self, other: Model) -> bool:
        """Is it below the other, and no model between them?"""
        return lib.cpupolicy_models_next(_order(), self.index, other.index)


@dataclass(frozen=True)
class Fit:
    """What one model is to a policy."""

    model: Model
    blocks: int  # how much of it the policy lacks; 0: it fits


@lru_cache(maxsize=None)
def _order() -> Any:
    models = lib.cpupolicy_models_new()
    if not models:
        raise MemoryError
    return models


@lru_cache(maxsize=None)
def _model_at(index: int) -> Model | None:
    pointer = lib.cpupolicy_model_at(index)
    if not pointer:
        return None
    row = pointer.contents
    return Model(row.name.decode(), row.version.decode(), row.title.decode(),
                 row.summary.decode(), row.source.decode(),
                 tuple(row.aliases.decode().split()), Vendor(row.vendor),
                 row.year, index)


def _model_of(pointer: Any) -> Model | None:
    if not pointer:
        return None
    first = addressof(lib.cpupolicy_model_at(0).contents)
    return _model_at((addressof(pointer.contents) - first)
                     // sizeof(_abi.Model))


def models() -> Iterator[Model]:
    """All models: by vendor (those of any first), then by year, then by name.
    """
    index = 0
    while (model := _model_at(index)) is not None:
        yield model
        index += 1


def find_model(name: str) -> Model:
    """The model of that name or alias; raises Error (UNKNOWN)."""
    model = _model_of(lib.cpupolicy_model_find(name.encode()))
    if model is None:
        raise Error(Status.UNKNOWN, f"unknown model '{name}'")
    return model


def fit(policy: Policy) -> list[Fit]:
    """The models closest to what a policy offers.

    First the greatest that fit, the best one first, then those that do not,
    the nearest miss first.
    """
    order = _order()
    out = (_abi.Fit * lib.cpupolicy_models_count(order))()
    nr = lib.cpupolicy_models_fit(out, order, policy._data)
    fits = []
    for row in out[:nr]:
        model = _model_at(row.model)
        assert model is not None
        fits.append(Fit(model, row.blocks))
    return fits
