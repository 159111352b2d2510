"""Moves of patients between two releases: small ones are hidden, and nothing shown gives them away.

Not here: the words of a comparison (`test_compare.py`).
"""

from __future__ import annotations

from random import Random

import pytest

from bpp_etl.difference.moves import PLACES, Move, Moved, hidden_moves, move_cell, patient_moves, tally_of
from bpp_etl.warehouse.connection import Connection, in_memory
from tests.unit.measure.linear_attack import bounds

P = "xu2025"
NONE, PSEUDO, TRUE, OPEN = (
    "no_new_osteoblastic_lesion",
    "pseudoprogression",
    "true_progression",
    "indeterminate",
)


def write(con: Connection, moves: dict[Moved, int]) -> None:
    """Write two releases that hold no more than the flow of patients, and publish both flows."""
    for catalog, side in (("warehouse", 1), ("later", 2)):
        con.execute(f"attach ':memory:' as {catalog}")
        con.execute(f"create schema {catalog}.event")
        con.execute(f"create schema {catalog}.metric")
        con.execute(
            f"create table {catalog}.event.patient_flow"
            " (registry text, patient_id text, protocol text, state text, left_at text)"
        )
        con.execute(
            f"create table {catalog}.metric.flow (protocol text, stratum text, step text, patients bigint)"
        )
        flow = dict.fromkeys(PLACES, 0)
        for key, number in moves.items():
            place = key[side]
            if place is None:
                continue
            flow[place] += number
            for patient in range(number):
                state, left_at = (place, "candidate") if place in (PSEUDO, TRUE, OPEN) else (None, place)
                name = f"{key[1]}/{key[2]}/{patient}"
                con.execute(
                    f"insert into {catalog}.event.patient_flow values ('a', ?, ?, ?, ?)",
                    [name, key[0], state, left_at],
                )
        for step, number in flow.items():
            con.execute(
                f"insert into {catalog}.metric.flow values (?, 'all', ?, ?)",
                [P, step, None if 0 < number < 5 else number],
            )


def moved(moves: dict[tuple[str | None, str | None], int], threshold: int = 5) -> dict[object, int | None]:
    with in_memory() as con:
        write(con, {(P, *key): number for key, number in moves.items()})
        found = patient_moves(con, [P], threshold)
    assert all(isinstance(move, Move) and move.protocol == P for move in found)
    return {(move.was, move.now): move.patients for move in found}


@pytest.mark.parametrize(("number", "told"), [(4, None), (5, 5), (6, 6)])
def test_who_entered_left_or_changed_is_told_from_the_threshold_on(number: int, told: int | None) -> None:
    stayed = {(NONE, NONE): 90, (PSEUDO, PSEUDO): 40, (OPEN, OPEN): 30}
    found = moved({**stayed, (None, NONE): number, (OPEN, PSEUDO): number, (NONE, None): number})
    assert found == {(None, NONE): told, (OPEN, PSEUDO): told, (NONE, None): told}


def test_without_disclosure_control_every_move_is_told() -> None:
    assert moved({(OPEN, OPEN): 20, (OPEN, PSEUDO): 1}, threshold=0) == {(OPEN, PSEUDO): 1}


def test_who_stayed_is_no_move() -> None:
    assert moved({(OPEN, OPEN): 20}) == {}


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
