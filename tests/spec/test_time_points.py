"""Time points: assessments close together are one, with the worst finding and the earliest eligible CT."""

from tests.support.timeline import Judge


def test_an_assessment_7_days_after_the_previous_one_joins_its_time_point_and_8_days_does_not(
    judge: Judge,
) -> None:
    # On day 49 the MRI belongs to the candidate's time point; on day 50 it is a time point of its own.
    cases = {49: "pd_at_detection", 50: "pd_before_confirmation"}
    rows = judge.table(
        cases,
        lambda day: (
            f"""
            day -10  CT
            day 42   CT: new osteoblastic
            day {day}   MRI: PD
        """
        ),
    )
    assert {day: row.reason for day, row in rows.items()} == cases


def test_a_chain_of_short_steps_is_one_time_point_however_long(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 49   bone scan
        day 56   X-ray
        day 63   MRI: PD
    """)
    assert (row.state, row.reason, row.progression_date) == ("true_progression", "pd_at_detection", 42)


def test_what_cannot_be_judged_still_links_a_chain(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 49   X-ray: not evaluable
        day 56   MRI: PD
    """)
    assert row.reason == "pd_at_detection"


def test_a_time_point_is_dated_by_its_earliest_eligible_ct(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 40   bone scan
        day 41   CT: not evaluable
        day 42   CT: no bone window
        day 44   CT
        day 46   CT: new osteoblastic
    """)
    assert row.event_date == 44
    assert row.candidate_assessment_ids == ["CT day 46"]


def test_a_time_point_without_eligible_ct_is_dated_by_its_earliest_assessment(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 80   bone scan
        day 83   MRI: PD
    """)
    assert (row.reason, row.progression_date) == ("pd_before_confirmation", 80)
    assert row.progression_assessment_ids == ["MRI day 83"]


def test_two_cts_of_one_time_point_confirm_once(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 91   CT
    """)
    assert (row.reason, row.confirming_ct_count) == ("awaiting_ct", 1)
    assert row.confirming_assessment_ids == ["CT day 84", "CT day 91"]


def test_a_time_point_that_spans_the_start_of_line_1_stands_on_the_side_of_its_date(judge: Judge) -> None:
    before, after = judge.each(
        [
            """
        day -2   CT
        day 3    CT: new osteoblastic
        """,
            """
        day -20  CT
        day -2   MRI
        day 3    CT: new osteoblastic
        """,
        ]
    )
    assert before.left_at == "no_on_treatment_ct"
    assert (after.left_at, after.event_date) == ("candidate", 3)


def test_a_time_point_that_spans_the_end_of_line_1_stands_on_the_side_of_its_date(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT
        day 42   line 1 ends
        day 46   CT: new osteoblastic
    """)
    assert (row.left_at, row.event_date) == ("candidate", 42)
