"""Incidence with competing risks after a pseudoprogression: who counts as what, and when.

Not here: the estimator (tests/unit/metrics), and pseudoprogression itself (`test_first_line_incidence.py`).
"""

from __future__ import annotations

import pytest

from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import Measured, measured


def _incidence(found: Measured, name: str, days: int) -> tuple[object, object]:
    row = found.estimate(f"{name}_incidence_{days}_days")
    return row["estimate"], row["events"]


def test_progression_and_death_compete_after_a_pseudoprogression() -> None:
    found = measured(
        [
            Candidate(progressed=100),
            Candidate(progressed=300),
            Candidate(followed=200, died=210),
            Candidate(followed=800),
        ]
    )
    assert [_incidence(found, "progression", days) for days in (182, 365, 730)] == [
        (pytest.approx(1 / 4), 1),
        (pytest.approx(2 / 4), 2),
        (pytest.approx(2 / 4), 2),
    ]
    assert [_incidence(found, "death", days) for days in (182, 365)] == [(0, 0), (pytest.approx(1 / 4), 1)]


@pytest.mark.parametrize(("gap", "deaths"), [(84, 1), (85, 0)])
def test_a_death_after_two_missed_cts_ends_nothing_that_was_still_followed(gap: int, deaths: int) -> None:
    # Two intervals of two cycles of 21 days are 84 days.
    found = measured([Candidate(followed=100, died=100 + gap), Candidate(followed=800)])
    assert _incidence(found, "death", 365)[1] == deaths


def test_a_death_on_line_2_does_not_compete() -> None:
    died_before = measured([Candidate(followed=100, died=120, second_line=121)])
    died_after = measured([Candidate(followed=100, died=120, second_line=120)])
    assert _incidence(died_before, "death", 365)[1] == 1
    assert _incidence(died_after, "death", 365)[1] == 0


def test_progression_is_never_counted_as_death() -> None:
    found = measured([Candidate(progressed=100, died=110)])
    assert (_incidence(found, "progression", 182)[1], _incidence(found, "death", 182)[1]) == (1, 0)


def test_a_day_after_the_last_follow_up_has_no_incidence_and_says_so() -> None:
    # All of them progress within 126 days; of day 182 nothing is known, though the curve would repeat 100 %.
    found = measured([Candidate(progressed=day) for day in (100, 105, 110, 115, 120, 126)])
    row = found.estimate("progression_incidence_182_days")
    assert (row["estimate"], row["ci_low"], row["ci_high"], row["events"]) == (None, None, None, 6)
    assert "beyond_follow_up" in row["warnings"]


@pytest.mark.parametrize(("followed", "share"), [(181, None), (182, 0.5)])
def test_somebody_under_observation_on_the_day_itself_is_enough(followed: int, share: float | None) -> None:
    row = measured([Candidate(progressed=100), Candidate(followed=followed)]).estimate(
        "progression_incidence_182_days"
    )
    assert row["estimate"] == share
    assert ("beyond_follow_up" in row["warnings"]) is (share is None)


def test_the_follow_up_of_an_incidence_ends_where_neither_event_did() -> None:
    patients = [Candidate(progressed=100), Candidate(followed=100, died=110)]
    patients += [Candidate(followed=day) for day in (200, 300, 400)]
    row = measured(patients).estimate("death_incidence_182_days")
    assert row["median_follow_up_days"] == 300


def test_incidence_has_a_log_log_interval_from_5_events_on() -> None:
    row = measured([*[Candidate(progressed=100)] * 5, *[Candidate(followed=800)] * 5]).estimate(
        "progression_incidence_182_days"
    )
    assert row["ci_method"] == "log-log"
    assert 0 < row["ci_low"] < row["estimate"] < row["ci_high"] < 1
    row = measured([*[Candidate(progressed=100)] * 4, *[Candidate(followed=800)] * 5]).estimate(
        "progression_incidence_182_days"
    )
    assert (row["ci_low"], row["ci_method"]) == (None, None)
