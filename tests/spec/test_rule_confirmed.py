"""pseudoprogression, confirmed: two confirming CTs come before any PD, within the line."""

from tests.support.timeline import Judge


def test_two_clean_cts_confirm_and_the_event_keeps_the_candidates_date(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT
        day 168  CT: PD
    """)
    assert (row.state, row.reason) == ("pseudoprogression", "confirmed")
    assert (row.event_date, row.confirmation_date, row.progression_date) == (42, 126, 168)
    assert row.confirming_assessment_ids == ["CT day 84", "CT day 126"]


def test_the_first_confirming_ct_comes_at_least_28_days_after_the_candidate(judge: Judge) -> None:
    cases = {69: 0, 70: 1, 71: 1}  # 27, 28 and 29 days after it
    rows = judge.table(cases, lambda day: f"day -10 CT\n day 42 CT: new osteoblastic\n day {day} CT")
    assert {day: row.confirming_ct_count for day, row in rows.items()} == cases


def test_the_second_confirming_ct_comes_at_least_28_days_after_the_first_counted(judge: Judge) -> None:
    cases = {111: "indeterminate", 112: "pseudoprogression", 113: "pseudoprogression"}
    rows = judge.table(
        cases, lambda day: f"day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT\n day {day} CT"
    )
    assert {day: row.state for day, row in rows.items()} == cases


def test_a_ct_that_is_too_early_is_skipped_and_does_not_start_the_count_anew(judge: Judge) -> None:
    # Day 60 is 18 days after the candidate; day 74 is 14 days after it, but 32 after the candidate.
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 60   CT
        day 74   CT
        day 90   CT
        day 102  CT
    """)
    assert (row.state, row.confirmation_date) == ("pseudoprogression", 102)
    assert row.confirming_assessment_ids == ["CT day 74", "CT day 102"]


def test_progression_between_the_two_cts_prevents_confirmation(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 100  MRI: PD
        day 126  CT
        day 168  CT
    """)
    assert (row.state, row.confirming_ct_count) == ("true_progression", 1)


def test_progression_within_the_time_point_of_the_second_ct_prevents_confirmation(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT
        day 133  CT: lysis
    """)
    assert (row.state, row.reason) == ("true_progression", "pd_before_confirmation")


def test_confirmation_falls_within_the_line(judge: Judge) -> None:
    cases = {125: "indeterminate", 126: "pseudoprogression"}
    rows = judge.table(
        cases,
        lambda end: (
            f"""
            day -10  CT
            day 42   CT: new osteoblastic
            day 84   CT
            day 126  CT
            day {end}  line 1 ends
        """
        ),
    )
    assert {end: row.state for end, row in rows.items()} == cases


def test_confirmation_falls_before_the_start_of_line_2(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT
        day 126  line 2 starts
    """)
    assert (row.state, row.reason) == ("indeterminate", "therapy_changed")


def test_death_or_a_change_of_therapy_after_confirmation_changes_nothing(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT
        day 130  line 1 ends
        day 140  line 2 starts
        day 150  dies
    """)
    assert row.state == "pseudoprogression"


def test_a_lesion_that_vanishes_or_grows_denser_is_no_progression(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic #A, new osteoblastic #B
        day 84   CT: larger osteoblastic #A, resolved #B
        day 126  CT: larger osteoblastic #A
    """)
    assert row.state == "pseudoprogression"


def test_one_confirming_ct_is_enough_under_the_protocol_of_one_ct(judge: Judge) -> None:
    text = """
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT: PD
    """
    one = judge(text, "xu2025_one_ct")
    assert (one.protocol, one.state, one.confirmation_date) == ("xu2025_one_ct", "pseudoprogression", 84)
    assert judge(text, "xu2025").state == "true_progression"


def test_all_clean_cts_before_progression_are_counted_beyond_the_number_needed(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT
        day 168  CT
        day 210  CT: PD
        day 252  CT
    """)
    assert (row.confirming_ct_count, row.confirmation_date) == (3, 126)
