"""Counts of rows in the report: small ones are left out, and what is left does not give them away.

Not here: counts of patients (`tests/unit/measure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bpp_etl.report.row_counts import with_small_rows_hidden
from bpp_etl.report.tables import ReleaseTables, Row, read_release
from tests.support.report_file import write_release
from tests.support.report_rows import delivery, history, judgement, release_row

Broken = Mapping[tuple[str, str], int]


def release(
    folder: Path, broken: Broken, *, threshold: int = 5, ignored: int = 0, is_shut: bool = False
) -> ReleaseTables:
    """Write a delivery in which these rows broke these rules, none two, and read what may be shown."""
    told = judgement("north", broken=broken, is_shut=is_shut)
    for row in told["quality.table_count"]:
        number = sum(count for (table, _), count in broken.items() if table == row["table"])
        lost = ignored if row["table"] == "lab_results" else 0
        row |= {"delivered": 200, "broken": number, "ignored": lost}
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
    tables = {
        "meta.release": [release_row(disclosure_threshold=threshold)],
        "quality.delivery": [delivery("north", is_shut=is_shut, **(why if is_shut else {}), **counts)],
        "quality.history": [{"release_id": "r"} | history("north", "admitted") | counts],
        **told,
    }
    return with_small_rows_hidden(read_release(write_release(folder / "bpp.duckdb", tables)))


def count(found: ReleaseTables, table: str = "patients") -> Row:
    (row,) = found["quality.table_count"].where(table=table)
    return row


def told(row: Row) -> tuple[int | None, ...]:
    return tuple(row[field] for field in ("delivered", "admitted", "refused", "ignored"))


@pytest.mark.parametrize(("number", "is_hidden"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_few_refused_rows_are_hidden_with_the_delivered_that_would_tell_them(
    tmp_path: Path, number: int, is_hidden: bool
) -> None:
    found = release(tmp_path, {("patients", "date_invalid"): number})
    row = count(found)
    (rule,) = found["quality.rule_result"].where(table="patients", rule="date_invalid")
    (whole,) = found["quality.delivery"].rows
    (before,) = found["quality.history"].rows
    assert row["admitted"] == 200 - number
    if is_hidden:
        assert (row["delivered"], row["refused"], row["broken"]) == (None, None, None)
        assert (rule["judged"], rule["broken"]) == (None, None)
        assert told(whole) == told(before) == (None, 1200 - number, None, 0)
    else:
        assert (row["delivered"], row["refused"], row["broken"]) == (200, number, number)
        assert rule["broken"] == number
        assert told(whole) == told(before) == (1200, 1200 - number, number, 0)


def test_few_ignored_rows_are_hidden_and_the_refused_stay(tmp_path: Path) -> None:
    row = count(release(tmp_path, {("lab_results", "unit_missing"): 9}, ignored=3), "lab_results")
    assert told(row) == (None, 188, 9, None)


def test_a_small_rule_among_larger_ones_leaves_the_total_where_that_does_not_tell_it(tmp_path: Path) -> None:
    found = release(tmp_path, {("patients", "date_invalid"): 9, ("patients", "code_unknown"): 3})
    assert told(count(found)) == (200, 188, 12, 0)
    broken = {row["rule"]: row["broken"] for row in found["quality.rule_result"].where(table="patients")}
    assert (broken["date_invalid"], broken["code_unknown"]) == (9, None)


@pytest.mark.parametrize("small", [{"code_unknown": 4}, {"code_unknown": 4, "date_in_future": 4}])
def test_the_total_goes_where_it_leaves_only_the_most_that_a_small_rule_can_be(
    tmp_path: Path, small: dict[str, int]
) -> None:
    rules = {("patients", rule): number for rule, number in small.items()}
    found = release(tmp_path, {("patients", "date_invalid"): 9, **rules})
    row = count(found)
    assert (row["delivered"], row["refused"], row["broken"]) == (None, None, None)


def test_a_gate_that_is_shut_says_why_without_a_small_count(tmp_path: Path) -> None:
    found = release(tmp_path, {("patients", "date_invalid"): 3}, is_shut=True)
    (shut,) = found["quality.delivery"].rows
    assert shut["messages"] == [
        "more rows of patients are refused than its limit allows",
        "90 of 99 intervals",
    ]
    # All 200 rows are refused with it: that says nothing of the three.
    assert (count(found)["refused"], count(found)["broken"]) == (200, None)


@pytest.mark.parametrize("threshold", [0, 1])
def test_without_disclosure_control_every_count_is_shown(tmp_path: Path, threshold: int) -> None:
    found = release(tmp_path, {("patients", "date_invalid"): 1}, threshold=threshold)
    assert told(count(found)) == (200, 199, 1, 0)
