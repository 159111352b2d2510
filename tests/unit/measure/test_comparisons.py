"""Comparisons between HER2 strata and between registries, and the comparison that is refused.

Not here: the statistics themselves (tests/unit/metrics).
"""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

import numpy as np
import pytest

from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import measured

STRATUM = "her2=positive/negative"


def _alternating(pairs: int) -> list[Candidate]:
    """HER2 positive and negative progress in turn, positive first, a day apart."""
    return list(
        chain.from_iterable(
            (
                Candidate(her2="positive", progressed=200 + 2 * place),
                Candidate(her2="negative", progressed=201 + 2 * place),
            )
            for place in range(pairs)
        )
    )


def test_the_log_rank_test_compares_her2_positive_with_negative() -> None:
    # At risk (positive, of all) at the four events: 2 of 4, 1 of 3, 1 of 2, 0 of 1.
    found = measured([*_alternating(2), Candidate(her2="indeterminate", progressed=100)])
    row = found.estimate("pseudoprogression_to_progression_log_rank", STRATUM)
    expected, variance = 1 / 2 + 1 / 3 + 1 / 2, 1 / 4 + 2 / 9 + 1 / 4
    assert row["estimate"] == pytest.approx((2 - expected) ** 2 / variance)
    assert (row["patients"], row["events"], row["unit"]) == (4, 4, "chi_square")
    # A p-value needs 5 events.
    assert row["p_value"] is None
    assert {"few_events", "small_groups"} <= set(row["warnings"])


def test_a_comparison_of_enough_events_has_a_p_value_and_a_ratio_with_its_interval() -> None:
    found = measured(_alternating(10))
    test = found.estimate("pseudoprogression_to_progression_log_rank", STRATUM)
    assert test["p_value"] == pytest.approx(math.erfc(math.sqrt(test["estimate"] / 2)))
    ratio = found.estimate("pseudoprogression_to_progression_hazard_ratio", STRATUM)
    # Positive progress first in every pair, so their hazard is the higher one.
    assert ratio["ci_low"] < 1 < ratio["estimate"] < ratio["ci_high"]
    assert ratio["ci_method"] == "wald"
    detectable = found.estimate("pseudoprogression_to_progression_detectable_ratio", STRATUM)
    assert detectable["estimate"] == pytest.approx(
        math.exp((1.959964 + 0.841621) / math.sqrt(20 / 4)), rel=1e-5
    )


@pytest.mark.parametrize(("pairs", "is_small"), [(19, True), (20, False)])
def test_fewer_than_20_patients_are_a_small_group_whatever_their_events(pairs: int, is_small: bool) -> None:
    row = measured(_alternating(pairs)).estimate("pseudoprogression_to_progression_hazard_ratio", STRATUM)
    assert ("small_groups" in row["warnings"]) is is_small


def test_a_comparison_with_a_group_of_nobody_is_refused() -> None:
    found = measured([Candidate(her2="positive", progressed=day) for day in range(100, 110)])
    for suffix in ("log_rank", "hazard_ratio", "detectable_ratio"):
        row = found.estimate(f"pseudoprogression_to_progression_{suffix}", STRATUM)
        assert row["estimate"] is None
        assert "groups_missing" in row["warnings"]


def test_strata_that_keep_different_schedules_carry_a_warning() -> None:
    def patients(negative_interval: int) -> list[Candidate]:
        return [
            Candidate(her2=her2, progressed=200, cadence=("on_time",), interval=interval)
            for her2, interval in (("positive", 42), ("negative", negative_interval))
        ]

    week = measured(patients(49)).estimate("confirmation_to_progression_log_rank", STRATUM)
    longer = measured(patients(50)).estimate("confirmation_to_progression_log_rank", STRATUM)
    assert "cadence_differs" not in week["warnings"]
    assert "cadence_differs" in longer["warnings"]


def test_two_registries_of_one_truth_that_are_scanned_differently_carry_a_warning() -> None:
    """Progression comes on the same days in both, and is seen at the next scan: every 42 or 84 days."""
    truth = np.random.default_rng(1).exponential(200, 150)

    def seen(every_of_b: int) -> dict[str, Any]:
        patients = [
            Candidate(
                registry=name,
                progressed=every * math.ceil(day / every),
                confirmed=0,
                cadence=("on_time",),
                interval=every,
            )
            for name, every in (("a", 42), ("b", every_of_b))
            for day in truth
        ]
        return measured(patients).estimate("pseudoprogression_to_progression_log_rank", "registry=*")

    alike, other = seen(42), seen(84)
    assert "cadence_differs" not in alike["warnings"]
    assert "cadence_differs" in other["warnings"]
    # The same truth looks different for no other reason than the schedule.
    assert alike["p_value"] == pytest.approx(1)
    assert other["p_value"] < 0.2


def test_a_registry_that_has_no_patient_in_the_comparison_raises_no_warning() -> None:
    compared = [Candidate(registry=name, progressed=200, cadence=("on_time",)) for name in "ab"]
    elsewhere = Candidate(registry="c", state="indeterminate", cadence=("on_time",), interval=84)
    row = measured([*compared, elsewhere]).estimate("pseudoprogression_to_progression_log_rank", "registry=*")
    assert "cadence_differs" not in row["warnings"]


def test_registries_are_compared_when_there_is_more_than_one() -> None:
    patients = [Candidate(registry=name, progressed=200 + day) for name in "abc" for day in range(3)]
    row = measured(patients).estimate("pseudoprogression_to_progression_log_rank", "registry=*")
    assert row["estimate"] == pytest.approx(0)
    assert "2 degrees of freedom" in row["method"]
    alone = measured(patients[:3])
    assert not alone.some("estimate", stratum="registry=*", metric=row["metric"])


def test_a_curve_of_patients_with_against_without_pseudoprogression_is_refused() -> None:
    row = measured(_alternating(3)).estimate("progression_by_pseudoprogression")
    assert row["estimate"] is None
    assert row["warnings"] == ["naive_comparison"]
