"""Dates that are counted from a day zero, as [dates] of `registry.toml` states them.

Not here: counting (`bpp_etl/harmonise/relative_dates.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bpp_etl.landing.keys import ConfigurationError, ensure_known, table_of
from bpp_etl.landing.read_settings import ReadSettings

Unit = Literal["days", "months"]
UNITS: tuple[Unit, ...] = ("days", "months")
DAYS_PER_MONTH = 30.4375
"""Of a mean month, 365.25 / 12: a date in months is not known to the day."""
MOST_DAYS = 45_000
"""From day zero, either way: more than any life; what is more was not counted so."""
START_OF_LINE_1, ANOTHER_DAY = "start_of_line_1", "another_day"
ANCHORS: Mapping[str, tuple[str, str]] = {
    "metastatic_diagnosis_date": ("patients", "metastatic_diagnosis_date"),
    "birth_date": ("patients", "birth_date"),
    START_OF_LINE_1: ("therapy_lines", "start_date"),
}
"""What a day zero may be -> the column that may hold it as a calendar date."""
KEYS = ("relative_to", "unit", "day_zero")


@dataclass(frozen=True)
class RelativeDates:
    """What dates that are numbers are counted from, and in which unit.

    `day_zero` stands for the day zero of every patient whose own is not known as a calendar date.
    """

    relative_to: str
    unit: Unit
    day_zero: dt.date | None = None

    @property
    def anchor(self) -> tuple[str, str] | None:
        """Return the table and the column that may hold a patient's day zero."""
        return ANCHORS.get(self.relative_to)

    def in_words(self) -> str:
        """Say what is counted from when."""
        stands_in = f"; {self.day_zero} where it is not known" if self.day_zero else ""
        return f"{self.unit} from {self.relative_to}{stands_in}"


def dates_of(told: Any, where: str) -> RelativeDates:
    """Read [dates]."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, KEYS)
    known = (*ANCHORS, ANOTHER_DAY)
    for key, among in (("relative_to", known), ("unit", UNITS)):
        if told.get(key) not in among:
            raise ConfigurationError(
                f"registry.toml: {key} in [{where}] must be one of what is known",
                f"known: {', '.join(among)}",
            )
    day_zero = told.get("day_zero")
    if day_zero is not None and type(day_zero) is not dt.date:
        raise ConfigurationError(
            f"registry.toml: day_zero in [{where}] must be a day", "for example day_zero = 2000-01-01"
        )
    if day_zero is None and told["relative_to"] == ANOTHER_DAY:
        raise ConfigurationError(
            f"registry.toml: [{where}] must state the day_zero that stands for another day",
            "for example day_zero = 2000-01-01: no calendar date of a patient is known then",
        )
    return RelativeDates(told["relative_to"], told["unit"], day_zero)


def recalled_dates(told: Mapping[str, Any] | None) -> RelativeDates | None:
    """Make the section again of its fields, as `dataclasses.asdict` and JSON have them."""
    if told is None:
        return None
    day = told["day_zero"]
    return RelativeDates(told["relative_to"], told["unit"], day and dt.date.fromisoformat(day))


def ensure_dates_are_no_numbers(settings: Iterable[ReadSettings]) -> None:
    """Refuse a date format that writes a day as one number, beside dates that are counted."""
    formats = {one.date_format for one in settings} - {None}
    if any(not re.sub(r"%-?[A-Za-z]", "", str(one)) for one in formats):
        raise ConfigurationError(
            "registry.toml: date_format writes a day as a number, and [dates] counts numbers from a day zero",
            "state [read.<table>] date_format with marks between its parts, or leave [dates] out",
        )
