"""A fall of ALP as a test: who tests positive at which cut-off, and of whom the values are.

Not here: the values themselves (tests/unit/metrics).
"""

from __future__ import annotations

import pytest

from bpp_etl.disclosure import publish_metrics
from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import Measured, measured, named, release

PSEUDO, TRUE = "pseudoprogression", "true_progression"


def _candidate(state: str, at_event: float | None, baseline: float | None = 100.0) -> Candidate:
    return Candidate(state=state, progressed=200, alp=(baseline, at_event, None))


MIXED = [
    *[_candidate(PSEUDO, 60.0)] * 12,
    *[_candidate(PSEUDO, 85.0)] * 3,
    *[_candidate(PSEUDO, 86.0)] * 2,
    *[_candidate(PSEUDO, 101.0)] * 3,
    *[_candidate(TRUE, 70.0)] * 1,
    *[_candidate(TRUE, 80.0)] * 1,
    *[_candidate(TRUE, 100.0)] * 2,
    *[_candidate(TRUE, 130.0)] * 6,
]


def _counts(found: Measured, name: str, stratum: str) -> tuple[object, object]:
    row = found.estimate(f"alp_fall_{name}", stratum)
    return row["events"], row["patients"]


@pytest.mark.parametrize(
    ("stratum", "sensitive", "specific", "positive", "negative"),
    [
        ("fall=0", (17, 20), (6, 10), (17, 21), (6, 9)),
        # A fall of exactly 15 % counts, one of 14 % does not.
        ("fall=15", (15, 20), (8, 10), (15, 17), (8, 13)),
        # So does one of exactly 30 %.
        ("fall=30", (12, 20), (9, 10), (12, 13), (9, 17)),
    ],
)
def test_the_test_is_positive_from_the_cut_off_on(
    stratum: str, sensitive: object, specific: object, positive: object, negative: object
) -> None:
    found = measured(MIXED)
    assert _counts(found, "sensitivity", stratum) == sensitive
    assert _counts(found, "specificity", stratum) == specific
    assert _counts(found, "positive_predictive_value", stratum) == positive
    assert _counts(found, "negative_predictive_value", stratum) == negative


def test_a_predictive_value_has_bootstrap_limits_and_one_for_each_prevalence() -> None:
    found = measured(MIXED)
    row = found.estimate("alp_fall_positive_predictive_value", "fall=15")
    assert (row["estimate"], row["ci_method"]) == (pytest.approx(15 / 17), "bootstrap")
    assert row["ci_low"] < row["estimate"] < row["ci_high"] <= 1
    # Sensitivity 0.75, specificity 0.8, one in ten: 0.075 / (0.075 + 0.18).
    at_10 = found.estimate("alp_fall_positive_predictive_value_at_10_percent", "fall=15")
    assert (at_10["estimate"], at_10["patients"]) == (pytest.approx(0.075 / 0.255), 30)


def test_undecided_candidates_and_those_without_both_values_are_not_tested() -> None:
    more = [
        Candidate(state="indeterminate", alp=(100.0, 50.0, None)),
        _candidate(PSEUDO, None),
        _candidate(TRUE, 50.0, baseline=None),
    ]
    for name in ("sensitivity", "specificity", "positive_predictive_value"):
        assert _counts(measured([*MIXED, *more]), name, "fall=15") == _counts(
            measured(MIXED), name, "fall=15"
        )


def test_the_band_of_the_protocol_is_among_the_cut_offs() -> None:
    with release(MIXED, protocol="own") as con:
        summary = publish_metrics(con, protocols=[named("own", alp_stable_percent=20.0)], threshold=0)
        found = Measured(con, summary)
    strata = [row["stratum"] for row in found.some("estimate", metric="alp_fall_sensitivity")]
    assert strata == ["fall=0", "fall=15", "fall=20", "fall=30"]
    assert _counts(found, "specificity", "fall=20") == (8, 10)


@pytest.mark.parametrize("patients", [[], [_candidate(PSEUDO, 50.0)], [_candidate(TRUE, 150.0)] * 3])
def test_a_tiny_cohort_says_why_it_has_no_value(patients: list[Candidate]) -> None:
    found = measured(patients)
    for row in found.tables["estimate"]:
        if row["metric"].startswith("alp_fall_") and row["estimate"] is None:
            assert {"no_patients", "not_estimable"} & set(row["warnings"])
        if row["metric"].startswith("alp_fall_"):
            assert (row["ci_low"], row["ci_high"]) == (None, None)
