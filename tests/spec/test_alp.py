"""ALP: total, nearest in its window, a tie goes to the earlier; it never influences the state."""

from tests.support.timeline import Judge

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT
    day 168  CT: PD
"""


def test_baseline_lies_0_to_28_days_before_the_start(judge: Judge) -> None:
    cases = {-29: None, -28: 100, -1: 100, 0: 100, 1: None}
    rows = judge.table(cases, lambda day: CONFIRMED + f"day {day} ALP 100")
    assert {day: row.alp_baseline for day, row in rows.items()} == cases


def test_baseline_is_the_value_nearest_to_the_start(judge: Judge) -> None:
    row = judge(CONFIRMED + "day -20 ALP 90\n day -3 ALP 100\n day -9 ALP 110")
    assert row.alp_baseline == 100


def test_the_value_at_the_event_lies_within_14_days(judge: Judge) -> None:
    cases = {27: None, 28: 100, 56: 100, 57: None}
    rows = judge.table(cases, lambda day: CONFIRMED + f"day {day} ALP 100")
    assert {day: row.alp_at_event for day, row in rows.items()} == cases


def test_of_two_days_equally_near_the_earlier_one_is_taken(judge: Judge) -> None:
    row = judge(CONFIRMED + "day 47 ALP 120\n day 37 ALP 90\n day 173 ALP 150\n day 163 ALP 140")
    assert (row.alp_at_event, row.alp_at_progression) == (90, 140)


def test_a_nearer_day_after_beats_a_farther_one_before(judge: Judge) -> None:
    assert judge(CONFIRMED + "day 46 ALP 120\n day 37 ALP 90").alp_at_event == 120


def test_a_value_after_the_start_of_line_2_does_not_count(judge: Judge) -> None:
    cases = {50: 100, 51: None}
    rows = judge.table(
        cases,
        lambda day: f"day -10 CT\n day 42 CT: new osteoblastic\n day 50 line 2 starts\n day {day} ALP 100",
    )
    assert {day: row.alp_at_event for day, row in rows.items()} == cases


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


def test_stable_is_within_15_percent_of_baseline(judge: Judge) -> None:
    cases = {
        84: "decreased",
        84.99: "decreased",
        85: "stable",
        100: "stable",
        115: "stable",
        115.01: "increased",
        116: "increased",
    }
    rows = judge.table(cases, lambda value: CONFIRMED + f"day 0 ALP 100\n day 42 ALP {value}")
    assert {value: row.alp_category for value, row in rows.items()} == cases
    rows = judge.table(cases, lambda value: CONFIRMED + f"day 0 ALP 100\n day 168 ALP {value}")
    assert {value: row.alp_category_progression for value, row in rows.items()} == cases


def test_a_change_of_exactly_15_percent_is_stable_with_decimals_too(judge: Judge) -> None:
    pairs = {
        (9.9, 8.415): "stable",
        (33.0, 37.95): "stable",
        (9.9, 8.4149): "decreased",
        (33.0, 37.951): "increased",
    }
    rows = judge.table(
        pairs,
        lambda pair: CONFIRMED + f"day 0 ALP {pair[0]}\n day 42 ALP {pair[1]}\n day 168 ALP {pair[1]}",
    )
    assert {pair: row.alp_category for pair, row in rows.items()} == pairs
    assert {pair: row.alp_category_progression for pair, row in rows.items()} == pairs


def test_alp_at_progression_is_empty_without_progression(judge: Judge) -> None:
    row = judge("""
        day 42   CT: new osteoblastic
        day 84   CT: PD
        day 84   ALP 100
    """)
    assert (row.reason, row.alp_at_progression) == ("no_baseline_ct", None)
    assert "alp_at_progression_missing" not in row.flags
