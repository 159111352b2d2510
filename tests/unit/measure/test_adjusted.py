"""The adjusted model: who is in it, when they come in, and what is said where it rests on too little.

Not here: the regression (tests/unit/metrics).
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from schemas.metrics.adjusted import COVARIATES
from tests.unit.measure.patients import Candidate, Person
from tests.unit.measure.world import Measured, measured

RATIOS = tuple(f"adjusted_hazard_ratio_{name}" for name in COVARIATES)


def _patients(number: int, seed: int = 0, **fixed: object) -> list[Candidate]:
    """Make up pseudoprogressions in whom all covariates are known and none matters."""
    rng = np.random.default_rng(seed)
    return [
        Candidate(
            **{
                "registry": ("north", "south")[place % 2],
                "confirmed": 84,
                "progressed": int(85 + rng.exponential(200)),
                "her2": ("positive", "negative")[int(rng.integers(2))],
                "alp": (float(rng.integers(60, 300)), None, None),
                "person": Person(
                    er=("positive", "negative")[int(rng.integers(2))],
                    born=date(1930 + int(rng.integers(50)), 6, 1),
                ),
                **fixed,  # type: ignore[arg-type]
            }
        )
        for place in range(number)
    ]


def _one(found: Measured, metric: str) -> tuple[object, object, object]:
    row = found.estimate(metric)
    return row["estimate"], row["patients"], row["events"]


def test_where_no_covariate_matters_every_ratio_lies_within_three_standard_errors_of_1() -> None:
    found = measured(_patients(160))
    for metric in RATIOS:
        row = found.estimate(metric)
        error = math.log(row["ci_high"] / row["ci_low"]) / 3.92
        assert abs(math.log(row["estimate"])) < 3 * error
        assert (row["patients"], row["events"], row["ci_method"]) == (160, 160, "wald")
        assert "few_events_per_variable" not in row["warnings"]
    assert _one(found, "adjusted_events_per_variable") == (40, 160, 160)


def test_who_lacks_a_covariate_or_follow_up_after_confirmation_is_left_out_and_counted() -> None:
    lacking = [
        *_patients(3, her2="indeterminate"),
        *_patients(3, alp=(None, None, None)),
        *_patients(3, person=Person(er="positive")),
        *_patients(3, person=Person(born=date(1960, 1, 1))),
        *_patients(3, progressed=None, followed=84),
    ]
    found = measured([*_patients(45), *lacking])
    share, patients, complete = _one(found, "adjusted_complete_share")
    assert (share, patients, complete) == (pytest.approx(45 / 60), 60, 45)
    assert found.estimate(RATIOS[0])["patients"] == 45


def test_under_10_events_for_each_covariate_are_told() -> None:
    row = measured(_patients(39)).estimate("adjusted_events_per_variable")
    assert (row["estimate"], "few_events_per_variable" in row["warnings"]) == (9.75, True)
    row = measured(_patients(40)).estimate("adjusted_events_per_variable")
    assert (row["estimate"], "few_events_per_variable" in row["warnings"]) == (10, False)


def test_a_covariate_with_one_value_has_no_ratio_and_the_others_have() -> None:
    found = measured(_patients(60, her2="negative"))
    row = found.estimate("adjusted_hazard_ratio_her2_positive")
    assert (row["estimate"], "not_estimable" in row["warnings"]) == (None, True)
    assert all(found.estimate(metric)["estimate"] is not None for metric in RATIOS[1:])


@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_a_tiny_cohort_has_no_ratios_and_a_reason(number: int) -> None:
    found = measured(_patients(number))
    for metric in RATIOS:
        row = found.estimate(metric)
        assert row["estimate"] is None
        assert {"no_patients", "not_estimable"} & set(row["warnings"])
