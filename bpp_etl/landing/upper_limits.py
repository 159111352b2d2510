"""The upper limits of normal that a registry declares in `registry.toml`, checked key by key.

Not here: which result gets which of them (`bpp_etl/harmonise/upper_limits.py`); units (`schemas/units.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from bpp_etl.errors import shown
from bpp_etl.landing.keys import ConfigurationError, ensure_known, table_of
from schemas.codes import ANALYTE, ANALYTE_LOINC
from schemas.units import ALP_UNITS, MASS_UNIT, AlpUnit, unit_of_limit

SEXES = ("female", "male")
NUMBERS = ("value", *SEXES)
KEYS = (*NUMBERS, "unit", "laboratory", "valid_from", "source")
HOW = "female and male, or one value for all; each a number above zero, without quotes"


@dataclass(frozen=True)
class UpperLimit:
    """One upper limit of an analyte in a unit, of one laboratory or of any, from a day on or from ever.

    Either `value` holds for everyone, or `female` and `male`, of which one may be unknown.
    """

    analyte: str
    unit: str
    source: str
    value: float | None = None
    female: float | None = None
    male: float | None = None
    laboratory: str | None = None
    valid_from: dt.date | None = None

    @property
    def known_unit(self) -> AlpUnit:
        """Return its unit as the house knows it, with the factor to the harmonised one."""
        known = unit_of_limit(self.analyte, self.unit)
        if known is None:
            units = (*ALP_UNITS, *((MASS_UNIT,) if self.analyte == "ALP_BONE" else ()))
            raise ConfigurationError(
                f"registry.toml: a limit of {self.analyte} cannot be in {shown(self.unit)}",
                f"known units: {', '.join(units)}",
            )
        return known

    @property
    def by_sex(self) -> dict[str | None, float]:
        """Return the limit of each sex that it states; of None where it holds for everyone."""
        told = {None: self.value, "female": self.female, "male": self.male}
        return {sex: limit for sex, limit in told.items() if limit is not None}

    def in_words(self) -> str:
        """Say what it states, and for which results."""
        limits = ", ".join(f"{sex} {limit:g}" if sex else f"{limit:g}" for sex, limit in self.by_sex.items())
        told = [f"{limits} {self.unit}"]
        told += [self.laboratory] if self.laboratory else []
        told += [f"from {self.valid_from}"] if self.valid_from else []
        return "; ".join(told)


def upper_limits_of(told: Any, where: str) -> tuple[UpperLimit, ...]:
    """Read [upper_limit_normal.<analyte>]: a table of each analyte, or several."""
    found: list[UpperLimit] = []
    for name, stated in table_of(told, where).items():
        section = f"{where}.{name}"
        ensure_known(f"analyte in [{where}]:", name, (*ANALYTE, *ANALYTE_LOINC))
        analyte = ANALYTE_LOINC.get(name, name)
        limits = [_limit(one, section, analyte) for one in (stated if isinstance(stated, list) else [stated])]
        found += limits
    _ensure_one_holds(found, where)
    return tuple(found)


def recalled_limits(told: Iterable[Mapping[str, Any]]) -> tuple[UpperLimit, ...]:
    """Make upper limits again of their fields, as `dataclasses.asdict` and JSON have them."""
    return tuple(
        UpperLimit(**{**one, "valid_from": one["valid_from"] and dt.date.fromisoformat(one["valid_from"])})
        for one in told
    )


def _limit(told: Any, section: str, analyte: str) -> UpperLimit:
    for key in table_of(told, section):
        ensure_known(f"key in [{section}]:", key, KEYS)
    numbers = {key: _number(told[key], section) for key in NUMBERS if key in told}
    if not numbers or ("value" in numbers and len(numbers) > 1):
        raise ConfigurationError(f"registry.toml: [{section}] does not state one upper limit", f"state {HOW}")
    unit, source = _text(told, "unit", section), _text(told, "source", section)
    if unit is None or source is None:
        raise ConfigurationError(
            f"registry.toml: [{section}] must state the unit of its limit, and its source",
            'for example unit = "U/L" and source = "letter of the laboratory, 2015-01-02"',
        )
    valid_from = told.get("valid_from")
    if valid_from is not None and type(valid_from) is not dt.date:
        raise ConfigurationError(
            f"registry.toml: valid_from in [{section}] must be a day", "for example valid_from = 2015-01-01"
        )
    return UpperLimit(
        analyte, unit, source, **numbers, laboratory=_text(told, "laboratory", section), valid_from=valid_from
    )


def _number(value: Any, section: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and value > 0):
        raise ConfigurationError(
            f"registry.toml: a limit in [{section}] is no number above zero", f"state {HOW}"
        )
    return float(value)


def _text(told: Mapping[str, Any], key: str, section: str) -> str | None:
    if key not in told:
        return None
    text = told[key]
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError(
            f"registry.toml: {key} in [{section}] must be text, and not empty", "put it in quotes"
        )
    return text.strip()


def _ensure_one_holds(limits: Iterable[UpperLimit], where: str) -> None:
    """Refuse two limits of which nothing says which of them holds."""
    seen: set[tuple[object, ...]] = set()
    for one in limits:
        # What holds for everyone holds for each sex too.
        for sex in SEXES if one.value is not None else one.by_sex:
            place = (one.analyte, one.known_unit.harmonised_unit, one.laboratory, one.valid_from, sex)
            if place in seen:
                raise ConfigurationError(
                    f"registry.toml: two limits of [{where}.{shown(one.analyte)}] hold for the same results",
                    "give each a laboratory or a day of its own (valid_from)",
                )
            seen.add(place)
