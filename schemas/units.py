"""The units of alkaline phosphatase: which spellings are read, and what each is multiplied by.

Not here: applying them to rows (`bpp_etl/harmonise/sql/lab_results.sql`) and other analytes.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

ACTIVITY_UNIT = "U/L"
MASS_UNIT = "ug/L"

ALP_UNITS: Mapping[str, Decimal] = MappingProxyType(
    {
        "U/L": Decimal(1),
        "IU/L": Decimal(1),
        "UI/L": Decimal(1),
        "[IU]/L": Decimal(1),
        "U/L (IFCC)": Decimal(1),
        "unit/L": Decimal(1),
        "units/L": Decimal(1),
        "mU/mL": Decimal(1),
        "U/mL": Decimal(1000),
        "ukat/L": Decimal(60),
        "nkat/L": Decimal("0.06"),
        "umol/(min.L)": Decimal(1),
        "umol/min/L": Decimal(1),
    }
)
"""Accepted unit -> factor to U/L. One U turns over 1 umol a minute, one kat 1 mol a second: 1 ukat = 60 U.

Decimals, because 0.06 is not a binary number. Units are compared after `fold_unit`.
"""

TIMES_UPPER_LIMIT_UNIT = "xULN"
"""Multiples of the row's own upper limit of normal, which then is in U/L. Total ALP only: the limit of bone
ALP may be a mass, and a unit is never guessed."""


@dataclass(frozen=True)
class AlpUnit:
    """One accepted unit of one analyte."""

    analyte: str
    folded_unit: str
    factor: Decimal | None
    kind: Literal["factor", "times_upper_limit"]
    harmonised_unit: str


def fold_unit(text: str | None) -> str:
    """Return the comparison form of a unit: width, case, spaces, invisible characters and micro signs folded.

    NFKC turns the micro sign (U+00B5) into the Greek mu (U+03BC) and full-width letters into plain ones.
    """
    folded = unicodedata.normalize("NFKC", text or "").casefold().replace("\u03bc", "u")
    return "".join(
        character
        for character in folded
        if not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf")
    )


def alp_units() -> tuple[AlpUnit, ...]:
    """List every accepted unit of total and bone-specific alkaline phosphatase."""
    activity = tuple(
        AlpUnit(analyte, fold_unit(unit), factor, "factor", ACTIVITY_UNIT)
        for analyte in ("ALP_TOTAL", "ALP_BONE")
        for unit, factor in ALP_UNITS.items()
    )
    return (
        *activity,
        AlpUnit("ALP_TOTAL", fold_unit(TIMES_UPPER_LIMIT_UNIT), None, "times_upper_limit", ACTIVITY_UNIT),
        AlpUnit("ALP_BONE", fold_unit(MASS_UNIT), Decimal(1), "factor", MASS_UNIT),
    )


def units_on_forms() -> tuple[str, ...]:
    """List the units that a form offers: of those that are the same by another name, the first; the mass."""
    first: dict[Decimal, str] = {}
    for unit, factor in ALP_UNITS.items():
        first.setdefault(factor, unit)
    return (*first.values(), MASS_UNIT)


def unit_spellings() -> tuple[str, ...]:
    """List every unit of alkaline phosphatase as it is written here."""
    return (*ALP_UNITS, MASS_UNIT, TIMES_UPPER_LIMIT_UNIT)


def unit_of_limit(analyte: str, text: str) -> AlpUnit | None:
    """Find the unit that an upper limit of an analyte is stated in; None where it cannot be in it.

    A limit is no multiple of itself.
    """
    form = fold_unit(text)
    known = (unit for unit in alp_units() if (unit.analyte, unit.folded_unit) == (analyte, form))
    return next((unit for unit in known if unit.factor is not None), None)
