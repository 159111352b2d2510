"""Incidence with competing risks: who counts as what, and when.

Not here: the estimator (tests/unit/metrics).
"""

from __future__ import annotations

import pytest

from tests.unit.measure.world import Candidate, Measured, Other, measured


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


@pytest.mark.parametrize(("progressed", "share"), [(90, 1 / 2), (94, 1 / 2)])
def test_a_progression_long_after_the_line_counts_as_the_end_of_the_line(
    progressed: int, share: float
) -> None:
    # Either way it competes: on day 90 as progression; on day 94, over 28 days after, as the end on day 65.
    found = measured([Candidate(event=80)], [Other("progression_first", progressed=progressed, line_end=65)])
    assert _incidence(found, "pseudoprogression", 182)[0] == pytest.approx(share)


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
