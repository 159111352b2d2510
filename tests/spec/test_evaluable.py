"""Evaluable: what cannot be judged neither shows a candidate, nor confirms, nor progresses."""

from tests.support.timeline import Judge

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT{}
"""


def test_what_is_not_evaluable_does_not_confirm(judge: Judge) -> None:
    cases = {
        "": "confirmed",
        ": not evaluable": "awaiting_ct",
        ": NE": "awaiting_ct",
        ": NE, stable": "progression_not_read",  # a bone lesion was judged, the rest was not
    }
    rows = judge.table(cases, CONFIRMED.format)
    assert {mark: row.reason for mark, row in rows.items()} == cases


def test_an_assessment_that_is_not_evaluable_shows_no_candidate(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic, not evaluable
        day 84   CT
    """)
    assert row.left_at == "no_new_osteoblastic_lesion"


def test_an_assessment_that_is_not_evaluable_does_not_progress(judge: Judge) -> None:
    row = judge("""
        day -10  CT
        day 42   CT: new osteoblastic
        day 60   CT: PD, lysis, not evaluable
        day 84   CT
        day 126  CT
    """)
    assert (row.state, row.has_progression) == ("pseudoprogression", False)


def test_an_assessment_that_is_not_evaluable_is_no_baseline(judge: Judge) -> None:
    row = judge("""
        day -10  CT: not evaluable
        day 42   CT: new osteoblastic
    """)
    assert row.reason == "no_baseline_ct"
