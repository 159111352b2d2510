"""Which counts are hidden: on tables in plain sight.

Not here: whole releases (test_disclosure.py) and curves (test_gathering.py).
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.disclosure.hiding import hidden_cells, told_parts
from bpp_etl.measure.tally import Cell, Tally
from tests.unit.measure.linear_attack import bounds


def _table(cells: list[list[int]]) -> tuple[Tally, set[Cell]]:
    """A table with both margins and the grand total, all of it asked for."""
    tally = Tally()
    rows, columns = len(cells), len(cells[0])
    grid = [
        [
            tally.put(Cell("p", f"row {row}", f"column {column}"), cells[row][column])
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    row_totals = [tally.put_total(Cell("p", f"row {row}", "total"), grid[row]) for row in range(rows)]
    column_totals = [
        tally.put_total(Cell("p", "total", f"column {column}"), [line[column] for line in grid])
        for column in range(columns)
    ]
    total = tally.put_total(Cell("p", "total", "total"), row_totals)
    tally.add_up(total, column_totals)
    return tally, set(tally.counts)


def test_a_small_cell_of_a_table_takes_a_rectangle_with_it() -> None:
    tally, cells = _table([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    hidden = hidden_cells(tally, cells, 5)
    assert {(cell.group, cell.stratum) for cell in hidden} == {
        ("row 0", "column 0"),
        ("row 0", "column 1"),
        ("row 1", "column 0"),
        ("row 1", "column 1"),
    }


def test_two_small_cells_that_are_few_together_take_a_third_with_them() -> None:
    tally = Tally()
    parts = [tally.put(Cell("p", name), number) for name, number in (("x", 1), ("y", 2), ("z", 9))]
    total = tally.put_total(Cell("p", "all"), parts)
    assert hidden_cells(tally, {*parts, total}, 5) == set(parts)


def test_a_rest_that_nobody_asked_for_is_protected_too() -> None:
    tally = Tally()
    total = tally.put(Cell("p", "all"), 23)
    part = tally.put(Cell("p", "some"), 20)
    tally.put_rest(total, part)
    assert part in hidden_cells(tally, {total, part}, 5)
    assert part not in hidden_cells(tally, {total, part}, 3)


def test_what_was_told_already_closes_nothing() -> None:
    tally = Tally()
    parts = [tally.put(Cell("p", name), number) for name, number in (("x", 3), ("y", 8), ("z", 9))]
    total = tally.put_total(Cell("p", "all"), parts)
    assert hidden_cells(tally, {*parts, total}, 5) == {parts[0], parts[1]}
    assert hidden_cells(tally, {*parts, total}, 5, already=[parts[1]]) == {parts[0], parts[2]}
    # Who can read it off what was told already is kept from nothing, and it is hidden all the same.
    assert hidden_cells(tally, {*parts, total}, 5, already=[*parts[1:], total]) == {parts[0]}


def test_a_difference_of_two_sums_gives_nothing_away() -> None:
    # Neither sum alone gives the small part away, but the one less the other does.
    tally = Tally()
    small, other, third = (tally.put(Cell("p", name), n) for name, n in (("s", 3), ("o", 8), ("t", 9)))
    with_small = tally.put_total(Cell("p", "s and o and t"), [small, other, third])
    without = tally.put_total(Cell("p", "o and t"), [other, third])
    hidden = hidden_cells(tally, {with_small, without}, 5)
    assert {with_small, without} & hidden


def test_rather_a_handy_sum_is_hidden_than_what_it_is_made_of() -> None:
    tally = Tally()
    small, other = tally.put(Cell("p", "small"), 3), tally.put(Cell("p", "other"), 20)
    both = tally.put_total(Cell("p", "both"), [small, other])
    assert hidden_cells(tally, {small, other, both}, 5) == {small, other}
    tally.handy.add(both)
    assert hidden_cells(tally, {small, other, both}, 5) == {small, both}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=2, max_size=4
        )
    )
)
def test_no_small_cell_of_a_table_can_be_worked_out(cells: list[list[int]]) -> None:
    tally, asked = _table(cells)
    hidden = hidden_cells(tally, asked, 5)
    for cell in hidden:
        if tally.is_small(cell, 5):
            low, high = bounds(tally, hidden, cell)
            assert high - low > 0.5, cell


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"a": 20, "b": 5}, set()),
        ({"a": 20, "b": 0}, set()),
        ({"a": 20, "b": 4, "c": 9}, {"b", "c"}),
        ({"a": 20, "b": 3, "c": 3}, {"b", "c"}),
        ({"a": 20, "b": 2, "c": 1}, {"a", "b", "c"}),
        ({"a": 20, "b": 4, "c": 4}, {"a", "b", "c"}),
        ({"b": 4}, {"b"}),
    ],
)
def test_parts_of_a_known_total_are_hidden_with_what_would_tell_the_small(
    parts: dict[str, int], hidden: set[str]
) -> None:
    told = told_parts(parts, 5)
    assert {name for name, number in told.items() if number is None} == hidden
    assert told_parts(parts, 0) == parts


def test_a_part_that_is_public_anyway_protects_nothing() -> None:
    assert told_parts({"a": 20, "b": 3, "c": 9}, 5, public=("c",)) == {"a": None, "b": None, "c": 9}


def test_a_count_that_others_squeeze_to_one_value_takes_one_of_these_with_it() -> None:
    tally = Tally()
    beside = tally.put(Cell("p", "beside it"), 20)
    few = tally.put(Cell("p", "few"), 2)
    nobody, no_other = tally.put(Cell("p", "nobody"), 0), tally.put(Cell("p", "no other"), 0)
    both = tally.put_total(Cell("p", "both"), [beside, few])
    # Nobody asks for it, but it is at most the one and at least the other, which are the same.
    at_most = tally.put_total(Cell("p", "at most"), [beside, nobody])
    at_least = tally.put(Cell("p", "at least"), 20)
    tally.add_up(beside, [at_least, no_other])
    hidden = hidden_cells(tally, {both, at_most, at_least}, 5)
    low, high = bounds(tally, hidden, few)
    assert high - low > 0.5
    assert len(hidden & {both, at_most, at_least}) == 1


def test_a_sum_that_does_not_hold_ends_the_search_all_the_same() -> None:
    tally = Tally()
    whole, one, other = (Cell("p", name) for name in ("whole", "one", "other"))
    for cell, number in ((whole, 9), (one, 3), (other, 4)):
        tally.put(cell, number)
    tally.add_up(whole, [one, other])
    tally.add_up(one, [other])
    assert {one, other} <= hidden_cells(tally, {whole, one, other}, 5)
