"""When a line of therapy begins and ends, in courses that a clinician can read; each was ruled by hand.

Not here: the naive reading (`tests/property/test_lines_agree.py`), and drugs in a delivery
(`tests/gates/test_derived_lines.py`).

A course is a line for each drug: the agent, its first day and its last, `-` where that is open.
"""

from __future__ import annotations

import datetime as dt

import pytest

from bpp_etl.harmonise.lines import Drug, derive_lines
from bpp_etl.landing.line_derivation import LineDerivation

ZERO = dt.date(2024, 1, 1)
PLAIN = LineDerivation(gap_days=90, overlap_days=28)
INHIBITORS = (("anastrozole", "letrozole", "exemestane"),)


def lines(course: str, how: LineDerivation = PLAIN) -> list[str]:
    """Derive lines, and write each as `agents: first-last`."""
    drugs = []
    for row, text in enumerate(course.strip().splitlines(), start=1):
        agent, first, last = text.split()
        end = None if last == "-" else ZERO + dt.timedelta(int(last))
        drugs.append(Drug(row, agent, ZERO + dt.timedelta(int(first)), end))
    return [
        f"{line.regimen}: {(line.start - ZERO).days}-{'' if line.end is None else (line.end - ZERO).days}"
        for line in derive_lines(drugs, how)
    ]


def test_nothing_was_given() -> None:
    assert derive_lines([], PLAIN) == []


def test_one_drug_is_one_line_from_its_first_day_to_its_last() -> None:
    assert lines("taxol 0 100") == ["taxol: 0-100"]


def test_a_drug_without_an_end_leaves_the_line_open() -> None:
    assert lines("taxol 0 -") == ["taxol: 0-"]


@pytest.mark.parametrize(
    ("second", "expected"),
    {
        "at once": (0, ["carboplatin + taxol: 0-150"]),
        "on the last day of the window": (28, ["carboplatin + taxol: 0-150"]),
        "the day after, the first going on": (29, ["taxol: 0-28", "carboplatin + taxol: 29-150"]),
    }.values(),
)
def test_agents_that_begin_together_are_one_combination(second: int, expected: list[str]) -> None:
    assert lines(f"taxol 0 100\ncarboplatin {second} 150") == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    {
        "ended before": (80, ["letrozole: 0-80", "fulvestrant: 100-200"]),
        "overlaps by the window": (128, ["letrozole: 0-99", "fulvestrant: 100-200"]),
        "goes on for longer": (129, ["letrozole: 0-99", "fulvestrant + letrozole: 100-200"]),
        "is open": ("-", ["letrozole: 0-", "fulvestrant + letrozole: 100-"]),
    }.values(),
)
def test_what_goes_on_beside_a_new_agent_belongs_to_the_new_line_too(
    last: int | str, expected: list[str]
) -> None:
    assert lines(f"letrozole 0 {last}\nfulvestrant 100 200") == expected


@pytest.mark.parametrize(
    ("again", "expected"),
    [(190, ["taxol: 0-250"]), (191, ["taxol: 0-100", "taxol: 191-250"])],
    ids=["a pause of the gap", "a day more"],
)
def test_the_same_agent_after_a_gap_is_a_new_line(again: int, expected: list[str]) -> None:
    assert lines(f"taxol 0 100\ntaxol {again} 250") == expected


def test_a_gap_is_of_the_whole_combination() -> None:
    course = "taxol 0 100\ntrastuzumab 0 300\ntaxol 290 400"
    assert lines(course) == ["taxol + trastuzumab: 0-400"]


def test_doses_by_the_day_are_one_line_as_a_stretch_of_time_is() -> None:
    doses = "\n".join(f"trastuzumab {day} {day}\ntaxol {day + 1} {day + 1}" for day in range(0, 211, 21))
    assert lines(doses) == ["taxol + trastuzumab: 0-211"]


def test_a_switch_within_a_class_is_no_new_line() -> None:
    course = "letrozole 0 100\nexemestane 110 300\nfulvestrant 320 -"
    plain = ["letrozole: 0-100", "exemestane: 110-300", "fulvestrant: 320-"]
    assert lines(course) == plain
    how = LineDerivation(interchangeable=INHIBITORS)
    assert lines(course, how) == ["letrozole: 0-300", "fulvestrant: 320-"]


def test_a_switch_within_a_class_after_a_gap_is_a_new_line() -> None:
    how = LineDerivation(interchangeable=INHIBITORS)
    assert lines("letrozole 0 100\nexemestane 191 300", how) == ["letrozole: 0-100", "exemestane: 191-300"]


def test_a_drug_of_a_line_before_is_new_to_the_line_after_it() -> None:
    course = "letrozole 0 100\ntaxol 110 200\nletrozole 220 300"
    assert lines(course) == ["letrozole: 0-100", "taxol: 110-200", "letrozole: 220-300"]


MAINTENANCE = "taxol 0 120\ntrastuzumab 0 800\npertuzumab 0 790"


def test_maintenance_belongs_to_the_line_unless_it_is_one_of_its_own() -> None:
    assert lines(MAINTENANCE) == ["pertuzumab + taxol + trastuzumab: 0-800"]
    how = LineDerivation(maintenance="new_line")
    assert lines(MAINTENANCE, how) == [
        "pertuzumab + taxol + trastuzumab: 0-120",
        "pertuzumab + trastuzumab: 121-800",
    ]


@pytest.mark.parametrize(
    ("last", "expected"),
    [(190, 1), (191, 2), ("-", 2)],
    ids=["the others end within the gap", "they go on for a day more", "they are open"],
)
def test_maintenance_is_what_goes_on_for_over_a_gap(last: int | str, expected: int) -> None:
    how = LineDerivation(maintenance="new_line")
    assert len(lines(f"taxol 0 100\ntrastuzumab 0 {last}", how)) == expected


def test_maintenance_with_another_agent_added_is_a_line_of_its_own_either_way() -> None:
    course = f"{MAINTENANCE}\nletrozole 150 800"
    assert lines(course) == [
        "pertuzumab + taxol + trastuzumab: 0-149",
        "letrozole + pertuzumab + trastuzumab: 150-800",
    ]


def test_a_line_ends_at_the_latest_on_the_day_before_the_next() -> None:
    assert lines("letrozole 0 110\nfulvestrant 100 200")[0] == "letrozole: 0-99"


def test_a_line_is_known_from_the_first_of_its_own_drugs() -> None:
    drugs = [
        Drug(7, "taxol", ZERO, ZERO + dt.timedelta(20)),
        Drug(3, "taxol", ZERO + dt.timedelta(200), None),
        Drug(5, "taxol", ZERO + dt.timedelta(200), None),
    ]
    assert [line.row for line in derive_lines(drugs, PLAIN)] == [7, 3]
