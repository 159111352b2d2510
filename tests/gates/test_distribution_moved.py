"""A column that says something else than in the delivery before is told; what chance alone moves is not.

Not here: single patients of both deliveries (`test_rules_against_before.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from bpp_etl.gate.decision import GateDecision, RuleResult
from bpp_etl.gate.rules_of_spread import by_chance, stability_index
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import admit, begin_with

RULE = "distribution_moved"


def test_the_index_is_that_of_two_shares_and_nothing_where_they_agree() -> None:
    before, now = {"a": 60, "b": 40}, {"a": 40, "b": 60}
    p, q = 60.5 / 101, 40.5 / 101
    assert math.isclose(stability_index(before, now), 2 * (p - q) * math.log(p / q))
    assert stability_index(before, {"a": 120, "b": 80}) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(("bins", "quantile"), [(2, 10.828), (3, 13.816), (10, 27.877)])
def test_chance_exceeds_the_quantile_of_chi_squared_once_in_a_thousand(bins: int, quantile: float) -> None:
    """Chi-squared's 0.999 quantiles for 1, 2 and 9 degrees of freedom, from printed tables."""
    counts = dict.fromkeys(range(bins), 50)
    expected = quantile * 2 / (50 * bins)
    assert by_chance(counts, counts, 1000) == pytest.approx(expected, rel=0.04)


def test_one_code_alone_leaves_nothing_to_chance() -> None:
    assert by_chance({"a": 5}, {"a": 7}, 1000) == 0


def labs(values: Sequence[float], limit: str = "120") -> str:
    """Write results of total ALP, one a day."""
    rows = [
        f"A,ALP_TOTAL,2023-{1 + day // 28:02d}-{1 + day % 28:02d},{value},U/L,{limit}"
        for day, value in enumerate(values)
    ]
    return "patient_id,analyte,specimen_date,value,unit,upper_limit_normal\n" + "\n".join(rows) + "\n"


def after(home: Path, before: str, now: str, toml: str = "") -> GateDecision:
    """Admit a delivery with one table of results, and judge the next with another."""
    begin_with(home, {"lab_results": before, "her2_tests": None}, "2024-12-30")
    folder = write_delivery_of(home / "landing", day="2024-12-31", lab_results=now, her2_tests=None)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", with_events=False)


def result_of(decision: GateDecision, table: str = "lab_results") -> RuleResult:
    """Find how the rule fared on a table."""
    (found,) = (one for one in decision.rules if (one.table, one.rule) == (table, RULE))
    return found


SPREAD = [80 + number for number in range(100)]


def test_values_and_limits_that_are_exchanged_are_told_by_column(tmp_path: Path) -> None:
    decision = after(tmp_path, labs(SPREAD), labs([200.0] * 100, "95"))
    assert result_of(decision).status == "failed"
    assert result_of(decision).columns == ("value", "upper_limit_normal")
    (told,) = (one.message for one in decision.warnings if one.rule == RULE)
    assert "value (" in told
    assert "upper_limit_normal (" in told
    assert "200" not in told
    assert decision.is_open


@pytest.mark.parametrize(
    ("now", "toml", "status"),
    [
        (SPREAD, "", "passed"),
        ([value + 3 for value in SPREAD], "", "passed"),
        ([value + 40 for value in SPREAD], "", "failed"),
        ([value + 40 for value in SPREAD], f"[limits]\n{RULE} = 1\n", "passed"),
        # Few values differ by chance alone.
        (SPREAD[90:97], "", "passed"),
    ],
)
def test_only_what_moves_over_the_index_and_over_chance_is_told(
    tmp_path: Path, now: Sequence[float], toml: str, status: str
) -> None:
    assert result_of(after(tmp_path, labs(SPREAD), labs(now), toml)).status == status


def receptors(positive: int, patients: int) -> str:
    """Write so many patients, of whom some have positive receptors, and the others negative ones."""
    header, *tiny = TINY["patients"].splitlines()
    names = [row.split(",")[0] for row in tiny] + [f"P{number}" for number in range(patients - len(tiny))]
    rows = [
        f"{name},female,2024-12-01,{'positive' if place < positive else 'negative'}"
        for place, name in enumerate(names)
    ]
    return "\n".join([f"{header},er_status", *rows]) + "\n"


@pytest.mark.parametrize(
    ("patients", "before", "now", "status"),
    [
        # Of many the index decides, which is 0.2496 and 0.2508 here.
        (2000, 1000, 1479, "passed"),
        (2000, 1000, 1480, "failed"),
        # Of few it is chance, whose bound is 0.372; the index is 0.351 and 0.400.
        (60, 30, 47, "passed"),
        (60, 30, 48, "failed"),
    ],
)
def test_what_lies_just_over_the_index_and_over_chance_is_told(
    tmp_path: Path, patients: int, before: int, now: int, status: str
) -> None:
    begin_with(tmp_path, {"patients": receptors(before, patients)}, "2024-12-30")
    folder = write_delivery_of(tmp_path / "landing", day="2024-12-31", patients=receptors(now, patients))
    assert folder.is_dir()
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result_of(decision, "patients").status == status


def test_a_code_that_takes_the_place_of_another_is_told(tmp_path: Path) -> None:
    def patients(status: str) -> str:
        header, *rows = TINY["patients"].splitlines()
        more = [f"P{number},female,2024-12-01" for number in range(60)]
        return "\n".join([f"{header},er_status", *(f"{row},{status}" for row in (*rows, *more))]) + "\n"

    write_delivery_of(tmp_path / "landing", day="2024-12-30", patients=patients("positive"))
    first = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result_of(first, "patients").status == "not_applicable"
    write_delivery_of(tmp_path / "landing", day="2024-12-31", patients=patients(""))
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert [one.message for one in decision.warnings if one.rule == RULE] == [
        "spread otherwise in patients than in the delivery before, by the population stability index: "
        "er_status (9.54)"
    ]


@pytest.mark.parametrize(
    ("rows", "lost", "now", "status"),
    [
        (20, "negative", "positive", "failed"),
        (20, "negative", "", "failed"),
        (19, "negative", "positive", "passed"),
        # What was unknown may be found out.
        (40, "unknown", "positive", "passed"),
    ],
)
def test_a_code_of_twenty_rows_that_none_has_any_more_is_told_though_it_was_rare(
    tmp_path: Path, rows: int, lost: str, now: str, status: str
) -> None:
    before = receptors(2000 - rows, 2000).replace("negative", lost)
    begin_with(tmp_path, {"patients": before}, "2024-12-30")
    write_delivery_of(tmp_path / "landing", day="2024-12-31", patients=before.replace(lost, now))
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result_of(decision, "patients").status == status
    if status == "failed":
        (told,) = (one.message for one in decision.warnings if one.rule == RULE)
        assert told.endswith("; a code of 20 rows is gone)")


def test_a_code_that_one_row_keeps_is_not_gone(tmp_path: Path) -> None:
    begin_with(tmp_path, {"patients": receptors(1980, 2000)}, "2024-12-30")
    write_delivery_of(tmp_path / "landing", day="2024-12-31", patients=receptors(1999, 2000))
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result_of(decision, "patients").status == "passed"
