"""Groups that stand in for single patients: how many are together, what each shows, and when none is shown.

Not here: drawing them (`tests/unit/report`).
"""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from bpp_etl.disclosure.groups import MOST_GROUPS, group_sizes
from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import Measured, measured


def progressed(number: int, *, also: tuple[Candidate, ...] = ()) -> Measured:
    """Measure pseudoprogressions that progress 101, 102, ... days after an event on day 43, 44, ..."""
    patients = [
        Candidate(event=42 + place, confirmed=84, progressed=100 + place, alp=(100, 80 + place, 130))
        for place in range(1, number + 1)
    ]
    return measured([*patients, *also], threshold=5)


@pytest.mark.parametrize(
    ("patients", "lanes"), [(4, []), (5, [5]), (6, [6]), (9, [9]), (10, [5, 5]), (23, [6, 6, 6, 5])]
)
def test_no_lane_stands_for_fewer_than_the_threshold(patients: int, lanes: list[int]) -> None:
    found = progressed(patients).some("course_group", outcome="progressed")
    assert [row["patients"] for row in found] == lanes
    assert [row["position"] for row in found] == [place + 1 for place in range(len(lanes))]


@pytest.mark.parametrize("threshold", [2, 5, 6, 11])
@pytest.mark.parametrize("patients", [0, 1, 5, 39, 40, 199, 200, 201, 5000])
def test_groups_hold_everyone_are_few_and_none_is_small(patients: int, threshold: int) -> None:
    sizes = group_sizes(patients, threshold)
    assert sum(sizes) in ((patients,) if patients >= threshold else (0,))
    assert len(sizes) <= MOST_GROUPS
    assert all(size >= threshold for size in sizes)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_a_lane_shows_medians_in_whole_weeks_the_longest_course_first() -> None:
    first, second = progressed(10).some("course_group", outcome="progressed")
    # Patients 6 to 10: event on days 48 to 52, confirmed 84 and progressed 106 to 110 days after it.
    assert (first["days_to_event"], first["days_to_confirmation"], first["days_to_end"]) == (49, 133, 161)
    assert second["days_to_end"] < first["days_to_end"]


def test_who_has_not_progressed_is_never_in_a_lane_with_who_has() -> None:
    found = progressed(5, also=(Candidate(followed=300),) * 5)
    assert [(row["outcome"], row["patients"]) for row in found.some("course_group")] == [
        ("progressed", 5),
        ("not_progressed", 5),
    ]


def test_no_lane_is_shown_where_their_number_would_give_a_small_one_away() -> None:
    # Ten are known in all: who sees the six lanes of those who progressed knows of four who did not.
    found = progressed(6, also=(Candidate(followed=300),) * 4)
    assert found.some("course_group") == []


def test_the_order_on_a_lane_is_that_of_the_course() -> None:
    chance = Random(7)
    patients = [
        Candidate(
            event=chance.randint(20, 200),
            confirmed=(wait := chance.randint(56, 90)),
            progressed=wait + 30 + place,
        )
        for place in range(57)
    ]
    found = measured(patients, threshold=5).some("course_group")
    assert all(row["days_to_event"] < row["days_to_confirmation"] < row["days_to_end"] for row in found)
    assert all(before["days_to_end"] >= after["days_to_end"] for before, after in pairwise(found))


def test_the_names_of_patients_decide_nothing() -> None:
    patients = [
        Candidate(event=40 + place % 3, confirmed=60 + place, progressed=200 - place % 3)
        for place in range(20)
    ]
    shuffled = Random(3).sample(patients, len(patients))
    assert (
        measured(patients, threshold=5).tables["course_group"]
        == (measured(shuffled, threshold=5).tables["course_group"])
    )


def test_a_waterfall_shows_medians_to_5_units_the_greatest_rise_first() -> None:
    found = progressed(10).some("alp_group", picture="waterfall", stratum="all")
    # Changes of -19 to -10: the upper five have the median -12, the lower five -17.
    assert [(row["patients"], row["change_at_event"]) for row in found] == [(5, -10), (5, -15)]
    assert {(row["change_at_progression"], row["category_at_event"]) for row in found} == {(None, None)}


def test_true_progressions_have_a_waterfall_of_their_own() -> None:
    others = (Candidate(state="true_progression", progressed=20, alp=(100, 160, 160)),) * 5
    found = progressed(5, also=others).some("alp_group", picture="waterfall")
    assert [(row["stratum"], row["change_at_event"]) for row in found] == [
        ("all", -15),
        ("state=true_progression", 60),
    ]


def test_pairs_are_of_patients_with_all_three_values() -> None:
    others = (Candidate(progressed=300, alp=(100, 90, None)),) * 5
    found = progressed(5, also=others).some("alp_group", picture="paired")
    assert [(row["patients"], row["change_at_event"], row["change_at_progression"]) for row in found] == [
        (5, -15, 30)
    ]
