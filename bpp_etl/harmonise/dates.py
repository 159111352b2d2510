"""Reading text as a day, as SQL: ISO days, the registry's own format, moments with a zone, short years.

Not here: which rule refuses what (`schemas/general_laws.py`); what cannot be read is told apart here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bpp_etl.harmonise.reading import Reading, looked_at_again, of_few
from schemas.contract import Column

PARTIAL_DATE = (
    r"(\d{4}([-/.](\d{1,2}|[A-Za-z]{3})|\d{2}|[A-Za-z]{3})?|(\d{1,2}|[A-Za-z]{3})[-/. ]\d{4}"
    r"|\d{4}-\d{2}-(00|UN|UK|XX|--?)|\d{4}-(00|UN|UK|XX|--?)(-(00|\d{2}|UN|UK|XX|--?))?|\d{4}---\d{2})"
)
ZONED = r".*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([Zz]|UTC|GMT|[+-]\d{2}(:?\d{2})?)"
SHORT_YEAR = r"\d{1,2}[-/. ](\d{1,2}|[A-Za-z]{3})[-/. ]\d{2}"
FIRST_DAY = "1000-01-01"
"""A year has four digits: what is read as an earlier day was written otherwise than told."""
BIRTH = "birth_date"
LEAST_AGE = 15
"""Years; nobody in a registry of breast cancer was born later than that before the delivery."""


@dataclass(frozen=True)
class DateWriting:
    """How a table's dates are written, and the day of the delivery.

    Years of two digits up to `century_pivot` are of this century, those above it of the last.
    """

    delivered_on: dt.date
    format: str | None = None
    timezone: str | None = None
    century_pivot: int | None = None

    def pivot_of(self, column: str) -> int:
        """Return the last short year of this century; a birth lies further back than any other day."""
        pivot = self.century_pivot or 0
        if column != BIRTH:
            return pivot
        return min(pivot, self.delivered_on.year - 2000) - LEAST_AGE


def date_reading(column: Column, writing: DateWriting, parameters: dict[str, object]) -> Reading:
    """Read a column's text as days, and tell what cannot be read apart."""
    name = column.name
    parameters |= {"partial_date": PARTIAL_DATE, "zoned": ZONED, "short_year": SHORT_YEAR}
    again, short = f"f_{name}", "null::date"
    if writing.format is not None:
        parameters["date_format"] = writing.format.replace("y", "Y")
        parameters["short_format"] = writing.format.replace("Y", "y")
        short = of_few(name, f"try_strptime({again}, $short_format)::date")
    told = [_day(again, writing)]
    if writing.timezone is not None:
        parameters["timezone"] = writing.timezone
        moment = f"try(timezone($timezone, try_cast({again} as timestamptz))::date)"
        told.append(_late(f"case when regexp_full_match({again}, $zoned) then {moment} end"))
    if writing.century_pivot is not None:
        parameters[f"pivot_{name}"] = writing.pivot_of(name)
        told.append(f"case when w_{name} is not null then {_in_century(name)} end")
    levels = (
        {f"q_{name}": _day(f"t_{name}", writing)},
        {again: looked_at_again(name)},
        {f"w_{name}": short},
        {f"v_{name}": f"case when {again} is null then q_{name} else coalesce({', '.join(told)}) end"},
    )
    return Reading(levels, tuple(_problems(name, writing)))


def _day(text: str, writing: DateWriting) -> str:
    day = f"case when {text} like '____-__-__' then try_cast({text} as date) end"
    if writing.format is not None:
        day = f"coalesce(try_strptime({text}, $date_format)::date, {day})"
    return _late(day)


def _late(day: str) -> str:
    # A year of two digits under %Y would be one of the first century.
    return f"case when {day} >= date '{FIRST_DAY}' then {day} end"


def _in_century(name: str) -> str:
    short = f"year(w_{name}) % 100"
    year = f"{short} + case when {short} <= $pivot_{name} then 2000 else 1900 end"
    return f"try(make_date({year}, month(w_{name}), day(w_{name})))"


def _problems(name: str, writing: DateWriting) -> list[tuple[str, str]]:
    text = f"f_{name}"
    kinds = []
    if writing.timezone is None:
        kinds.append((f"regexp_full_match({text}, $zoned)", "date_has_zone"))
    if writing.century_pivot is None:
        is_short = f"(w_{name} is not null or regexp_full_match({text}, $short_year))"
        kinds.append((is_short, "date_century_unknown"))
    kinds.append((f"regexp_full_match({text}, $partial_date)", "date_is_partial"))
    kinds.append(("true", "date_invalid"))
    found, others = [], f"{text} is not null and v_{name} is null"
    for holds, rule in kinds:
        found.append((f"{others} and {holds}", rule))
        others += f" and not {holds}"
    return found
