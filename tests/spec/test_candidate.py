"""Candidate: the first on-treatment eligible CT time point with a new osteoblastic lesion, unless PD came before."""

import pytest

from tests.support.timeline import Judge


def test_the_first_time_point_with_a_new_osteoblastic_lesion_is_the_event(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT
        day 84   CT: new osteoblastic spine #A, new osteoblastic rib #B, stable
        day 126  CT: new osteoblastic pelvis #C
    """)
    assert (row.event_date, row.days_to_event) == (84, 84)
    assert row.candidate_assessment_ids == ["CT day 84"]
    assert row.candidate_lesion_ids == ["A", "B"]


@pytest.mark.parametrize(
    "finding",
    ["new osteolytic", "new unknown", "larger osteoblastic", "stable osteoblastic", "baseline osteoblastic"],
)
def test_only_a_new_osteoblastic_lesion_makes_a_candidate(judge: Judge, finding: str) -> None:
    row = judge(f"""
        day -10  CT
        day 42   CT: {finding}
    """)
    assert row.left_at == "no_new_osteoblastic_lesion"


def test_later_new_osteoblastic_lesions_belong_to_the_same_episode_and_are_counted(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic spine #A
        day 84   CT: new osteoblastic pelvis #B, stable #A
        day 126  CT: new osteoblastic pelvis #B
        day 168  MRI: new osteoblastic rib #C
        day 200  line 1 ends
        day 210  CT: new osteoblastic skull #D
    """)
    assert (row.state, row.event_date) == ("pseudoprogression", 42)
    assert (row.new_lesion_count, row.sites) == (2, ["pelvis", "spine"])


def test_an_equivocal_lesion_makes_a_candidate_and_is_flagged(judge: Judge) -> None:
    only, beside, none = judge.each(
        [
            "day -10 CT\n day 42 CT: equivocal new osteoblastic",
            "day -10 CT\n day 42 CT: equivocal new osteoblastic, new osteoblastic",
            "day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT: equivocal new osteoblastic",
        ]
    )
    assert {"equivocal_lesion", "equivocal_lesions_only"} <= set(only.flags)
    assert "equivocal_lesion" in beside.flags
    assert "equivocal_lesions_only" not in beside.flags
    assert "equivocal_lesion" not in none.flags


@pytest.mark.parametrize(("day", "left_at"), [(0, "candidate"), (1, "progression_first")])
def test_progression_after_the_start_and_before_the_lesion_leaves_no_candidate(
    judge: Judge, day: int, left_at: str
) -> None:
    row = judge(f"""
        day -10  CT
        day {day}   MRI: PD
        day 42   CT: new osteoblastic
    """)
    assert row.left_at == left_at


def test_progression_before_the_start_does_not_matter(judge: Judge) -> None:
    row = judge("""
        day -10  CT: PD, new osteolytic
        day 42   CT: new osteoblastic
    """)
    assert row.left_at == "candidate"


@pytest.mark.parametrize(("day", "is_late"), [(168, False), (169, True)])
def test_a_candidate_after_168_days_is_flagged_as_late(judge: Judge, day: int, is_late: bool) -> None:
    row = judge(f"""
        day -10  CT
        day {day}   CT: new osteoblastic
    """)
    assert ("late_onset" in row.flags) == is_late
