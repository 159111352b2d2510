"""ALP by HER2 status: the change within each group, paired, and between the groups, unpaired.

Not here: the statistics themselves (tests/unit/metrics).
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from scipy import stats

from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import measured

POSITIVE, NEGATIVE = (-10.0, -20.0, -30.0, -40.0, -50.0, -61.0), (5.0, -12.0, 14.0, 24.0, -33.0, 43.0)
BETWEEN = "her2=positive/negative"


def patients(her2: str | None, deltas: Iterable[float], later: float = 7.0) -> list[Candidate]:
    return [
        Candidate(her2=her2, progressed=200, alp=(100.0, 100.0 + delta, 100.0 + delta + later))
        for delta in deltas
    ]


BOTH = [*patients("positive", POSITIVE), *patients("negative", NEGATIVE)]


@pytest.mark.parametrize(("moment", "later"), [("event", 0), ("progression", 7)])
def test_each_group_s_change_is_tested_in_pairs_and_their_difference_is_not(moment: str, later: int) -> None:
    found = measured(BOTH)
    metric = f"alp_change_at_{moment}"
    own = found.estimate(metric, "her2=positive")
    paired = stats.wilcoxon([delta + later for delta in POSITIVE], method="exact")
    assert (own["p_value"], own["patients"]) == (pytest.approx(paired.pvalue), 6)
    between = found.estimate(f"{metric}_difference", BETWEEN)
    unpaired = stats.mannwhitneyu(POSITIVE, NEGATIVE, method="exact")
    assert (between["p_value"], between["patients"]) == (pytest.approx(unpaired.pvalue), 12)
    assert between["ci_low"] < between["estimate"] < between["ci_high"]
    assert between["estimate"] < 0
    assert (between["unit"], between["ci_method"]) == ("U/L", "rank-sum")
    assert "exact null" in between["method"]
    assert {"small_groups", "alp_not_specific", "complete_cases"} <= set(between["warnings"])


def test_only_pseudoprogressions_with_a_known_status_and_both_values_are_compared() -> None:
    others = [
        *patients(None, (500.0,) * 3),
        *patients("indeterminate", (500.0,) * 3),
        Candidate(her2="positive", alp=(None, 900.0, None)),
        Candidate(her2="positive", state="true_progression", progressed=50, alp=(100.0, 900.0, 900.0)),
        Candidate(her2="negative", state="indeterminate", alp=(100.0, 900.0, None)),
    ]
    alone, among = measured(BOTH), measured([*BOTH, *others])
    for stratum, metric in (
        ("her2=positive", "alp_change_at_event"),
        (BETWEEN, "alp_change_at_event_difference"),
    ):
        assert among.estimate(metric, stratum) == alone.estimate(metric, stratum)


@pytest.mark.parametrize("her2", ["positive", "negative"])
def test_without_one_of_the_groups_there_is_no_difference_and_it_says_so(her2: str) -> None:
    row = measured(patients(her2, POSITIVE)).estimate("alp_change_at_event_difference", BETWEEN)
    assert (row["estimate"], row["p_value"]) == (None, None)
    assert "groups_missing" in row["warnings"]


def test_of_nobody_there_is_a_row_that_says_so() -> None:
    row = measured([]).estimate("alp_change_at_progression_difference", BETWEEN)
    assert (row["estimate"], row["patients"]) == (None, 0)
    assert "no_patients" in row["warnings"]


def test_one_patient_of_each_is_an_estimate_without_an_interval() -> None:
    row = measured([*patients("positive", (-10,)), *patients("negative", (5,))]).estimate(
        "alp_change_at_event_difference", BETWEEN
    )
    assert (row["estimate"], row["ci_low"], row["ci_high"], row["p_value"]) == (-15, None, None, None)
    assert "few_events" in row["warnings"]


def test_of_a_group_that_is_too_small_to_tell_neither_its_change_nor_the_difference_leaves_the_house() -> (
    None
):
    some = [
        *patients("positive", (-10, -20, -30)),
        *patients("negative", range(20)),
        *patients(None, range(20)),
    ]
    found = measured(some, threshold=5)
    for metric, stratum in (
        ("alp_change_at_event", "her2=positive"),
        ("alp_change_at_event_difference", BETWEEN),
    ):
        row = found.estimate(metric, stratum)
        assert (row["estimate"], row["p_value"], row["is_suppressed"]) == (None, None, True)
