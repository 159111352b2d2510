"""Rules of time order are data: order, slack, line and unknown dates are read as they are declared.

Not here: the rules that there are (`test_row_rules.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pytest

from bpp_etl.gate.time_rules import out_of_order
from schemas.laws import TimeLaw
from tests.support.gating import empty_core

DAY = dt.date(2024, 3, 1)


def law(
    order: Literal["at_or_before", "at_or_after"],
    *,
    table: str = "patients",
    column: str = "death_date",
    slack_days: int = 0,
    line: int | None = None,
) -> TimeLaw:
    return TimeLaw(
        "made_up",
        sentence="Made up.",
        severity="refuse",
        category="plausibility",
        mend="None.",
        column="test_date",
        order=order,
        other_table=table,
        other_column=column,
        slack_days=slack_days,
        line=line,
    )


def breaks(one: TimeLaw, test_date: dt.date | None, *others: str) -> bool:
    """Judge one test of patient P beside rows of other tables, given in SQL."""
    with empty_core() as con:
        for other in others:
            con.execute(f"insert into core.{other}")
        con.execute(
            "insert into core.her2_tests by name select 'here' as registry, 'P' as patient_id,"
            " $day::date as test_date, 'unknown' as specimen_site, 'negative' as her2_status,"
            " []::varchar[] as flags, 7 as row_number",
            {"day": test_date or DAY},
        )
        if test_date is None:
            con.execute("alter table core.her2_tests alter test_date drop not null")
            con.execute("update core.her2_tests set test_date = null")
        return out_of_order(con, "core.her2_tests", one).to_list() == [7]


def patient(death: str) -> str:
    return (
        "patients by name select 'here' as registry, 'P' as patient_id, 'female' as sex,"
        f" {death}::date as death_date, date '2024-01-01' as last_contact_date,"
        " []::varchar[] as flags, 1 as row_number"
    )


def line(number: int, start: dt.date) -> str:
    return (
        f"therapy_lines by name select 'here' as registry, 'P' as patient_id, {number} as line_number,"
        f" 'made up' as regimen, date '{start}' as start_date, []::varchar[] as flags, {number} as row_number"
    )


def days(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("one", "inside", "outside"),
    [
        (law("at_or_before"), 0, 1),
        (law("at_or_after"), 0, -1),
        (law("at_or_before", slack_days=90), 90, 91),
        (law("at_or_after", slack_days=90), -90, -91),
        (law("at_or_after", slack_days=-90), 90, 89),
        (law("at_or_before", slack_days=-90), -90, -89),
    ],
    ids=["before", "after", "before with slack", "after with slack", "long after", "long before"],
)
def test_a_date_at_its_bound_holds_and_a_day_beyond_it_breaks(
    one: TimeLaw, inside: int, outside: int
) -> None:
    died = patient(f"'{DAY}'")
    assert not breaks(one, days(inside), died)
    assert breaks(one, days(outside), died)


@pytest.mark.parametrize("order", ["at_or_before", "at_or_after"])
def test_a_date_that_is_not_known_breaks_nothing(order: Literal["at_or_before", "at_or_after"]) -> None:
    assert not breaks(law(order), DAY, patient("null"))
    assert not breaks(law(order), DAY)
    assert not breaks(law(order), None, patient(f"'{DAY}'"))


def test_one_line_is_meant_where_one_is_named() -> None:
    lines = (line(1, days(-10)), line(2, days(10)))
    first = law("at_or_after", table="therapy_lines", column="start_date", line=1)
    second = law("at_or_after", table="therapy_lines", column="start_date", line=2)
    any_line = law("at_or_after", table="therapy_lines", column="start_date")
    assert not breaks(first, DAY, *lines)
    assert breaks(second, DAY, *lines)
    assert breaks(any_line, DAY, *lines)
