"""ALP: total, nearest in its window, a tie goes to the earlier; it never influences the state."""

import pytest

from tests.support.timeline import Judge

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT
    day 168  CT: PD
"""


@pytest.mark.parametrize(("day", "expected"), [(-29, None), (-28, 100), (-1, 100), (0, 100), (1, None)])
def test_baseline_lies_0_to_28_days_before_the_start(judge: Judge, day: int, expected: float | None) -> None:
    assert judge(CONFIRMED + f"day {day} ALP 100").alp_baseline == expected


def test_baseline_is_the_value_nearest_to_the_start(judge: Judge) -> None:
    row = judge(CONFIRMED + "day -20 ALP 90\n day -3 ALP 100\n day -9 ALP 110")
    assert row.alp_baseline == 100


@pytest.mark.parametrize(("day", "expected"), [(27, None), (28, 100), (56, 100), (57, None)])
def test_the_value_at_the_event_lies_within_14_days(judge: Judge, day: int, expected: float | None) -> None:
    assert judge(CONFIRMED + f"day {day} ALP 100").alp_at_event == expected


def test_of_two_days_equally_near_the_earlier_one_is_taken(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 47 ALP 120\n day 37 ALP 90\n day 173 ALP 150\n day 163 ALP 140")
    assert (row.alp_at_event, row.alp_at_progression) == (90, 140)


def test_a_nearer_day_after_beats_a_farther_one_before(judge: Judge) -> None:
    assert judge(CONFIRMED + "day 46 ALP 120\n day 37 ALP 90").alp_at_event == 120


@pytest.mark.parametrize(("day", "expected"), [(50, 100), (51, None)])
def test_a_value_after_the_start_of_line_2_does_not_count(
    judge: Judge, day: int, expected: float | None
) -> None:
    row = judge(f"""
        day -10  CT
        day 42   CT: new osteoblastic
        day 50   line 2 starts
        day {day}   ALP 100
    """)
    assert row.alp_at_event == expected


def test_bone_alp_never_fills_in_for_total(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 0 bone ALP 20\n day 42 bone ALP 25")
    assert (row.alp_baseline, row.alp_at_event) == (None, None)
    assert {"alp_baseline_missing", "alp_at_event_missing", "alp_at_progression_missing"} <= set(row.flags)


def test_several_values_of_one_day_give_their_median_and_a_flag(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 0 ALP 100\n day 42 ALP 90 at north\n day 42 ALP 100 at south")
    assert row.alp_at_event == 95
    assert "alp_median_of_day" in row.flags
    assert "alp_median_of_day" not in judge(CONFIRMED + "day 0 ALP 100\n day 42 ALP 90").flags


def test_deltas_are_against_baseline(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 0 ALP 100\n day 42 ALP 80\n day 168 ALP 133.5")
    assert (row.alp_delta_event, row.alp_delta_progression) == (-20, 33.5)
    without = judge(CONFIRMED + "day 42 ALP 80")
    assert (without.alp_delta_event, without.alp_category) == (None, None)


@pytest.mark.parametrize(
    ("value", "category"),
    [
        (84, "decreased"),
        (84.99, "decreased"),
        (85, "stable"),
        (100, "stable"),
        (115, "stable"),
        (116, "increased"),
    ],
)
def test_stable_is_within_15_percent_of_baseline(judge: Judge, value: float, category: str) -> None:
    assert judge(CONFIRMED + f"day 0 ALP 100\n day 42 ALP {value}").alp_category == category


def test_alp_at_progression_is_empty_without_progression(judge: Judge) -> None:
    row = judge("""
        day 42   CT: new osteoblastic
        day 84   CT: PD
        day 84   ALP 100
    """)
    assert (row.reason, row.alp_at_progression) == ("no_baseline_ct", None)
    assert "alp_at_progression_missing" not in row.flags
