"""Incidence with competing risks: who counts as what, and when.

Not here: the estimator (tests/unit/metrics).
"""

from __future__ import annotations

import pytest

from bpp_etl.warehouse.select import Select, select_columns
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import Measured, measured, release


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


def test_every_patient_with_a_first_line_is_at_risk_of_a_pseudoprogression() -> None:
    found = measured(
        [
            Candidate(event=42),
            Candidate(event=200),
            Candidate(state="true_progression", event=42, progressed=42),
        ],
        [
            Other(scans=(42, 84, 800)),
            Other("progression_first", progressed=84),
            Other(died=50),
            Other(line_end=60),
            Other("no_on_treatment_ct", line_end=10, scans=()),
            Other("no_first_line"),
        ],
    )
    row = found.estimate("pseudoprogression_incidence_182_days")
    # Nobody is censored before day 182, so it is 1 of 8.
    assert (row["estimate"], row["events"], row["patients"]) == (pytest.approx(1 / 8), 1, 8)
    assert _incidence(found, "pseudoprogression", 365) == (pytest.approx(2 / 8), 2)


def test_a_patient_still_followed_is_censored_at_the_last_scan() -> None:
    # The one without a lesion leaves the risk set after day 42: 1/2 of 1 at day 100 is all there is.
    found = measured([Candidate(event=100)], [Other(scans=(42,))])
    assert _incidence(found, "pseudoprogression", 182)[0] == pytest.approx(1)
    found = measured([Candidate(event=100)], [Other(scans=(42, 126))])
    assert _incidence(found, "pseudoprogression", 182)[0] == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("reason", "share"), [("awaiting_ct", 1), ("death", 1 / 2), ("therapy_changed", 1 / 2)]
)
def test_an_undecided_candidate_is_censored_unless_death_or_a_change_of_therapy_ended_it(
    reason: str, share: float
) -> None:
    undecided = Candidate(
        state="indeterminate",
        reason=reason,
        event=42,
        died=20 if reason == "death" else None,
        line_end=20 if reason == "therapy_changed" else None,
    )
    found = measured([Candidate(event=100), undecided])
    assert _incidence(found, "pseudoprogression", 182)[0] == pytest.approx(share)


CENSORED, PSEUDOPROGRESSION, PROGRESSION, DEATH, STOP = range(5)


@pytest.mark.parametrize(
    ("patient", "days", "outcome"),
    [
        (Candidate(event=42), 42, PSEUDOPROGRESSION),
        (Candidate(state="true_progression", event=42, progressed=40), 82, PROGRESSION),
        (Candidate(state="indeterminate", event=42), 42, CENSORED),
        (Candidate(state="indeterminate", reason="no_baseline_ct", event=42, died=3), 42, CENSORED),
        (Candidate(state="indeterminate", reason="death", event=42, died=20), 62, DEATH),
        (Candidate(state="indeterminate", reason="therapy_changed", event=42, second_line=20), 62, STOP),
        (Other("progression_first", progressed=84, scans=(42, 126)), 84, PROGRESSION),
        # Progression counts up to 28 days after the line; later it is the line that ended first.
        (Other("progression_first", progressed=93, line_end=65), 93, PROGRESSION),
        (Other("progression_first", progressed=94, line_end=65), 65, STOP),
        (Other(died=50, line_end=60), 50, DEATH),
        (Other(died=60, line_end=60), 60, DEATH),
        (Other(died=61, line_end=60), 60, STOP),
        (Other(scans=(42, 84)), 84, CENSORED),
        (Other(scans=(42, 84), unreadable=(84,)), 42, CENSORED),
        (Other(scans=(42, 84), not_evaluable=(84,)), 42, CENSORED),
        (Other(scans=()), 0, CENSORED),
        # A death that is dated before the start.
        (Other(died=-5), 0, DEATH),
    ],
)
def test_the_first_line_of_a_patient_ends_by_what_came_first(
    patient: Candidate | Other, days: int, outcome: int
) -> None:
    candidates, others = ([patient], []) if isinstance(patient, Candidate) else ([], [patient])
    with release(candidates, others) as con:
        found = select_columns(
            con,
            Select("bpp_etl.measure", "first_line_outcome"),
            {"protocol": "xu2025", "registries": ["a"], "progression_after_line_days": 28},
        )
    assert (found["days"].tolist(), found["outcome"].tolist()) == ([days], [outcome])


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
