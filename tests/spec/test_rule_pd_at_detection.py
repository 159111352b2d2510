"""true_progression, pd_at_detection: the candidate's own time point shows explicit progression."""

from tests.support.timeline import Judge


def test_progression_on_the_candidates_ct(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic, PD
        day 84   CT
        day 126  CT
    """)
    assert (row.state, row.reason, row.rule) == ("true_progression", "pd_at_detection", "pd_at_detection")
    assert (row.event_date, row.progression_date, row.days_event_to_progression) == (42, 42, 0)
    assert (row.confirming_ct_count, row.confirmation_date) == (0, None)


def test_progression_on_another_assessment_of_the_candidates_time_point(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 38   MRI: lysis
        day 42   CT: new osteoblastic
    """)
    assert (row.reason, row.event_date, row.progression_date) == ("pd_at_detection", 42, 42)
    assert row.progression_assessment_ids == ["MRI day 38"]


def test_it_comes_before_a_missing_baseline(judge: Judge) -> None:
    row = judge("day 42 CT: new osteoblastic, PD")
    assert row.reason == "pd_at_detection"
