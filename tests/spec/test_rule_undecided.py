"""indeterminate: death, therapy_changed, lost_to_follow_up and awaiting_ct, in this order."""

from tests.support.timeline import Judge

OPEN = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
"""


def test_the_reasons_of_an_undecided_candidate_in_their_order(judge: Judge) -> None:
    cases = {
        "": "awaiting_ct",
        "day 200 last contact": "lost_to_follow_up",
        "day 100 line 1 ends": "therapy_changed",
        "day 100 line 2 starts": "therapy_changed",
        "day 100 line 1 ends\n day 200 last contact": "therapy_changed",
        "day 100 dies": "death",
        "day 100 line 1 ends\n day 110 line 2 starts\n day 300 dies": "death",
    }
    rows = judge.table(cases, lambda more: OPEN + more)
    assert {more: row.reason for more, row in rows.items()} == cases
    assert {more: row.rule for more, row in rows.items()} == cases
    assert {row.state for row in rows.values()} == {"indeterminate"}
    assert {(row.progression_date, row.confirmation_date) for row in rows.values()} == {(None, None)}


def test_lost_is_a_last_contact_more_than_two_expected_intervals_before_the_delivery(judge: Judge) -> None:
    # Delivery on day 400; two expected intervals are four cycles: 84, 112 or, assumed, 84 days.
    cases = {
        ("21", 316): "awaiting_ct",
        ("21", 315): "lost_to_follow_up",
        ("28", 288): "awaiting_ct",
        ("28", 287): "lost_to_follow_up",
        ("unknown", 316): "awaiting_ct",
        ("unknown", 315): "lost_to_follow_up",
    }
    rows = judge.table(
        cases,
        lambda case: OPEN + f"day 0 line 1 starts, cycles of {case[0]} days\n day {case[1]} last contact",
    )
    assert {case: row.reason for case, row in rows.items()} == cases
    for (cycles, _), row in rows.items():
        assert ("cadence_fallback" in row.flags) == (cycles == "unknown")


def test_under_a_stated_schedule_lost_is_counted_by_the_interval_that_follows_the_last_ct_kept(
    judge: Judge,
) -> None:
    # Delivery on day 400. Two CTs were kept, so the next is due after 84 days; twice that are 168 days.
    cases = {232: "awaiting_ct", 231: "lost_to_follow_up"}
    rows = judge.stating(42, 42, 84).table(
        cases,
        lambda day: OPEN + f"day 0 line 1 starts, cycles of unknown days\n day {day} last contact",
    )
    assert {day: row.reason for day, row in rows.items()} == cases
    assert [row.flags for row in rows.values() if "cadence_fallback" in row.flags] == []
