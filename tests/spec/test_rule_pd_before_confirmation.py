"""true_progression, pd_before_confirmation: a PD before confirmation, within 28 days of the line's end."""

from tests.support.timeline import Judge


def test_progression_before_the_second_clean_ct(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT
        day 126  CT: PD
    """)
    assert (row.state, row.reason) == ("true_progression", "pd_before_confirmation")
    assert (row.event_date, row.progression_date, row.days_event_to_progression) == (42, 126, 84)
    assert row.confirmation_date is None


def test_progression_counts_up_to_28_days_after_the_end_of_the_line(judge: Judge) -> None:
    cases = {88: "pd_before_confirmation", 89: "therapy_changed"}
    rows = judge.table(
        cases, lambda day: f"day -10 CT\n day 42 CT: new osteoblastic\n day 60 line 1 ends\n day {day} CT: PD"
    )
    assert {day: row.reason for day, row in rows.items()} == cases
    assert {day: row.progression_date for day, row in rows.items()} == {88: 88, 89: None}


def test_progression_counts_up_to_the_day_on_which_line_2_starts(judge: Judge) -> None:
    cases = {79: "pd_before_confirmation", 80: "pd_before_confirmation", 81: "therapy_changed"}
    rows = judge.table(
        cases,
        lambda day: f"day -10 CT\n day 42 CT: new osteoblastic\n day 80 line 2 starts\n day {day} CT: PD",
    )
    assert {day: row.reason for day, row in rows.items()} == cases


def test_both_limits_hold(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 60   line 1 ends
        day 89   CT: PD
        day 100  line 2 starts
    """)
    assert (row.state, row.reason, row.progression_date) == ("indeterminate", "therapy_changed", None)


def test_an_open_line_has_no_limit(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 390  CT: PD
    """)
    assert row.reason == "pd_before_confirmation"


def test_it_comes_before_death(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: PD
        day 90   line 1 ends
        day 100  dies
    """)
    assert row.reason == "pd_before_confirmation"
