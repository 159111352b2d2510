"""Survival of the first line: what ends it, until when it is followed, and who is in it.

Not here: the estimator (tests/unit/metrics) and the first progression itself (tests/spec, tests/sql).
"""

from __future__ import annotations

import pytest

from bpp_etl.measure.gather import gather
from tests.unit.measure.patients import PROTOCOL, Candidate, Other, Person
from tests.unit.measure.world import measured, named, release

"""Two intervals of two cycles of 21 days are 84 days."""


@pytest.mark.parametrize(
    ("patient", "days", "has_ended"),
    [
        (Candidate(event=42, progressed=300), 342, True),
        (Candidate(event=42, followed=300), 342, False),
        (Candidate(event=42, followed=300, died=310), 352, True),
        (Candidate(event=42, followed=300, died=384), 426, True),
        # Two appointments missed: whether there was progression before nobody knows.
        (Candidate(event=42, followed=300, died=385), 342, False),
        (Candidate(event=42, followed=300, died=320, second_line=320), 342, False),
        (Candidate(event=42, followed=300, died=319, second_line=320), 361, True),
        (Candidate(state="indeterminate", event=42, progressed=30), 72, True),
        (Other("progression_first", progressed=84, scans=(42, 126)), 84, True),
        # Progression counts up to 28 days after the line.
        (Other("progression_first", progressed=93, line_end=65), 93, True),
        (Other("progression_first", progressed=94, line_end=65), 42, False),
        (Other("progression_first", progressed=84, died=85), 84, True),
        (Other(scans=(42, 84)), 84, False),
        (Other(scans=(42, 84), unreadable=(84,)), 42, False),
        (Other("no_on_treatment_ct", scans=()), 0, False),
        (Other("no_on_treatment_ct", scans=(), died=84), 84, True),
        (Other("no_on_treatment_ct", scans=(), died=85), 0, False),
        (Other(scans=(), died=-5), 0, True),
    ],
)
def test_progression_free_survival_ends_by_progression_or_by_a_death_that_was_still_followed(
    patient: Candidate | Other, days: int, has_ended: bool
) -> None:
    candidates, others = ([patient], []) if isinstance(patient, Candidate) else ([], [patient])
    with release(candidates, others) as con:
        found = gather(con, named(PROTOCOL))["first_line_survival"]
    assert found["days_without_progression"].to_list() == [days]
    assert found["has_progressed_or_died"].to_list() == [has_ended]


@pytest.mark.parametrize(
    ("patient", "days", "has_died"),
    [
        (Other(died=900), 900, True),
        (Candidate(event=42, died=900, second_line=100), 942, True),
        (Other(), 2000, False),
        # The last contact is on day 2000; a record after it shows the patient alive.
        (Other(scans=(42, 2100)), 2100, False),
        (Other(person=Person(alp_values=((2050, 90.0),))), 2050, False),
    ],
)
def test_overall_survival_ends_by_death_alone_and_is_followed_to_the_last_contact_or_record(
    patient: Candidate | Other, days: int, has_died: bool
) -> None:
    candidates, others = ([patient], []) if isinstance(patient, Candidate) else ([], [patient])
    with release(candidates, others) as con:
        found = gather(con, named(PROTOCOL))["first_line_survival"]
    assert (found["days_alive"].to_list(), found["has_died"].to_list()) == ([days], [has_died])


def test_everyone_with_a_first_line_is_in_it_and_nobody_else() -> None:
    found = measured(
        [Candidate(event=42, confirmed=56, progressed=58 + 10 * place) for place in range(4)],
        [*[Other("progression_first", progressed=50, scans=())] * 3, Other("no_first_line")],
    )
    row = found.estimate("progression_free_survival")
    # 50 three times, then 100, 110, 120, 130: the fourth of seven.
    assert (row["estimate"], row["patients"], row["events"]) == (100, 7, 7)
    assert (row["ci_method"], row["unit"], row["warnings"]) == ("log-log", "days", ["interval_censored"])
    steps = found.some("survival_curve", metric="progression_free_survival", stratum="all")
    assert [(step["time_days"], step["at_risk"]) for step in steps[:2]] == [(50, 7), (100, 4)]


def test_her2_is_what_was_known_when_the_line_began() -> None:
    known_before = Person(her2_tests=((-10, "metastasis", "positive"),))
    known_after = Person(her2_tests=((10, "metastasis", "positive"),))
    found = measured([], [Other(died=100, person=known_before), Other(died=100, person=known_after)])
    strata = ("her2_at_start=positive", "her2_at_start=unknown")
    assert [found.estimate("overall_survival", stratum)["events"] for stratum in strata] == [1, 1]


def test_without_anybody_there_is_no_median_and_no_curve() -> None:
    found = measured([], [Other("no_first_line")])
    for metric in ("progression_free_survival", "overall_survival"):
        row = found.estimate(metric)
        assert (row["estimate"], row["patients"], "no_patients" in row["warnings"]) == (None, 0, True)
        assert found.some("survival_curve", metric=metric) == []
