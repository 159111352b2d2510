"""Reading text as a day, as SQL: ISO days, the registry's own format, moments with a zone, short years.

Not here: which rule refuses what (`schemas/general_laws.py`); what cannot be read is told apart here.
"""

from __future__ import annotations

import datetime as dt
import re

from bpp_etl.harmonise.reading import Reading, looked_at_again, of_few
from bpp_etl.landing.declared import mark
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.landing.relative_dates import DAYS_PER_MONTH, MOST_DAYS, RelativeDates
from bpp_etl.reading.raw_tables import typedness
from bpp_etl.warehouse.connection import literal
from schemas.contract import Column
from schemas.declared_laws import PARTIAL_BIRTH

PARTIAL_DATE = (
    r"(\d{4}([-/.](\d{1,2}|[A-Za-z]{3})|\d{2}|[A-Za-z]{3})?|(\d{1,2}|[A-Za-z]{3})[-/. ]\d{4}"
    r"|(00|UN|UK|UNK|XX|--?)[-/. ](\d{1,2}|[A-Za-z]{2,3}|--?)[-/. ]\d{4}|\d{4}(0\d|1[0-2]|99)(00|99)"
    r"|\d{4}-\d{2}-(00|UN|UK|XX|--?)|\d{4}-(00|UN|UK|XX|--?)(-(00|\d{2}|UN|UK|XX|--?))?|\d{4}---\d{2})"
)
ZONED = r".*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([Zz]|UTC|GMT|[+-]\d{2}(:?\d{2})?)"
SHORT_YEAR = r"\d{1,2}[-/. ](\d{1,2}|[A-Za-z]{3})[-/. ]\d{2}"
TYPED_MOMENT = r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?"
COUNTED = {
    mark: rf"^([-+]?[0-9]{{1,6}}(?:{re.escape(mark)}[0-9]+)?)(?:\s*(day|month)s?)?$" for mark in (".", ",")
}
"""A number of days or months from day zero, by the mark of its decimals; it may name its unit."""
FIRST_DAY = "1000-01-01"
"""A year has four digits: what is read as an earlier day was written otherwise than told."""
PARTIAL = "date_is_partial"
BIRTH = "birth_date"
LEAST_AGE = 15
"""Years; nobody in a registry of breast cancer was born later than that before the delivery."""


def date_reading(
    column: Column,
    settings: ReadSettings,
    delivered_on: dt.date,
    parameters: dict[str, object],
    relative: RelativeDates | None = None,
    *,
    is_partial_empty: bool = False,
) -> Reading:
    """Read a column's text as days, and tell what cannot be read apart.

    Of dates that are `relative` to a day zero a number is `r_<column>`, in days, and no day yet; `m_<column>`
    says that it was one of months. A number may name its unit itself (`12.5 months`).

    A partial date breaks a rule, unless `is_partial_empty`: then it is an empty one, and the row marked.

    Years of two digits up to `century_pivot` are of this century; a birth lies further back than other days.
    """
    name = column.name
    parameters |= {"partial_date": PARTIAL_DATE, "typed_moment": TYPED_MOMENT, "zoned": ZONED}
    again, short = f"f_{name}", "null::date"
    if settings.date_format is not None:
        parameters["date_format"] = re.sub("%-?y", "%Y", settings.date_format)
        parameters["short_format"] = settings.date_format.replace("%Y", "%y")
        short = of_few(name, f"try_strptime({again}, $short_format)::date")
    told = [_late(_day(again, settings))]
    if settings.timezone is not None:
        parameters["timezone"] = settings.timezone
        moment = f"try(timezone($timezone, try_cast({again} as timestamptz))::date)"
        told.append(_late(f"case when regexp_full_match({again}, $zoned) then {moment} end"))
    if settings.century_pivot is None:
        parameters["short_year"] = SHORT_YEAR
    else:
        parameters[f"pivot_{name}"] = _pivot(name, settings.century_pivot, delivered_on)
        told.append(f"case when w_{name} is not null then {_in_century(name)} end")
    counted: tuple[dict[str, str], ...] = ({}, {})
    if relative is not None:
        parameters["counted"] = COUNTED[settings.decimal]
        counted = _counted(name, relative)
    levels = (
        {f"d_{name}": _first_day(name, settings)},
        {f"q_{name}": _late(f"d_{name}")},
        {again: looked_at_again(name)},
        {f"w_{name}": short, **counted[0]},
        {f"v_{name}": f"case when {again} is null then q_{name} else coalesce({', '.join(told)}) end"}
        | counted[1],
        {f"x_{name}": _unread(name, settings, is_relative=relative is not None)},
    )
    unread = f"x_{name}"
    if not is_partial_empty:
        return Reading(levels, [(f"{unread} is not null", unread)])
    is_partial = f"coalesce({unread} = {literal(PARTIAL)}, false)"
    return Reading(
        levels,
        [(f"{unread} is not null and not {is_partial}", unread)],
        [(is_partial, mark(PARTIAL_BIRTH, name))],
    )


def _counted(name: str, relative: RelativeDates) -> tuple[dict[str, str], dict[str, str]]:
    """Write, in two levels, the days from day zero that a cell counts, and whether it counts months."""
    text, number, unit = f"f_{name}", f"n_{name}", f"u_{name}"
    found = f"regexp_extract({text}, $counted, ['number', 'unit'])"
    in_months = f"{unit} = 'month'" + (f" or {unit} = ''" if relative.unit == "months" else "")
    days = (
        f"case when {in_months} then round({number} * {DAYS_PER_MONTH}) when {number} = trunc({number})"
        f" then {number} end"
    )
    first = {
        number: of_few(name, f"try_cast(replace({found}.number, ',', '.') as double)"),
        unit: of_few(name, f"{found}.unit"),
    }
    second = {
        f"r_{name}": f"case when abs({days}) <= {MOST_DAYS} then cast({days} as integer) end",
        f"m_{name}": f"{number} is not null and ({in_months})",
    }
    return first, second


def _first_day(name: str, settings: ReadSettings) -> str:
    # A cell with a type of its own holds a day, or a moment without a zone: written as the reader does.
    text = f"t_{name}"
    typed = f"case when regexp_full_match({text}, $typed_moment) then try_cast(left({text}, 10) as date) end"
    return f"case when {typedness(name)} then {typed} else {_day(text, settings)} end"


def _day(text: str, settings: ReadSettings) -> str:
    day = f"case when {text} like '____-__-__' then try_cast({text} as date) end"
    if settings.date_format is not None:
        day = f"coalesce(try_strptime({text}, $date_format)::date, {day})"
    return day


def _late(day: str) -> str:
    # A year of two digits under %Y would be one of the first century.
    return f"case when {day} >= date '{FIRST_DAY}' then {day} end"


def _pivot(name: str, pivot: int, delivered_on: dt.date) -> int:
    """Return the last short year of this century."""
    return pivot if name != BIRTH else min(pivot, delivered_on.year - 2000) - LEAST_AGE


def _in_century(name: str) -> str:
    short = f"year(w_{name}) % 100"
    year = f"{short} + case when {short} <= $pivot_{name} then 2000 else 1900 end"
    return f"try(make_date({year}, month(w_{name}), day(w_{name})))"


def _unread(name: str, settings: ReadSettings, *, is_relative: bool) -> str:
    """Name the rule that a text breaks which is no day, and counts none; NULL for all others."""
    text = f"f_{name}"
    kinds = []
    if settings.timezone is None:
        kinds.append((f"regexp_full_match({text}, $zoned)", "date_has_zone"))
    if settings.century_pivot is None:
        is_short = f"w_{name} is not null or regexp_full_match({text}, $short_year)"
        kinds.append((is_short, "date_century_unknown"))
    kinds.append((f"regexp_full_match({text}, $partial_date)", PARTIAL))
    whens = " ".join(f"when {holds} then '{rule}'" for holds, rule in kinds)
    none_counted = f" and r_{name} is null" if is_relative else ""
    is_unread = f"{text} is not null and v_{name} is null{none_counted}"
    return f"case when {is_unread} then case {whens} else 'date_invalid' end end"
