"""Candidate: the first on-treatment CT time point with a new osteoblastic lesion, unless PD came before."""

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


def test_only_a_new_osteoblastic_lesion_makes_a_candidate(judge: Judge) -> None:
    others = ["new mixed", "new osteolytic", "new unknown", "larger osteoblastic", "stable osteoblastic"]
    rows = judge.table(others, lambda finding: f"day -10 CT\n day 42 CT: {finding}")
    assert {row.left_at for row in rows.values()} == {"no_new_osteoblastic_lesion"}


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
    assert {"equivocal_lesion", "equivocal_only"} <= set(only.flags)
    assert "equivocal_lesion" in beside.flags
    assert "equivocal_only" not in beside.flags
    assert "equivocal_lesion" not in none.flags


def test_progression_after_the_start_and_before_the_lesion_leaves_no_candidate(judge: Judge) -> None:
    cases = {0: "candidate", 1: "progression_first"}
    rows = judge.table(cases, lambda day: f"day -10 CT\n day {day} MRI: PD\n day 42 CT: new osteoblastic")
    assert {day: row.left_at for day, row in rows.items()} == cases


def test_progression_before_the_start_does_not_matter(judge: Judge) -> None:
    row = judge("""
        day -10  CT: PD, new osteolytic
        day 42   CT: new osteoblastic
    """)
    assert row.left_at == "candidate"


def test_a_candidate_after_168_days_is_flagged_as_late(judge: Judge) -> None:
    rows = judge.table((168, 169), lambda day: f"day -10 CT\n day {day} CT: new osteoblastic")
    assert {day: "late_onset" in row.flags for day, row in rows.items()} == {168: False, 169: True}
