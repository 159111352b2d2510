"""The calendar window: a protocol may look only at patients whose line 1 started in it."""

from pathlib import Path

import pytest

from bpp_etl.events import derive_events, load_protocol
from tests.support.timeline import DELIVERY_DAY, REGISTRY, Judge, on

PROTOCOL = """
name = "years"
kind = "event"
extends = "xu2025"
title = "The default in a calendar window"
summary = "As xu2025, of patients whose line 1 started within ten days."
[citation]
text = "Written for this test"
"""
SIDE = """
[parameters.first_line_{side}]
value = {day}
source = "Written for this test"
"""
COURSE = "day {0} line 1 starts\n day {0} CT\n day 42 CT: new osteoblastic\n day 84 CT\n day 126 CT"


@pytest.fixture
def years(tmp_path: Path) -> str:
    path = tmp_path / "years.toml"
    sides = SIDE.format(side="from", day=on(-5)) + SIDE.format(side="to", day=on(5))
    path.write_text(PROTOCOL + sides, encoding="utf-8")
    return str(path)


def test_the_first_and_last_day_lie_inside_and_the_days_beside_them_outside(judge: Judge, years: str) -> None:
    cases = {-6: None, -5: "pseudoprogression", 0: "pseudoprogression", 5: "pseudoprogression", 6: None}
    rows = judge.table(cases, COURSE.format, years)
    assert {day: row.state for day, row in rows.items()} == cases
    left = {day: row.left_at for day, row in rows.items()}
    assert [day for day in cases if left[day] == "outside_window"] == [-6, 6]


def test_who_has_no_line_1_leaves_there_whatever_the_window(judge: Judge, years: str) -> None:
    row = judge("no line 1\n day 0 line 2 starts\n day 0 CT\n day 42 CT: new osteoblastic", years)
    assert row.left_at == "no_first_line"


def test_a_window_asks_for_the_start_of_line_1_and_not_for_the_days_that_follow(
    judge: Judge, years: str
) -> None:
    inside = judge("day 5 line 1 starts\n day 5 CT\n day 300 CT: new osteoblastic", years)
    outside = judge("day 6 line 1 starts\n day 6 CT\n day 7 line 2 starts", years)
    assert (inside.left_at, outside.left_at) == ("candidate", "outside_window")


def test_a_side_that_is_not_set_is_open(judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "years.toml"
    path.write_text(PROTOCOL + SIDE.format(side="from", day=on(0)), encoding="utf-8")
    rows = judge.table([-1, 0, 30], COURSE.format, str(path))
    assert [row.left_at for row in rows.values()] == ["outside_window", "candidate", "candidate"]


def test_who_is_on_a_day_zero_that_stands_in_is_in_no_window(judge: Judge, years: str) -> None:
    course = COURSE.format(0)
    assert judge(course, years).left_at == "candidate"
    flag_everyone = "update core.patients set flags = ['day_zero_declared']"
    judge.con.execute(flag_everyone)
    derive_events(judge.con, REGISTRY, on(DELIVERY_DAY), [load_protocol(years)])
    assert judge.con.execute("select left_at from event.patient_flow").fetchall() == [("outside_window",)]
    derive_events(judge.con, REGISTRY, on(DELIVERY_DAY), [load_protocol("xu2025")])
    assert judge.con.execute("select left_at from event.patient_flow").fetchall() == [("candidate",)]
