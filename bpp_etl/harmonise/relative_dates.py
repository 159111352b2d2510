"""Turns dates that are counted from a day zero into days, in the SELECT of a typed table.

A patient's own day zero counts where it is known as a calendar date. Else the declared one stands in, for
patients of whom no date of the calendar is delivered: one beside it would be compared with a day that was
never lived. Not here: reading the numbers (`harmonise/dates.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from bpp_etl.harmonise.delivered import is_delivered
from bpp_etl.harmonise.parse import ParsedSelect, parsed_select
from bpp_etl.harmonise.row_lists import marks_that_hold
from bpp_etl.landing.declared import mark
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.parsed import parsed
from schemas.contract import delivered_columns
from schemas.declared_laws import DATE_IN_MONTHS, DATE_RELATIVE, DAY_ZERO, DAY_ZERO_UNKNOWN
from schemas.tables import DELIVERABLE, DeliveredTable

DAY_ZERO_OF = "raw.day_zero"
"""The table of each patient's day zero; it lasts while a delivery is judged."""


def find_day_zero(con: Connection, config: RegistryConfig, delivered_on: dt.date) -> None:
    """Create `raw.day_zero`: one row for each patient with a date that is counted; unknown ones are null."""
    con.execute("create or replace temp table dated (patient_id varchar, is_counted boolean, is_day boolean)")
    con.execute("create or replace temp table anchored (patient_id varchar, day date)")
    for table in DELIVERABLE.values():
        columns = _dates_of(table)
        if columns and is_delivered(con, table.name):
            _note_dates(con, table, columns, config, delivered_on)
    stands_in = config.dates.day_zero if config.dates else None
    con.execute(
        f"""
        create or replace table {DAY_ZERO_OF} as
        with own as (
            select patient_id, min(day) as day from temp.anchored
            group by patient_id having count(distinct day) = 1
        ),
        patient as (
            select patient_id, bool_or(is_day) as has_day from temp.dated
            group by patient_id having bool_or(is_counted)
        )
        select patient.patient_id,
            coalesce(own.day, case when not patient.has_day then $stands_in::date end) as day,
            own.day is null and not patient.has_day and $stands_in is not null as stands_in
        from patient left join own on own.patient_id = patient.patient_id
        """,
        {"stands_in": stands_in},
    )
    con.execute("drop table temp.dated")
    con.execute("drop table temp.anchored")


def forget_day_zero(con: Connection) -> None:
    """Drop what was found; nothing of a patient lies in it that is not in the rows."""
    con.execute(f"drop table if exists {DAY_ZERO_OF}")


def with_relative_dates(
    table: DeliveredTable, typed: ParsedSelect, config: RegistryConfig, lacking: Collection[str]
) -> ParsedSelect:
    """Count the dates of a typed table from each patient's day zero, and mark the rows.

    `find_day_zero` must have run. Where a patient's day zero stands in, what it is by its name is on that day
    too, if nothing is delivered of it.
    """
    columns = [name for name in _dates_of(table) if name not in lacking]
    if not _dates_of(table) or config.dates is None:
        return typed
    days = {name: f"coalesce(told.{quoted(name)}, zero.day + told.{_counted(name)})" for name in columns}
    counts = {name: f"told.{_counted(name)} is not null and zero.day is not null" for name in columns}
    anchor = config.dates.anchor
    if anchor is not None and anchor[0] == table.name == "patients":
        # What nobody delivered is on the day that stands in, for it is what the others are counted from.
        name = anchor[1]
        is_lacking = f"zero.stands_in and told.{quoted(name)} is null"
        counts[name] = f"{counts.get(name, 'false')} or ({is_lacking})"
        days[name] = (
            f"coalesce({days.get(name, f'told.{quoted(name)}')}, case when zero.stands_in then zero.day end)"
        )
    any_counted = " or ".join(f"told.{_counted(name)} is not null" for name in columns) or "false"
    is_of_patient = " or true" if table.name == "patients" else ""
    marks = [
        *((holds, mark(DATE_RELATIVE, name)) for name, holds in counts.items()),
        *(
            (f"told.{_in_months(name)} and zero.day is not null", mark(DATE_IN_MONTHS, name))
            for name in columns
        ),
        (f"zero.stands_in and ({any_counted}{is_of_patient})", mark(DAY_ZERO, "day_zero")),
    ]
    found = marks_that_hold(marks)
    unknown = f"list_sort(list_append(told.problems, '{DAY_ZERO_UNKNOWN}'))"
    kept = ", ".join(f"{_counted(name)}, {_in_months(name)}" for name in columns)
    replaced = "".join(f"{day} as {quoted(name)}, " for name, day in days.items())
    sql = f"""
        select told.*{f" exclude ({kept})" if kept else ""} replace (
            {replaced}
            case when zero.day is null and ({any_counted}) then {unknown} else told.problems end as problems,
            case when len({found}) > 0 then list_concat(told.declared, {found}) else told.declared end
                as declared
        )
        from ({typed.sql}) as told
        left join {DAY_ZERO_OF} as zero on zero.patient_id = told.patient_id
        order by told.row_number
        """
    return ParsedSelect(sql, typed.parameters)


def _note_dates(
    con: Connection,
    table: DeliveredTable,
    columns: tuple[str, ...],
    config: RegistryConfig,
    delivered_on: dt.date,
) -> None:
    anchor = config.dates.anchor if config.dates else None
    line = {"line_number"} if table.name == "therapy_lines" else set()
    wanted = {"patient_id", *columns, *line}
    others = [one.name for one in delivered_columns(table.contract) if one.name not in wanted]
    typed = parsed_select(table, config, delivered_on, lacking=others)
    con.execute(parsed(con, f"create or replace temp table dates_of_table as {typed.sql}"), typed.parameters)
    counted = " or ".join(f"{_counted(name)} is not null" for name in columns)
    days = " or ".join(f"{quoted(name)} is not null" for name in columns)
    con.execute(
        f"insert into temp.dated select patient_id, bool_or({counted}), bool_or({days})"
        " from temp.dates_of_table where patient_id is not null group by patient_id"
    )
    if anchor is not None and anchor[0] == table.name:
        first = " and line_number = 1" if line else ""
        con.execute(
            f"insert into temp.anchored select patient_id, {quoted(anchor[1])} from temp.dates_of_table"
            f" where patient_id is not null and {quoted(anchor[1])} is not null{first}"
        )
    con.execute("drop table temp.dates_of_table")


def _dates_of(table: DeliveredTable) -> tuple[str, ...]:
    return tuple(one.name for one in delivered_columns(table.contract) if one.kind == "date")


def _counted(name: str) -> str:
    return f"{name}_counted"


def _in_months(name: str) -> str:
    return f"{name}_in_months"
