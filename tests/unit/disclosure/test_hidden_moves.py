"""Moves of patients that may be told: no small one, and nothing shown gives one away.

Not here: counting them (`tests/unit/difference/test_moves.py`).
"""

from __future__ import annotations

from random import Random

import pytest

from bpp_etl.disclosure.moves import PLACES, Moved, hidden_moves, move_cell, tally_of
from tests.unit.measure.linear_attack import bounds

P = "xu2025"
NONE, PSEUDO, TRUE, OPEN = (
    "no_new_osteoblastic_lesion",
    "pseudoprogression",
    "true_progression",
    "indeterminate",
)


def moved(moves: dict[tuple[str | None, str | None], int]) -> dict[object, int | None]:
    """Return what is told of moves beside both flows, whose own small counts are left out."""
    counted: dict[Moved, int] = {(P, *key): number for key, number in moves.items()}
    tally = tally_of(counted)
    shown = {move_cell(key) for key in counted if key[1] != key[2]}
    flows = {cell for cell in tally.counts if " to " not in cell.group and not tally.is_small(cell, 5)}
    hidden = hidden_moves(tally, shown, flows, 5)
    return {
        key[1:]: None if move_cell(key) in hidden else number
        for key, number in counted.items()
        if move_cell(key) in shown
    }


@pytest.mark.parametrize(("number", "told"), [(4, None), (5, 5), (6, 6)])
def test_who_entered_left_or_changed_is_told_from_the_threshold_on(number: int, told: int | None) -> None:
    stayed = {(NONE, NONE): 90, (PSEUDO, PSEUDO): 40, (OPEN, OPEN): 30}
    found = moved({**stayed, (None, NONE): number, (OPEN, PSEUDO): number, (NONE, None): number})
    assert found == {(None, NONE): told, (OPEN, PSEUDO): told, (NONE, None): told}


def test_a_large_move_is_hidden_where_it_and_the_flows_would_give_a_small_one_away() -> None:
    # Pseudoprogressions went from 40 to 51: who knows that 8 of them were undecided, knows the 3 who entered.
    moves = {(PSEUDO, PSEUDO): 40, (OPEN, OPEN): 60, (NONE, NONE): 90}
    found = moved({**moves, (OPEN, PSEUDO): 8, (None, PSEUDO): 3, (None, OPEN): 9, (None, NONE): 7})
    assert found[None, PSEUDO] is None
    assert found[OPEN, PSEUDO] is None


def test_few_who_stayed_are_not_given_away_by_all_who_went() -> None:
    found = moved(
        {(OPEN, OPEN): 3, (OPEN, PSEUDO): 9, (PSEUDO, PSEUDO): 40, (None, PSEUDO): 6, (None, OPEN): 8}
    )
    # 12 were undecided before: the 9 would leave 3.
    assert found[OPEN, PSEUDO] is None


@pytest.mark.parametrize("seed", range(12))
def test_nothing_hidden_can_be_worked_out_of_what_is_shown_beside_the_flows(seed: int) -> None:
    chance = Random(seed)
    counted: dict[Moved, int] = {}
    for was in (None, *PLACES):
        for now in (None, *PLACES):
            number = chance.choice((0, 0, 0, 2, 4, 7, 12)) if was != now else chance.choice((3, 20, 40))
            if number and (was, now) != (None, None):
                counted[P, was, now] = number
    tally = tally_of(counted)
    shown = {move_cell(key) for key in counted if key[1] != key[2]}
    moves = {move_cell(key) for key in counted}
    flows = {cell for cell in tally.counts if cell not in moves and not tally.is_small(cell, 5)}
    hidden = hidden_moves(tally, shown, flows, 5)
    small = [cell for cell in moves if tally.is_small(cell, 5)]
    assert set(small) <= hidden
    unknown = set(tally.counts) - flows - (shown - hidden)
    for cell in small:
        alone = bounds(tally, set(tally.counts) - flows, cell)
        both = bounds(tally, unknown, cell)
        assert both[1] - both[0] > 0.5 or alone[1] - alone[0] < 0.5, cell
