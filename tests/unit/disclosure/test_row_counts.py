"""Counts of rows that may be told: small ones are left out, and what is left does not give them away.

Not here: counts of patients (`tests/unit/measure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bpp_etl.disclosure.row_counts import Row, with_small_rows_hidden
from tests.support.report_rows import delivery, history, judgement

Tables = Mapping[str, Sequence[Row]]
Broken = Mapping[tuple[str, str], int]


def release(broken: Broken, *, ignored: int = 0, is_shut: bool = False) -> Tables:
    """Judge a delivery in which these rows broke these rules, none two, and return what may be told."""
    told = judgement("north", broken=broken, is_shut=is_shut)
    for row in told["quality.table_count"]:
        number = sum(count for (table, _), count in broken.items() if table == row["table"])
        lost = ignored if row["table"] == "lab_results" else 0
        row |= {"delivered": 200, "broken": number, "ignored": lost}
        for rule in where(told["quality.rule_result"], table=row["table"]):
            rule["judged"] = 200 - lost
        row |= {
            "refused": 200 - lost if is_shut else number,
            "admitted": 0 if is_shut else 200 - lost - number,
        }
    counts = {
        field: sum(int(str(row[field])) for row in told["quality.table_count"])
        for field in ("delivered", "admitted", "refused", "ignored")
    }
    why = {
        "why": ["patients.refused_share_exceeded", "delivery.cadence_not_kept"],
        "messages": ["3 of 200 rows of patients are refused (1.5 %, limit 1 %)", "90 of 99 intervals"],
    }
    tables: dict[str, Any] = {
        "delivery": [delivery("north", is_shut=is_shut, **(why if is_shut else {}), **counts)],
        "history": [{"release_id": "r"} | history("north", "admitted") | counts],
        **{name.removeprefix("quality."): rows for name, rows in told.items()},
    }
    return with_small_rows_hidden(tables, 5)


def where(rows: Sequence[Row], **wanted: object) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def count(found: Tables, table: str = "patients") -> Row:
    (row,) = where(found["table_count"], table=table)
    return row


def told(row: Row) -> tuple[int | None, ...]:
    return tuple(row[field] for field in ("delivered", "admitted", "refused", "ignored"))


@pytest.mark.parametrize(("number", "is_hidden"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_few_refused_rows_are_hidden_with_the_delivered_that_would_tell_them(
    number: int, is_hidden: bool
) -> None:
    found = release({("patients", "date_invalid"): number})
    row = count(found)
    (rule,) = where(found["rule_result"], table="patients", rule="date_invalid")
    (whole,) = found["delivery"]
    (before,) = found["history"]
    assert row["admitted"] == 200 - number
    if is_hidden:
        assert (row["delivered"], row["refused"], row["broken"]) == (None, None, None)
        assert (rule["judged"], rule["broken"]) == (None, None)
        assert told(whole) == told(before) == (None, 1200 - number, None, 0)
    else:
        assert (row["delivered"], row["refused"], row["broken"]) == (200, number, number)
        assert rule["broken"] == number
        assert told(whole) == told(before) == (1200, 1200 - number, number, 0)


def test_few_ignored_rows_are_hidden_and_the_refused_stay() -> None:
    row = count(release({("lab_results", "unit_missing"): 9}, ignored=3), "lab_results")
    assert told(row) == (None, 188, 9, None)


def test_a_small_rule_among_larger_ones_leaves_the_total_where_that_does_not_tell_it() -> None:
    found = release({("patients", "date_invalid"): 9, ("patients", "code_unknown"): 3})
    assert told(count(found)) == (200, 188, 12, 0)
    broken = {row["rule"]: row["broken"] for row in where(found["rule_result"], table="patients")}
    assert (broken["date_invalid"], broken["code_unknown"]) == (9, None)


@pytest.mark.parametrize("small", [{"code_unknown": 4}, {"code_unknown": 4, "date_in_future": 4}])
def test_the_total_goes_where_it_leaves_only_the_most_that_a_small_rule_can_be(small: dict[str, int]) -> None:
    rules = {("patients", rule): number for rule, number in small.items()}
    found = release({("patients", "date_invalid"): 9, **rules})
    row = count(found)
    assert (row["delivered"], row["refused"], row["broken"]) == (None, None, None)


def test_a_gate_that_is_shut_says_why_without_a_small_count() -> None:
    found = release({("patients", "date_invalid"): 3}, is_shut=True)
    (shut,) = found["delivery"]
    assert shut["messages"] == [
        "more rows of patients are refused than its limit allows",
        "90 of 99 intervals",
    ]
    # All 200 rows are refused with it: that says nothing of the three.
    assert (count(found)["refused"], count(found)["broken"]) == (200, None)


def counts_of(judged: int, broken: int, rule: str = "age_implausible") -> tuple[object, object]:
    """Judge a flag on some of 200 patients, and return the two counts that may be told."""
    told = judgement("north")
    for row in told["quality.table_count"]:
        row |= {"delivered": 210, "admitted": 200, "refused": 10, "ignored": 0, "broken": 10}
    for row in told["quality.rule_result"]:
        row["judged"] = 210
    for row in where(told["quality.rule_result"], rule=rule):
        assert isinstance(row, dict)
        row |= {"judged": judged, "broken": broken}
    tables: dict[str, Any] = {"delivery": [], "history": []}
    found = with_small_rows_hidden({**tables, **{n.removeprefix("quality."): r for n, r in told.items()}}, 5)
    (row,) = where(found["rule_result"], rule=rule)
    return row["judged"], row["broken"]


@pytest.mark.parametrize("judged", [2, 60, 197, 208])
def test_how_many_a_rule_says_something_of_is_beside_the_whole_a_count_of_patients(judged: int) -> None:
    # 197 of 200 have a date of birth, or all but 140 live: that is a count of those who have not.
    assert counts_of(judged, 0) == (None, 0)


@pytest.mark.parametrize("whole", [0, 200, 210])
def test_a_rule_that_is_judged_on_all_or_on_nothing_says_so(whole: int) -> None:
    assert counts_of(whole, 0) == (whole, 0)


@pytest.mark.parametrize(
    ("broken", "told"), [(4, None), (5, 5), (195, 195), (196, None), (199, None), (200, 200)]
)
def test_few_that_do_not_break_a_rule_are_as_few_as_those_who_do(broken: int, told: int | None) -> None:
    assert counts_of(200, broken) == (200, told)


@pytest.mark.parametrize(
    "rule", ["sex_implausible", "contact_is_extraction", "cadence_not_kept", "patients_dropped"]
)
def test_of_a_rule_on_a_delivery_a_share_tells_the_status_alone(rule: str) -> None:
    """Males, living, appointments off schedule: what the tables of metrics may have hidden."""
    assert counts_of(200, 60, rule) == (None, None)
