"""The size of a further study: which shares of the release it is planned with.

Not here: the formulas (tests/unit/metrics).
"""

from __future__ import annotations

import pytest

from bpp_etl.metrics import events_for_hazard_ratio, patients_for_share
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import measured

PATIENTS = [
    *[Candidate(her2="positive", progressed=200)] * 5,
    *[Candidate(her2="negative", progressed=200)] * 7,
    *[Candidate(her2="negative", followed=400)] * 8,
    *[Candidate(her2="indeterminate", progressed=200)] * 3,
    *[Candidate(state="true_progression", her2="positive", progressed=60)] * 17,
    *[Candidate(state="indeterminate")] * 10,
]
OTHERS = [Other()] * 30


def test_events_are_planned_with_the_share_of_her2_positive_and_of_the_progressed() -> None:
    found = measured(PATIENTS, OTHERS)
    for power in (80, 90):
        row = found.estimate(f"events_needed_for_{power}_percent_power", "ratio=1.5")
        events = events_for_hazard_ratio(1.5, 5 / 20, power / 100)
        assert (row["estimate"], row["patients"], row["events"], row["unit"]) == (events, 20, 12, "events")
        row = found.estimate(f"pseudoprogressions_needed_for_{power}_percent_power", "ratio=1.5")
        # 12 of 20 progressed.
        assert events is not None
        assert events / 0.6 <= row["estimate"] < events / 0.6 + 1


def test_patients_are_planned_with_the_share_and_with_how_often_a_first_line_is_decided() -> None:
    found = measured(PATIENTS, OTHERS)
    row = found.estimate("candidates_needed_for_share", "half_width=5")
    needed = patients_for_share(23 / 40, 0.05)
    assert (row["estimate"], row["patients"], row["events"]) == (needed, 40, 23)
    # 40 of 80 first lines have a decided candidate.
    row = found.estimate("first_lines_needed_for_share", "half_width=5")
    assert (row["estimate"], row["patients"]) == (2 * needed, 80)


@pytest.mark.parametrize("patients", [[], PATIENTS[:1], PATIENTS[:3]])
def test_a_cohort_that_shows_no_share_plans_nothing_and_says_why(patients: list[Candidate]) -> None:
    for row in measured(patients).tables["estimate"]:
        if "_needed_for_" in row["metric"]:
            assert row["estimate"] is None
            assert {"no_patients", "not_estimable"} & set(row["warnings"])
