"""HER2 at the event: the newest test not after it, metastasis before primary; a later test never counts."""

from tests.support.timeline import Judge

EVENT = """
    day -10  CT
    day 42   CT: new osteoblastic
"""


def test_a_test_on_the_event_day_counts_and_one_after_it_does_not(judge: Judge) -> None:
    rows = judge.table((42, 43), lambda day: EVENT + f"day {day} HER2 metastasis positive")
    assert {day: row.her2_status for day, row in rows.items()} == {42: "positive", 43: None}
    assert {day: "her2_post_event" in row.flags for day, row in rows.items()} == {42: False, 43: True}
    assert not any("her2_not_tested" in row.flags for row in rows.values())


def test_metastasis_before_primary_before_unknown_then_the_newest(judge: Judge) -> None:
    cases = {
        "day -300 HER2 primary positive\n day -30 HER2 primary negative": "negative",
        "day -300 HER2 metastasis positive\n day -30 HER2 primary negative": "positive",
        "day -300 HER2 primary positive\n day -30 HER2 unknown negative": "positive",
        "day -300 HER2 primary positive\n day 60 HER2 metastasis negative": "positive",
        "day -30 HER2 metastasis indeterminate\n day -300 HER2 primary positive": "indeterminate",
    }
    rows = judge.table(cases, lambda tests: EVENT + tests)
    assert {tests: row.her2_status for tests, row in rows.items()} == cases


def test_no_test_is_no_status_with_a_flag(judge: Judge) -> None:
    row = judge(EVENT)
    assert row.her2_status is None
    assert "her2_not_tested" in row.flags


def test_conflicting_tests_of_one_day_and_site_are_indeterminate_and_flagged(judge: Judge) -> None:
    row = judge(EVENT + "day 0 HER2 primary positive\n day 0 HER2 primary negative")
    assert row.her2_status == "indeterminate"
    assert "her2_conflict" in row.flags


def test_a_decided_test_stands_beside_an_undecided_one_of_the_same_day(judge: Judge) -> None:
    row = judge(EVENT + "day 0 HER2 primary indeterminate\n day 0 HER2 primary negative")
    assert row.her2_status == "negative"
    assert "her2_conflict" not in row.flags
