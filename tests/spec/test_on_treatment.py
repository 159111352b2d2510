"""On treatment: after the start of line 1, up to its end, and before the start of line 2."""

from tests.support.timeline import Judge


def test_the_day_of_the_start_is_not_yet_on_treatment(judge: Judge) -> None:
    cases = {0: "no_on_treatment_ct", 1: "candidate"}
    rows = judge.table(cases, lambda day: f"day -20 CT\n day {day} CT: new osteoblastic")
    assert {day: row.left_at for day, row in rows.items()} == cases


def test_the_day_on_which_line_1_ends_still_counts(judge: Judge) -> None:
    cases = {59: "candidate", 60: "candidate", 61: "no_on_treatment_ct"}
    rows = judge.table(cases, lambda day: f"day -20 CT\n day {day} CT: new osteoblastic\n day 60 line 1 ends")
    assert {day: row.left_at for day, row in rows.items()} == cases


def test_the_day_on_which_line_2_starts_no_longer_counts(judge: Judge) -> None:
    cases = {59: "candidate", 60: "no_on_treatment_ct"}
    rows = judge.table(
        cases, lambda day: f"day -20 CT\n day {day} CT: new osteoblastic\n day 60 line 2 starts"
    )
    assert {day: row.left_at for day, row in rows.items()} == cases


def test_the_start_of_line_2_bounds_line_1_even_if_its_end_is_recorded_later(judge: Judge) -> None:
    row = judge("""
        day -20  CT
        day 80   CT: new osteoblastic
        day 60   line 2 starts
        day 100  line 1 ends
    """)
    assert row.left_at == "no_on_treatment_ct"


def test_a_third_line_without_a_second_does_not_bound_line_1_but_is_flagged(judge: Judge) -> None:
    row = judge("""
        day -20  CT
        day 80   CT: new osteoblastic
        day 60   line 3 starts
    """)
    assert row.left_at == "candidate"
    assert "second_line_missing" in row.flags
