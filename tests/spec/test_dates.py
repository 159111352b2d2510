"""Dates: progression, censoring, and the bounds of onset and progression."""

from tests.support.timeline import Judge

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT
"""


def test_progression_is_the_first_one_at_or_after_the_candidate(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 168 CT: PD\n day 210 CT: PD, lysis")
    assert (row.has_progression, row.progression_date, row.progression_kind) == (True, 168, "extraosseous")
    assert (row.censor_date, row.days_event_to_progression) == (None, 126)


def test_after_confirmation_progression_counts_however_long_after_the_line_ended(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 130 line 1 ends\n day 300 CT: PD")
    assert row.progression_date == 300


def test_progression_counts_up_to_the_day_on_which_line_2_starts(judge: Judge) -> None:
    cases = {200: 200, 201: None}
    rows = judge.table(cases, lambda day: CONFIRMED + f"day 200 line 2 starts\n day {day} CT: PD")
    assert {day: row.progression_date for day, row in rows.items()} == cases
    assert {row.state for row in rows.values()} == {"pseudoprogression"}


def test_without_progression_follow_up_ends_with_the_last_evaluable_on_treatment_assessment(
    judge: Judge,
) -> None:
    row = judge(
        CONFIRMED
        + """
        day 150  bone scan
        day 170  CT: not evaluable
        day 180  line 1 ends
        day 190  CT
        """
    )
    assert (row.has_progression, row.progression_date, row.censor_date) == (False, None, 150)
    assert row.days_event_to_progression is None


def test_an_assessment_on_the_day_the_line_ends_counts_for_censoring(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 180 CT\n day 180 line 1 ends")
    assert row.censor_date == 180


def test_an_undecided_candidate_is_censored_too(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT")
    assert (row.state, row.censor_date) == ("indeterminate", 84)


def test_onset_lies_after_the_last_eligible_ct_before_the_candidate(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 20   CT
        day 28   MRI
        day 34   CT: no bone window
        day 42   CT: new osteoblastic
    """)
    assert row.onset_after == 20


def test_onset_has_no_lower_bound_without_an_earlier_ct(judge: Judge) -> None:
    assert judge("day 42 CT: new osteoblastic").onset_after is None


def test_progression_lies_after_the_last_evaluable_assessment_without_it(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 140 bone scan\n day 150 CT: not evaluable\n day 168 CT: PD")
    assert (row.progression_after, row.progression_date) == (140, 168)


def test_progression_at_detection_is_bounded_by_the_assessment_before(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: new osteoblastic, PD")
    assert (row.progression_after, row.onset_after) == (-10, -10)
