"""Pseudoprogression on line 1: who counts as what and when, with the undecided as none, as one, and imputed.

Not here: the estimators (tests/unit/metrics), and simulations (`test_incidence_of_the_truth.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.measure.gather import gather
from schemas.event import STATE
from tests.unit.measure.patients import PROTOCOL, Candidate, Other
from tests.unit.measure.world import Measured, measured, named, release

UNDECIDED = Candidate(state="indeterminate", event=60, followed=0)
TRUE = Candidate(state="true_progression", event=42, progressed=42)
WITHOUT = Other(scans=(42, 84, 800))


def _incidence(found: Measured, days: int, ending: str = "", stratum: str = "all") -> tuple[object, object]:
    row = found.estimate(f"pseudoprogression_incidence{ending}_{days}_days", stratum)
    return row["estimate"], row["events"]


def test_every_patient_with_a_first_line_is_at_risk_of_a_pseudoprogression() -> None:
    found = measured(
        [Candidate(event=42), Candidate(event=200), TRUE],
        [
            Other(scans=(42, 84, 800)),
            Other("progression_first", progressed=84),
            Other(died=50),
            Other(line_end=60),
            Other("no_on_treatment_ct", line_end=10, scans=()),
            Other("no_first_line"),
        ],
    )
    # Nobody is censored before day 182, so it is 1 of 8; nobody is undecided, so all ways agree.
    for ending in ("", "_lowest", "_highest", "_decided_only"):
        row = found.estimate(f"pseudoprogression_incidence{ending}_182_days")
        assert (row["estimate"], row["events"], row["patients"]) == (pytest.approx(1 / 8), 1, 8)
        assert _incidence(found, 365, ending) == (pytest.approx(2 / 8), 2)


def test_a_patient_still_followed_is_censored_at_the_last_scan() -> None:
    # The first of those without a lesion leaves the risk set after day 42: of 3 at day 100, 1 has the event.
    found = measured([Candidate(event=100)], [Other(scans=(42,)), WITHOUT, WITHOUT])
    assert _incidence(found, 182)[0] == pytest.approx(1 / 3)
    found = measured([Candidate(event=100)], [Other(scans=(42, 126)), WITHOUT, WITHOUT])
    assert _incidence(found, 182)[0] == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    "reason", ["awaiting_ct", "lost_to_follow_up", "no_baseline_ct", "death", "therapy_changed"]
)
def test_an_undecided_candidate_is_none_at_the_lowest_and_one_at_the_highest_on_its_own_day(
    reason: str,
) -> None:
    undecided = Candidate(
        state="indeterminate",
        reason=reason,
        event=150,
        died=20 if reason == "death" else None,
        line_end=20 if reason == "therapy_changed" else None,
    )
    found = measured([Candidate(event=100), TRUE, undecided], [WITHOUT])
    assert _incidence(found, 182, "_lowest") == (pytest.approx(1 / 4), 1)
    assert _incidence(found, 182, "_highest") == (pytest.approx(2 / 4), 2)


def test_a_candidate_ends_the_course_on_its_own_day_whatever_it_was() -> None:
    # The true progression of day 84 had its candidate on day 42, and is not at risk on day 60, where one of
    # the other 4 is censored; then 1 of 3 has the event.
    patients = [Candidate(event=100), TRUE]
    others = [Other(scans=(60,)), WITHOUT, WITHOUT]
    found = measured(patients, others)
    assert _incidence(found, 182)[0] == pytest.approx(4 / 5 * 1 / 3)
    # By its day of progression it gets a share of that one's weight, and takes it away on day 84.
    assert _incidence(found, 182, "_decided_only")[0] == pytest.approx(3 / 4 * 1 / 3)


def test_decided_only_gives_the_weight_of_the_undecided_to_patients_without_a_lesion() -> None:
    # 3 are one, 3 none, 6 undecided on day 60, 18 have no lesion: half of 12 candidates are likely one.
    patients = [*[Candidate(event=60)] * 3, *[TRUE] * 3, *[UNDECIDED] * 6]
    found = measured(patients, [WITHOUT] * 18)
    assert _incidence(found, 182, "_lowest")[0] == pytest.approx(3 / 30)
    assert _incidence(found, 182, "_highest")[0] == pytest.approx(9 / 30)
    assert _incidence(found, 182)[0] == pytest.approx(6 / 30, abs=0.02)
    assert _incidence(found, 182, "_decided_only")[0] == pytest.approx(3 / 30)
    row = found.estimate("pseudoprogression_incidence_decided_only_182_days")
    assert "indeterminate_censored" in row["warnings"]
    assert "indeterminate_imputed" in found.estimate("pseudoprogression_incidence_182_days")["warnings"]


def test_the_undecided_of_a_registry_are_imputed_from_its_own_decided_candidates() -> None:
    found = measured(
        [
            *[Candidate(registry="a")] * 40,
            *[Candidate(registry="b", state="true_progression", progressed=42)] * 40,
            *(
                Candidate(registry=name, state="indeterminate", followed=0)
                for name in "ab"
                for _ in range(40)
            ),
        ],
        [Other(registry=name, scans=(42, 800)) for name in "ab"],
    )
    # All that were decided of a are one, none of b; Jeffreys' prior leaves 1/82 of doubt.
    assert _incidence(found, 182, stratum="registry=a")[0] == pytest.approx(80 / 81, abs=0.01)
    assert _incidence(found, 182, stratum="registry=b")[0] == pytest.approx(0, abs=0.01)
    row = found.estimate("pseudoprogression_incidence_182_days", "registry=a")
    assert "imputed_from_others" not in row["warnings"]


@pytest.mark.parametrize(("unread", "share"), [(0, 80 / 121), (1, 40 / 121)])
def test_the_undecided_are_imputed_from_decided_ones_whose_cts_are_read_or_not_as_theirs_are(
    unread: int, share: float
) -> None:
    # All decided candidates whose CTs are read are one, and none of those of whom a CT is not.
    true = Candidate(state="true_progression", progressed=42, unread=1)
    undecided = Candidate(state="indeterminate", unread=2 * unread)
    found = measured([*[Candidate()] * 40, *[true] * 40, *[undecided] * 40], [WITHOUT])
    assert _incidence(found, 182)[0] == pytest.approx(share, abs=0.015)


def test_a_registry_without_a_decided_candidate_borrows_from_all_and_says_so() -> None:
    found = measured(
        [*[Candidate(registry="a")] * 60, *[Candidate(registry="b", state="indeterminate", followed=0)] * 40],
        [Other(registry=name, scans=(42, 800)) for name in "ab"],
    )
    row = found.estimate("pseudoprogression_incidence_182_days", "registry=b")
    assert row["estimate"] == pytest.approx(40 / 41, abs=0.02)
    assert row["events"] == 0
    assert "imputed_from_others" in row["warnings"]
    assert "imputed_from_others" in found.estimate("pseudoprogression_incidence_182_days")["warnings"]
    own = found.estimate("pseudoprogression_incidence_182_days", "registry=a")
    assert "imputed_from_others" not in own["warnings"]


def test_nothing_is_imputed_where_nobody_is_decided_and_the_bounds_stand() -> None:
    found = measured([UNDECIDED] * 6, [WITHOUT] * 6)
    row = found.estimate("pseudoprogression_incidence_182_days")
    assert (row["estimate"], row["ci_low"]) == (None, None)
    assert "not_estimable" in row["warnings"]
    assert [_incidence(found, 182, ending)[0] for ending in ("_lowest", "_highest")] == [
        0,
        pytest.approx(0.5),
    ]


def test_the_same_patients_give_the_same_estimate_in_whatever_order_they_come() -> None:
    patients = [
        *(Candidate(registry=name, event=40 + place) for name in "ab" for place in range(9)),
        *(
            Candidate(registry=name, state="true_progression", progressed=42)
            for name in "ab"
            for _ in range(5)
        ),
        *(
            Candidate(registry=name, state="indeterminate", event=41 + place)
            for name in "ab"
            for place in range(8)
        ),
    ]
    others = [Other(registry=name, scans=(42, 800)) for name in "ab"]
    metrics = [f"pseudoprogression_incidence_{days}_days" for days in (182, 365)]
    there, back = measured(patients, others), measured(patients[::-1], others[::-1])
    for metric in metrics:
        assert there.estimate(metric) == back.estimate(metric)
    # What another registry adds moves everybody's number and not the registry's own.
    alone = measured([one for one in patients if one.registry == "a"], others[:1])
    for metric in metrics:
        assert alone.estimate(metric, "registry=a") == there.estimate(metric, "registry=a")


def test_the_imputed_interval_is_wider_than_if_the_undecided_were_known() -> None:
    decided = [*[Candidate(event=60)] * 20, *[TRUE] * 20]
    known = measured([*decided, *decided], [WITHOUT] * 80).estimate("pseudoprogression_incidence_182_days")
    some = measured([*decided, *[UNDECIDED] * 40], [WITHOUT] * 80).estimate(
        "pseudoprogression_incidence_182_days"
    )
    assert some["ci_low"] < known["ci_low"] < known["ci_high"] < some["ci_high"]
    assert some["ci_method"] == "log-log"


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
        found = gather(con, named(PROTOCOL))["first_line_outcome"]
    assert (found["days"].to_list(), found["outcome"].to_list()) == ([days], [outcome])
    state = STATE.index(patient.state) if isinstance(patient, Candidate) else -1
    day = patient.event if isinstance(patient, Candidate) else -1
    assert (found["state"].to_list(), found["days_to_candidate"].to_list()) == ([state], [day])
