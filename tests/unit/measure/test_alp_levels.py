"""ALP beside its limit: CTCAE grades at their bounds, multiples by state, and the trend up to the event.

Not here: which value and limit count for which day (tests/sql, tests/spec).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpp_etl.measure.alp_levels import ctcae_grade
from tests.unit.measure.patients import Candidate, Person
from tests.unit.measure.world import measured


@pytest.mark.parametrize(
    ("times_limit", "grade"),
    [(0.5, 0), (1, 0), (1.01, 1), (2.5, 1), (2.51, 2), (5, 2), (5.01, 3), (20, 3), (20.01, 4)],
)
def test_with_a_normal_baseline_the_upper_limit_is_what_counts(times_limit: float, grade: int) -> None:
    found = ctcae_grade(np.array([times_limit]), np.array([times_limit / 0.5]), np.array([1.0]))
    assert found.tolist() == [grade]


@pytest.mark.parametrize(
    ("times_baseline", "grade"),
    [(0.5, 0), (1.99, 0), (2, 1), (2.5, 1), (2.51, 2), (5, 2), (5.01, 3), (20, 3), (20.01, 4)],
)
def test_with_an_abnormal_baseline_baseline_is_what_counts(times_baseline: float, grade: int) -> None:
    found = ctcae_grade(np.array([1.5 * times_baseline]), np.array([times_baseline]), np.array([1.5]))
    assert found.tolist() == [grade]


def test_without_a_limit_there_is_no_grade() -> None:
    nan = math.nan
    found = ctcae_grade(np.array([2.0, nan, nan]), np.array([2.0, 2.0, 2.0]), np.array([nan, 0.9, 1.1]))
    assert found.tolist() == [-1, -1, 1]


def _graded(state: str, *times: float | None) -> Candidate:
    baseline = times[0]
    alp = tuple(None if one is None else 100 * one for one in times)
    return Candidate(state=state, progressed=300, alp=alp, alp_limit=None if baseline is None else 100.0)  # type: ignore[arg-type]


def test_grades_and_multiples_are_of_one_state_at_one_moment() -> None:
    found = measured(
        [
            *[_graded("pseudoprogression", 0.8, 1.2, 3.0)] * 3,
            _graded("pseudoprogression", 2.0, 3.0, 4.0),
            _graded("pseudoprogression", None, 3.0, None),
            *[_graded("true_progression", 0.9, 6.0, 6.0)] * 2,
        ]
    )
    assert found.estimate("alp_times_limit_at_baseline")["patients"] == 4
    assert found.estimate("alp_times_limit_at_event")["estimate"] == pytest.approx(1.2)
    assert found.estimate("alp_times_limit_at_event", "state=true_progression")["estimate"] == 6

    def counts(moment: str, stratum: str = "all") -> list[int]:
        rows = found.some("alp_grade", moment=moment, stratum=stratum)
        assert {row["total"] for row in rows} == {sum(row["patients"] for row in rows)}
        return [row["patients"] for row in rows]

    assert counts("baseline") == [3, 1, 0, 0, 0]
    # 3 / 2 of an abnormal baseline is none, 4 / 2 is grade 1.
    assert counts("event") == [1, 3, 0, 0, 0]
    assert counts("progression") == [0, 1, 3, 0, 0]
    assert counts("event", "state=true_progression") == [0, 0, 0, 2, 0]


def _followed(state: str, factor: float, number: int) -> list[Candidate]:
    """Make up candidates whose ALP is multiplied by a factor in 30.4375 days, with noise, up to day 84."""
    rng = np.random.default_rng(number)
    days = (-7, 0, 21, 42, 63, 84)
    return [
        Candidate(
            state=state,
            event=84,
            progressed=300,
            person=Person(
                alp_values=tuple(
                    (day, float(level * factor ** (day / 30.4375) * math.exp(rng.normal(0, 0.02))))
                    for day in days
                )
            ),
        )
        for level in rng.uniform(70, 300, number)
    ]


def test_the_trend_of_each_state_and_their_ratio_are_found() -> None:
    found = measured([*_followed("pseudoprogression", 0.9, 30), *_followed("true_progression", 1.1, 20)])
    for state, factor, patients in (("pseudoprogression", 0.9, 30), ("true_progression", 1.1, 20)):
        row = found.estimate("alp_trend", f"state={state}")
        assert (row["estimate"], row["patients"]) == (pytest.approx(factor, rel=0.01), patients)
        assert row["ci_low"] < factor < row["ci_high"]
    row = found.estimate("alp_trend_ratio", "state=pseudoprogression/true_progression")
    assert (row["estimate"], row["patients"]) == (pytest.approx(0.9 / 1.1, rel=0.01), 50)
    assert row["p_value"] < 0.001


def test_what_is_measured_long_after_the_event_has_no_part_in_the_trend() -> None:
    late = Person(alp_values=((0, 100.0), (42, 100.0), (99, 9000.0)))
    plain = Person(alp_values=((0, 100.0), (42, 100.0)))
    others = _followed("pseudoprogression", 0.9, 9)
    rows = [
        measured([*others, Candidate(event=84, person=person)]).estimate(
            "alp_trend", "state=pseudoprogression"
        )
        for person in (late, plain)
    ]
    # Day 98 is the last of the two weeks after the event.
    assert rows[0] == rows[1]


@pytest.mark.parametrize("patients", [[], _followed("pseudoprogression", 0.9, 1), [Candidate()] * 3])
def test_a_tiny_cohort_has_no_trend_and_a_reason(patients: list[Candidate]) -> None:
    found = measured(patients)
    for row in found.some("estimate"):
        if row["metric"].startswith("alp_trend"):
            assert row["estimate"] is None
            assert {"no_patients", "not_estimable"} & set(row["warnings"])
    assert {row["share"] for row in found.tables["alp_grade"]} == {None}
