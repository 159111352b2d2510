"""Read for progression: what nobody wrote down is not the absence of progression."""

from tests.support.timeline import Judge

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT: SD
    day 126  CT{}
"""


def test_a_ct_without_a_recorded_response_confirms_nothing(judge: Judge) -> None:
    cases = {
        ": SD": "confirmed",
        ": CR": "confirmed",
        ": no response": "progression_not_read",
        ": NE, stable": "progression_not_read",  # a bone lesion was judged, the rest was not
    }
    rows = judge.table(cases, CONFIRMED.format)
    assert {mark: row.reason for mark, row in rows.items()} == cases
    assert {row.rule for row in rows.values()} == set(cases.values())
    not_read = rows[": no response"]
    assert (not_read.state, not_read.confirmation_date) == ("indeterminate", None)
    assert (not_read.confirming_ct_count, not_read.unread_ct_count) == (1, 1)


def test_a_ct_with_a_lytic_or_mixed_lesion_of_unrecorded_change_confirms_nothing(judge: Judge) -> None:
    cases = {
        ": SD, stable osteolytic": "confirmed",
        ": SD, stable osteolytic pelvis with lysis unread": "progression_not_read",
        ": SD, stable mixed with lysis unread": "progression_not_read",
        ": SD, resolved osteolytic with lysis unread": "progression_not_read",
        ": SD, stable osteolytic, stable osteolytic with lysis unread": "progression_not_read",
        ": SD, stable osteoblastic with lysis unread": "confirmed",
        ": SD, stable unknown with lysis unread": "confirmed",
    }
    rows = judge.table(cases, CONFIRMED.format)
    assert {mark: row.reason for mark, row in rows.items()} == cases


def test_where_nobody_recorded_anything_nobody_is_a_pseudoprogression(judge: Judge) -> None:
    row = judge("""
        day -10  CT: no response
        day 42   CT: no response, new osteoblastic
        day 84   CT: no response
        day 126  CT: no response
        day 168  CT: no response
    """)
    assert (row.state, row.reason) == ("indeterminate", "progression_not_read")
    assert (row.confirming_ct_count, row.unread_ct_count) == (0, 3)


def test_a_ct_that_is_not_read_still_shows_a_candidate_and_progression(judge: Judge) -> None:
    row = judge("""
        day -10  CT: no response
        day 42   CT: no response, new osteoblastic
        day 84   CT: no response, lysis
    """)
    assert (row.state, row.reason, row.event_date) == ("true_progression", "pd_before_confirmation", 42)
    assert row.progression_date == 84


def test_one_read_ct_of_a_time_point_is_enough(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: SD
        day 126  CT: no response
        day 130  PET-CT: SD
    """)
    assert (row.state, row.unread_ct_count) == ("pseudoprogression", 0)


def test_a_read_mri_of_the_time_point_does_not_read_its_ct(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: SD
        day 126  CT: no response
        day 130  MRI: SD
    """)
    assert row.reason == "progression_not_read"


def test_too_few_cts_are_no_question_of_reading(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: no response
    """)
    assert (row.reason, row.unread_ct_count) == ("awaiting_ct", 1)


def test_a_later_read_ct_confirms_what_an_unread_one_did_not(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: no response
        day 126  CT: SD
        day 168  CT: SD
    """)
    assert (row.state, row.confirmation_date, row.unread_ct_count) == ("pseudoprogression", 168, 1)


def test_not_read_comes_before_death_and_change_of_therapy(judge: Judge) -> None:
    cases = ("", "day 300 dies", "day 150 line 1 ends", "day 200 last contact")
    rows = judge.table(cases, lambda more: CONFIRMED.format(": no response") + more)
    assert {row.reason for row in rows.values()} == {"progression_not_read"}


def test_progression_before_enough_cts_decides_whether_or_not_they_were_read(judge: Judge) -> None:
    row = judge(CONFIRMED.format(": no response") + "day 168 CT: PD")
    assert (row.state, row.reason) == ("true_progression", "pd_before_confirmation")


def test_the_progression_seen_is_kept_whatever_the_state(judge: Judge) -> None:
    text = "day 42 CT: new osteoblastic\n day 84 CT: SD\n day 126 CT: SD\n day 168 CT: PD\n"
    decided = judge("day -10 CT\n" + text)
    assert (decided.progression_date, decided.observed_progression_date) == (168, 168)
    undecided = judge(text)
    assert (undecided.reason, undecided.progression_date) == ("no_baseline_ct", None)
    assert (undecided.observed_progression_date, undecided.has_progression) == (168, False)
    on_line_2 = judge(text + "day 150 line 2 starts")
    assert on_line_2.observed_progression_date is None
