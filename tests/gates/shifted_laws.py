"""Laws with a number or a comparison shifted by the least that matters, to see that a test notices.

Not here: the tests (`test_every_threshold.py`).
"""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpp_etl.landing import registry_config
from schemas.bounds import Bounds
from schemas.laws import DeliveryLaw, Law, RowLaw, SelectLaw, TimeLaw
from schemas.rules import LIMITS

LEAST = 0.01
"""The share by which a number with decimals is shifted."""

ONE_MORE = 0.1
"""The share by which a highest share is raised: one row more of some fifty is over it."""

ONE_MORE_OF_FEW = 0.6
"""The same of a share that registries set: one more of four or ten is over it."""

COARSE = ("one_in",)
"""Numbers of chances, which only their double or half moves by a row."""

SHARPER_OR_ROUNDER = {"LtEq": "Lt", "Lt": "LtEq", "GtEq": "Gt", "Gt": "GtEq"}
YEARS = re.compile(r"^(\d+)y$")
ROUNDING = 1e-6
"""A factor so near to 1 takes up what binary fractions lose, and is no limit."""


@dataclass(frozen=True)
class Shift:
    """One number or comparison of a law, shifted; laws that stand on one relation share its numbers."""

    law: Law
    what: str
    attribute: str
    values: Mapping[Law, object]

    @property
    def name(self) -> str:
        """Name the law, and what is shifted."""
        return f"{self.law.id}: {self.what}"

    @contextmanager
    def made(self) -> Iterator[None]:
        """Have the laws go by it, as long as it lasts."""
        before = {law: getattr(law, self.attribute) for law in self.values}
        self._set(self.values)
        try:
            yield
        finally:
            self._set(before)

    def _set(self, values: Mapping[Law, object]) -> None:
        for law, value in values.items():
            object.__setattr__(law, self.attribute, value)


@dataclass(frozen=True)
class LimitShift(Shift):
    """The limit of a law of deliveries, shifted where a registry sets none."""

    @contextmanager
    def made(self) -> Iterator[None]:
        """Have all tables go by it, as long as it lasts."""
        assert isinstance(self.law, DeliveryLaw)
        own = {name for name in LIMITS if name in self.law.limit_name.format(table=name)}
        shifted = {name: self.values[self.law] if name in own else limit for name, limit in LIMITS.items()}
        before = registry_config.LIMITS
        registry_config.LIMITS = shifted
        try:
            yield
        finally:
            registry_config.LIMITS = before


def beside(number: float, more: float = LEAST) -> tuple[float, float]:
    """Give the numbers just below and just above; whole ones lie one apart."""
    if isinstance(number, int):
        return number - 1, number + 1
    return number * (1 - LEAST), number * (1 + more)


def _beside_parameter(name: str, number: float) -> tuple[float, float]:
    if name in COARSE:
        return number / 2, number * 2
    return beside(number, ONE_MORE if name.startswith("most_") and number < 1 else LEAST)


def shifts_of(law: Law, laws: Sequence[Law]) -> list[Shift]:
    """List all shifts of a law, by what it goes by; `laws` are all there are."""
    match law:
        case SelectLaw():
            return [
                Shift(law, f"{name} = {other:g}", "parameters", _shared(law, laws, name, other))
                for name, number in law.parameters.items()
                if isinstance(number, int | float)
                for other in _beside_parameter(name, number)
            ]
        case TimeLaw():
            return [
                Shift(law, f"slack_days = {other:g}", "slack_days", {law: int(other)})
                for other in beside(law.slack_days)
            ]
        case RowLaw():
            return [Shift(law, what, "holds", {law: holds}) for what, holds in _other_expressions(law.holds)]
        case DeliveryLaw():
            return list(_of_delivery(law))
    return []


def _shared(law: SelectLaw, laws: Sequence[Law], name: str, other: float) -> Mapping[Law, object]:
    alike = [
        one
        for one in laws
        if isinstance(one, SelectLaw)
        and name in one.parameters
        and (one is law or (law.stands_on and one.stands_on == law.stands_on))
    ]
    return {one: {**one.parameters, name: other} for one in alike}


def _of_delivery(law: DeliveryLaw) -> Iterator[Shift]:
    if law.limit_name:
        others = beside(law.limit, ONE_MORE_OF_FEW) if law.limit else (-LEAST, 1)
        for other in others:
            yield LimitShift(law, f"limit = {other:g}", "limit", {law: other})
    for name, number in law.parameters.items():
        for other in _beside_parameter(name, number):
            yield Shift(law, f"{name} = {other:g}", "parameters", {law: {**law.parameters, name: other}})
    if law.shuts_over is not None:
        for other in beside(law.shuts_over, ONE_MORE_OF_FEW):
            yield Shift(law, f"shuts_over = {other:g}", "shuts_over", {law: other})


def _other_expressions(holds: pl.Expr | Bounds) -> Iterator[tuple[str, pl.Expr]]:
    expression = holds.expression if isinstance(holds, Bounds) else holds
    with warnings.catch_warnings():
        # The form may change from one polars to the next: it is written and read by the same one here.
        warnings.simplefilter("ignore")
        tree = json.loads(expression.meta.serialize(format="json"))
        for what, other in list(_changed(tree)):
            yield what, pl.Expr.deserialize(io.StringIO(json.dumps(other)), format="json")


def _changed(tree: Any) -> Iterator[tuple[str, Any]]:
    """Give the tree with one of its numbers or comparisons shifted, each in its turn."""
    if isinstance(tree, Mapping):
        if tree.get("op") in SHARPER_OR_ROUNDER:
            other = SHARPER_OR_ROUNDER[tree["op"]]
            yield f"{tree['op']} for {other}", {**tree, "op": other}
        if "Literal" in tree:
            yield from _other_literals(tree)
            return
    items = tree.items() if isinstance(tree, Mapping) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in items:
        for what, other in _changed(part):
            changed = dict(tree) if isinstance(tree, Mapping) else list(tree)
            changed[key] = other
            yield what, changed


def _other_literals(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    ((kind, ((form, value),)),) = ((kind, tuple(told.items())) for kind, told in tree["Literal"].items())
    others: tuple[object, ...] = ()
    if isinstance(value, str) and (years := YEARS.match(value)):
        others = tuple(f"{int(years[1]) + more}y" for more in (-1, 1))
    elif isinstance(value, int | float) and not isinstance(value, bool) and not 0 < abs(value - 1) < ROUNDING:
        others = beside(value)
    for other in others:
        yield f"{value} for {other}", {"Literal": {kind: {form: other}}}
