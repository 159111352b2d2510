"""The headline numbers without a flag: who is left out, and in which order they are listed.

Not here: which evidence is flagged (tests/spec).
"""

from __future__ import annotations

from schemas.event_flags import EVENT_FLAGS
from schemas.metrics.sensitivity import SHOWN_WITHOUT_FLAGS
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import Measured, measured

ONE, OTHER = list(EVENT_FLAGS)[:2]
PATIENTS = [
    *[Candidate(event=42, progressed=200, alp=(100.0, 80.0, None))] * 6,
    *[Candidate(event=84, progressed=300, alp=(100.0, 90.0, None), flags=(ONE,))] * 3,
    *[Candidate(event=126, progressed=400, alp=(100.0, 95.0, None), flags=(ONE, OTHER))] * 2,
    *[Candidate(state="true_progression", progressed=60, flags=(OTHER,))] * 4,
    *[Candidate(state="indeterminate", flags=(OTHER,))] * 5,
]


def _strata(found: Measured) -> list[str]:
    rows = found.some("estimate", metric="pseudoprogression_share")
    return [row["stratum"] for row in rows if row["stratum"].startswith("flag")]


def test_each_flag_that_somebody_carries_is_left_out_by_itself_and_all_of_them_together() -> None:
    assert _strata(measured(PATIENTS)) == ["flags=none", f"flag!={ONE}", f"flag!={OTHER}"]


def test_the_numbers_are_those_of_the_others_alone() -> None:
    found = measured(PATIENTS)
    for stratum, others in (
        ("flags=none", PATIENTS[:6]),
        (f"flag!={ONE}", [*PATIENTS[:6], *PATIENTS[11:]]),
        (f"flag!={OTHER}", PATIENTS[:9]),
    ):
        alone = measured(others)
        for metric in SHOWN_WITHOUT_FLAGS:
            row, expected = found.estimate(metric, stratum), alone.estimate(metric)
            assert row | {"stratum": "all"} == expected


def test_where_nobody_is_flagged_there_is_one_stratum_and_it_is_everybody() -> None:
    found = measured(PATIENTS[:6])
    assert _strata(found) == ["flags=none"]
    for metric in SHOWN_WITHOUT_FLAGS:
        assert found.estimate(metric, "flags=none") | {"stratum": "all"} == found.estimate(metric)


def test_without_candidates_there_is_nothing_and_it_says_so() -> None:
    found = measured([], [Other()])
    assert _strata(found) == ["flags=none"]
    assert "no_patients" in found.estimate("pseudoprogression_share", "flags=none")["warnings"]
