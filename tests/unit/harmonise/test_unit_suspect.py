"""Admitted ALP results whose unit is doubtful: below 10 U/L, or a jump of 50 to 70 times.

Not here: units that are refused (`test_units.py`).
"""

import pytest

from tests.unit.harmonise.queries import suspect_rows


def test_total_alp_below_ten_is_suspect_and_ten_is_not() -> None:
    assert suspect_rows(
        {"patient_id": "A", "value": 9.99},
        {"patient_id": "B", "value": 10.0},
        {"patient_id": "C", "value": 9.0, "analyte": "ALP_BONE"},
    ) == [1]


@pytest.mark.parametrize(
    ("value", "suspect"), [(4999.0, False), (5000.0, True), (7000.0, True), (7001.0, False)]
)
def test_a_jump_of_fifty_to_seventy_times_the_others_is_suspect(value: float, suspect: bool) -> None:
    found = suspect_rows({"value": 100.0}, {"value": 90.0}, {"value": 110.0}, {"value": value})
    assert found == ([4] if suspect else [])


@pytest.mark.parametrize(("value", "suspect"), [(101.0, False), (100.0, True), (72.0, True), (71.0, False)])
def test_a_fall_to_a_fiftieth_to_a_seventieth_of_the_others_is_suspect(value: float, suspect: bool) -> None:
    others = [{"value": 5000.0}, {"value": 5000.0}, {"value": 5040.0}]
    assert suspect_rows(*others, {"value": value}) == ([4] if suspect else [])


def test_the_median_is_over_the_others_without_the_value_itself() -> None:
    # With itself the median of (100, 6000) would be 3050 and nothing would be found.
    assert suspect_rows({"value": 100.0}, {"value": 6000.0}) == [1, 2]


def test_two_values_exactly_fifty_times_apart_are_both_suspect() -> None:
    assert suspect_rows({"value": 100.0}, {"value": 5000.0}) == [1, 2]
    # In binary 50 times 16.1 is a little more than 805.
    assert suspect_rows({"value": 16.1}, {"value": 805.0}) == [1, 2]
    assert suspect_rows({"value": 16.1}, {"value": 804.9}) == []


def test_equal_values_of_one_patient_are_each_other_s_others() -> None:
    assert suspect_rows(*[{"value": value} for value in (100.0, 100.0, 6000.0, 6000.0, 6000.0)]) == [1, 2]


def test_patients_and_analytes_are_not_compared_with_each_other() -> None:
    assert (
        suspect_rows(
            {"patient_id": "A", "value": 100.0},
            {"patient_id": "B", "value": 6000.0},
            {"patient_id": "A", "value": 6000.0, "analyte": "ALP_BONE"},
            {"patient_id": "A", "value": 6000.0, "registry": "south"},
        )
        == []
    )


def test_a_single_value_has_no_others() -> None:
    assert suspect_rows({"value": 6000.0}) == []
