"""indeterminate: death, therapy_changed, lost_to_follow_up and awaiting_ct, in this order."""

import pytest

from tests.support.timeline import Judge

OPEN = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
"""


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("", "awaiting_ct"),
        ("day 200 last contact", "lost_to_follow_up"),
        ("day 100 line 1 ends", "therapy_changed"),
        ("day 100 line 2 starts", "therapy_changed"),
        ("day 100 line 1 ends\n day 200 last contact", "therapy_changed"),
        ("day 100 dies", "death"),
        ("day 100 line 1 ends\n day 110 line 2 starts\n day 300 dies", "death"),
    ],
)
def test_the_reasons_of_an_undecided_candidate_in_their_order(judge: Judge, more: str, reason: str) -> None:
    row = judge(OPEN + more)
    assert (row.state, row.reason, row.rule) == ("indeterminate", reason, reason)
    assert row.progression_date is None
    assert row.confirmation_date is None


@pytest.mark.parametrize(
    ("cycles", "last_contact", "reason"),
    [
        # Delivery on day 400; two expected intervals are four cycles: 84, 112 or, assumed, 84 days.
        ("21", 316, "awaiting_ct"),
        ("21", 315, "lost_to_follow_up"),
        ("28", 288, "awaiting_ct"),
        ("28", 287, "lost_to_follow_up"),
        ("unknown", 316, "awaiting_ct"),
        ("unknown", 315, "lost_to_follow_up"),
    ],
)
def test_lost_is_a_last_contact_more_than_two_expected_intervals_before_the_delivery(
    judge: Judge, cycles: str, last_contact: int, reason: str
) -> None:
    row = judge(OPEN + f"day 0 line 1 starts, cycles of {cycles} days\n day {last_contact} last contact")
    assert row.reason == reason
    assert ("cycle_length_assumed" in row.flags) == (cycles == "unknown")
