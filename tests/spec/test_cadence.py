"""Cadence: every on-treatment CT time point against the one before it and the schedule of the line.

CTs are expected every two cycles, or as the registry states its own schedule in `[cadence]` of registry.toml.
"""

import pytest

from tests.support.timeline import Judge


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (34, "early"),
        (35, "on_time"),
        (42, "on_time"),
        (49, "on_time"),
        (50, "late"),
        (63, "late"),
        (64, "missed"),
    ],
)
def test_classes_of_a_42_day_interval(judge: Judge, day: int, expected: str) -> None:
    (kept,) = judge.cadence(f"day -10 CT\n day {day} CT")
    assert kept.cadence_class == expected
    assert (kept.previous_date, kept.time_point_date) == (0, day)
    assert (kept.interval_days, kept.expected_interval_days, kept.deviation_days) == (day, 42, day - 42)


def test_each_interval_runs_from_the_ct_time_point_before(judge: Judge) -> None:
    kept = judge.cadence("""
        day 42   CT
        day 60   MRI
        day 84   PET-CT
        day 90   CT
        day 140  CT
    """)
    assert [(one.previous_date, one.time_point_date) for one in kept] == [(0, 42), (42, 84), (84, 140)]


def test_a_ct_that_cannot_be_judged_still_kept_the_appointment(judge: Judge) -> None:
    kept = judge.cadence("""
        day 42   CT: not evaluable
        day 84   CT: no bone window
        day 126  CT: NE
    """)
    assert [one.cadence_class for one in kept] == ["on_time", "on_time", "on_time"]


def test_an_unknown_cycle_length_is_taken_as_21_days_and_flagged(judge: Judge) -> None:
    (assumed,) = judge.cadence("day 0 line 1 starts, cycles of unknown days\n day 42 CT")
    assert (assumed.expected_interval_days, assumed.flags) == (42, ["cycle_length_assumed"])
    (known,) = judge.cadence("day 0 line 1 starts, cycles of 28 days\n day 42 CT")
    assert (known.expected_interval_days, known.flags, known.cadence_class) == (56, [], "early")


def test_only_time_points_on_treatment_count(judge: Judge) -> None:
    kept = judge.cadence("""
        day 0    CT
        day 42   CT
        day 84   CT
        day 84   line 1 ends
        day 95   CT
    """)
    assert [one.time_point_date for one in kept] == [42, 84]


def test_every_line_keeps_its_own_cadence(judge: Judge) -> None:
    kept = judge.cadence("""
        day 42   CT
        day 100  line 2 starts, cycles of 28 days
        day 100  CT
        day 156  CT
    """)
    assert [(one.line_number, one.previous_date, one.time_point_date, one.cadence_class) for one in kept] == [
        (1, 0, 42, "on_time"),
        (2, 100, 156, "on_time"),
    ]


def test_an_interval_of_a_time_point_without_eligible_ct_ends_at_its_earliest_assessment(
    judge: Judge,
) -> None:
    (kept,) = judge.cadence("day 40 bone scan\n day 44 CT: not evaluable")
    assert kept.time_point_date == 40


def test_a_schedule_that_the_registry_states_counts_interval_by_interval_and_its_last_one_repeats(
    judge: Judge,
) -> None:
    kept = judge.stating(56, 56, 84).cadence("""
        day 56   CT
        day 112  CT
        day 196  CT
        day 280  CT
        day 336  CT
    """)
    assert [one.expected_interval_days for one in kept] == [56, 56, 84, 84, 84]
    assert [one.cadence_class for one in kept] == ["on_time", "on_time", "on_time", "on_time", "early"]


def test_a_stated_schedule_stands_whatever_the_cycles_of_the_line_are(judge: Judge) -> None:
    for cycles in ("21", "28", "unknown"):
        (kept,) = judge.stating(84).cadence(f"day 0 line 1 starts, cycles of {cycles} days\n day 84 CT")
        assert (kept.expected_interval_days, kept.cadence_class, kept.flags) == (84, "on_time", [])


def test_a_stated_schedule_begins_anew_with_each_line(judge: Judge) -> None:
    kept = judge.stating(56, 84).cadence("""
        day 56   CT
        day 140  CT
        day 150  line 2 starts
        day 206  CT
        day 290  CT
    """)
    assert [(one.line_number, one.expected_interval_days) for one in kept] == [
        (1, 56),
        (1, 84),
        (2, 56),
        (2, 84),
    ]
    assert {one.cadence_class for one in kept} == {"on_time"}


def test_a_missed_ct_takes_one_interval_of_a_stated_schedule_not_two(judge: Judge) -> None:
    kept = judge.stating(56, 56, 84).cadence("day 112 CT\n day 168 CT\n day 252 CT")
    assert [(one.expected_interval_days, one.cadence_class) for one in kept] == [
        (56, "missed"),
        (56, "on_time"),
        (84, "on_time"),
    ]
