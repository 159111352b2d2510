"""Edge cases: what the specification rules where courses are odd, case by case."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from tests.spec.edge_cases import EDGE_CASES, ELSEWHERE, EdgeCase
from tests.support.timeline import Judge


@pytest.fixture(scope="module")
def ruled(judge: Judge) -> Mapping[str, SimpleNamespace]:
    """Judge all courses at once, as patients of one registry."""
    courses = {case.id: case.course for case in EDGE_CASES}
    return judge.table(courses, lambda name: courses[name])


@pytest.mark.parametrize("case", EDGE_CASES, ids=lambda case: case.id)
def test_the_case_is_ruled_as_its_paragraph_says(
    ruled: Mapping[str, SimpleNamespace], case: EdgeCase
) -> None:
    row = ruled[case.id]
    for column, value in case.expected.items():
        found = getattr(row, column)
        if column == "flags":
            assert isinstance(value, list)
            assert set(value) <= set(found)
        else:
            assert found == value, column


def test_none_of_the_36_cases_is_left_out() -> None:
    told = [case.id for case in EDGE_CASES] + list(ELSEWHERE)
    assert sorted(told, key=lambda name: int(name[1:])) == [f"E{number}" for number in range(1, 37)]
