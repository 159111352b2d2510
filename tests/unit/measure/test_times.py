"""Medians, interval-censored medians and curves of times, on patients that can be counted on fingers.

Not here: the statistics themselves (tests/unit/metrics).
"""

from __future__ import annotations

from typing import Any

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.measure.run import measure
from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import measured, release


def test_the_time_to_pseudoprogression_is_the_median_from_the_start_of_line_1() -> None:
    found = measured([Candidate(event=day) for day in (50, 10, 40, 20, 30)]).estimate(
        "time_to_pseudoprogression"
    )
    assert (found["estimate"], found["patients"], found["events"], found["unit"]) == (30, 5, 5, "days")
    assert found["ci_method"] == "log-log"
    assert {"selected_on_outcome", "interval_censored"} <= set(found["warnings"])


def test_the_time_to_progression_counts_a_patient_without_one_up_to_the_censor_date() -> None:
    # S: 0.8 after 100, 0.6 after 200, then 2 at risk at 400: 0.3.
    patients = [Candidate(progressed=day) for day in (100, 200, 400, 500)]
    found = measured([*patients, Candidate(followed=300)]).estimate("pseudoprogression_to_progression")
    assert (found["estimate"], found["patients"], found["events"]) == (400, 5, 4)
    assert "guarantee_time" in found["warnings"]


def test_no_interval_is_given_for_4_events_and_one_is_for_5() -> None:
    days = (100, 150, 200, 250)
    four = measured([*(Candidate(progressed=day) for day in days), Candidate(followed=500)])
    five = measured([*(Candidate(progressed=day) for day in (*days, 300)), Candidate(followed=500)])
    row = four.estimate("pseudoprogression_to_progression")
    assert (row["estimate"], row["ci_low"], row["ci_high"], row["ci_method"]) == (200, None, None, None)
    assert "few_events" in row["warnings"]
    row = five.estimate("pseudoprogression_to_progression")
    assert (row["estimate"], row["ci_low"], row["ci_method"]) == (200, 100, "log-log")
    assert "few_events" not in row["warnings"]


def test_the_time_from_confirmation_is_shorter_by_the_time_to_confirmation() -> None:
    found = measured([Candidate(progressed=day, confirmed=90) for day in (190, 290, 390)])
    assert found.estimate("confirmation_to_progression")["estimate"] == 200
    assert found.estimate("pseudoprogression_to_progression")["estimate"] == 290
    assert "guarantee_time" not in found.estimate("confirmation_to_progression")["warnings"]


def test_the_time_over_all_candidates_takes_true_progressions_and_undecided_ones_too() -> None:
    found = measured(
        [
            Candidate(progressed=300),
            Candidate(state="true_progression", progressed=0, reason="pd_at_detection"),
            Candidate(state="true_progression", progressed=50),
            Candidate(state="indeterminate", followed=20),
        ]
    ).estimate("candidate_to_progression")
    # S: 0.75 at 0, then 2 at risk at 50: 0.375.
    assert (found["estimate"], found["patients"], found["events"]) == (50, 4, 3)
    assert "selected_on_outcome" not in found["warnings"]


def _between(row: dict[str, Any]) -> tuple[object, ...]:
    return row["estimate"], row["ci_low"], row["ci_high"], row["ci_method"]


def test_a_progression_that_was_seen_counts_over_all_candidates_whatever_the_state() -> None:
    undecided = Candidate(state="indeterminate", reason="therapy_changed", followed=30, observed=60)
    found = measured([undecided, undecided, Candidate(progressed=100)])
    row = found.estimate("candidate_to_progression")
    assert (row["estimate"], row["patients"], row["events"]) == (60, 3, 3)
    between = found.estimate("candidate_to_progression_interval_censored")
    assert (between["ci_low"], between["ci_high"], between["events"]) == (0, 60, 3)
    # It is no progression of a pseudoprogression, which they are not known to be.
    assert found.estimate("pseudoprogression_to_progression")["events"] == 1


def test_an_interval_censored_median_is_the_interval_between_two_scans_and_never_its_middle() -> None:
    found = measured([Candidate(event=60, onset_after=20, progressed=200, progression_after=100)] * 5)
    onset = found.estimate("time_to_pseudoprogression_interval_censored")
    assert _between(onset) == (None, 20, 60, "mass-interval")
    row = found.estimate("pseudoprogression_to_progression_interval_censored")
    assert _between(row) == (None, 100, 200, "mass-interval")
    assert "median_is_interval" in row["warnings"]
    assert "interval_censored" not in row["warnings"]


def test_an_interval_censored_median_that_is_not_reached_has_no_upper_end() -> None:
    progressed = Candidate(progressed=100, progression_after=50)
    row = measured([progressed, *[Candidate(followed=120)] * 3]).estimate(
        "pseudoprogression_to_progression_interval_censored"
    )
    assert _between(row) == (None, 120, None, "mass-interval")
    assert "median_not_reached" in row["warnings"]
    assert "median_is_interval" not in row["warnings"]


def test_a_lesion_free_scan_before_the_start_bounds_the_onset_by_the_start() -> None:
    found = measured([Candidate(event=60, onset_after=-10)] * 5)
    row = found.estimate("time_to_pseudoprogression_interval_censored")
    assert (row["ci_low"], row["ci_high"]) == (0, 60)


def test_medians_are_given_by_registry_and_by_her2_status() -> None:
    found = measured(
        [
            *(Candidate(registry="a", her2="positive", event=day) for day in (10, 20, 30)),
            *(Candidate(registry="b", her2=None, event=day) for day in (40, 50, 60)),
        ]
    )
    by_stratum = {
        stratum: found.estimate("time_to_pseudoprogression", stratum)["estimate"]
        for stratum in ("registry=a", "registry=b", "her2=positive", "her2=unknown", "her2=negative")
    }
    assert list(by_stratum.values()) == [20, 50, 20, 50, None]
    assert "no_patients" in found.estimate("time_to_pseudoprogression", "her2=negative")["warnings"]


def test_the_sensitivity_leaves_out_patients_of_whom_evidence_was_refused() -> None:
    found = measured(
        [
            *(Candidate(event=day) for day in (10, 20, 30)),
            *(Candidate(event=100, flags=("late_onset", "refused_evidence")) for _ in range(4)),
        ]
    )
    assert found.estimate("time_to_pseudoprogression")["estimate"] == 100
    complete = found.estimate("time_to_pseudoprogression", "evidence=complete")
    assert (complete["estimate"], complete["patients"]) == (20, 3)
    assert not found.some("estimate", stratum="evidence=refused")


def test_the_symmetric_interval_is_given_for_comparison_only() -> None:
    found = measured([Candidate(event=day) for day in range(10, 33)])
    row = found.estimate("time_to_pseudoprogression_spss")
    assert row["estimate"] == 21
    assert row["estimate"] - row["ci_low"] == pytest.approx(row["ci_high"] - row["estimate"])
    assert "comparison_only" in row["warnings"]


def test_a_curve_has_a_step_per_day_and_starts_with_everyone_at_risk() -> None:
    found = measured([*(Candidate(progressed=day) for day in (100, 100, 300)), Candidate(followed=200)])
    steps = found.some("survival_curve", metric="pseudoprogression_to_progression", stratum="all")
    columns = ("time_days", "at_risk", "events", "censored", "survival", "ci_low")
    assert [tuple(step[column] for column in columns) for step in steps] == [
        (100, 4, 2, 0, 0.5, None),
        (200, 2, 0, 1, 0.5, None),
        (300, 1, 1, 0, 0.0, None),
    ]


def test_a_median_that_is_not_reached_is_empty_and_says_so() -> None:
    row = measured([Candidate()] * 6).estimate("pseudoprogression_to_progression")
    assert (row["estimate"], row["patients"], row["events"]) == (None, 6, 0)
    assert {"median_not_reached", "few_events"} <= set(row["warnings"])


def test_a_limit_that_is_not_reached_is_empty_and_says_so() -> None:
    row = measured([Candidate(progressed=day) for day in (100, 110, 120, 130, 140, 150)]).estimate(
        "pseudoprogression_to_progression"
    )
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (120, 100, None)
    assert "limit_not_reached" in row["warnings"]


def test_the_other_times_to_progression_have_an_interval_censored_median_too() -> None:
    found = measured([Candidate(progressed=300, progression_after=200, confirmed=100)] * 5)
    confirmation = found.estimate("confirmation_to_progression_interval_censored")
    candidate = found.estimate("candidate_to_progression_interval_censored")
    assert (confirmation["ci_low"], confirmation["ci_high"]) == (100, 200)
    assert (candidate["ci_low"], candidate["ci_high"]) == (200, 300)


def test_progression_on_the_candidates_own_scan_is_known_to_the_day() -> None:
    at_once = Candidate(
        state="true_progression", reason="pd_at_detection", progressed=0, progression_after=-42
    )
    row = measured([at_once] * 5).estimate("candidate_to_progression_interval_censored")
    assert (row["estimate"], row["patients"], row["events"]) == (0, 5, 5)
    assert (row["ci_low"], row["ci_high"]) == (None, None)
    assert "median_is_interval" not in row["warnings"]


def test_a_time_says_how_long_its_patients_were_followed() -> None:
    # Follow-up ends on 200 with 3 at risk, on 300 with 2, on 400 with 1; progression only ends it early.
    patients = [Candidate(progressed=100), *(Candidate(followed=day) for day in (200, 300, 400))]
    found = measured(patients)
    for ending in ("", "_spss", "_interval_censored"):
        row = found.estimate(f"pseudoprogression_to_progression{ending}")
        assert row["median_follow_up_days"] == 300
    assert found.estimate("candidate_to_progression")["median_follow_up_days"] == 300
    # Everybody has the event that starts the others: there is no follow-up to speak of.
    assert found.estimate("time_to_pseudoprogression")["median_follow_up_days"] is None
    assert found.estimate("pseudoprogression_share")["median_follow_up_days"] is None


def test_where_nothing_has_to_confirm_no_time_is_said_to_wait_for_it_or_to_choose_by_it() -> None:
    given = {}
    for name in ("coleman1988", "xu2025"):
        with release([Candidate(progressed=day) for day in (100, 200)], protocol=name) as con:
            rows = measure(con, [load_protocol(name)]).rows
        given[name] = {told for row in rows for told in row.values.get("warnings") or ()}  # type: ignore[attr-defined]
    assert given["xu2025"] - given["coleman1988"] == {"guarantee_time", "selected_on_outcome"}
