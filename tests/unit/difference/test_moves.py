"""Moves of patients between two releases: every one is counted, a single patient's too.

Not here: the words of a comparison (`test_compare.py`).
"""

from __future__ import annotations

from bpp_etl.difference.changes import CATALOGS, selected
from bpp_etl.difference.moves import Move, patient_moves
from bpp_etl.warehouse.connection import Connection, in_memory

Moves = dict[tuple[str, str | None, str | None], int]
P = "xu2025"
NONE, PSEUDO, TRUE, OPEN = (
    "no_new_osteoblastic_lesion",
    "pseudoprogression",
    "true_progression",
    "indeterminate",
)


def write(con: Connection, moves: Moves) -> None:
    """Write two releases that hold no more than the flow of patients."""
    for side, catalog in enumerate(CATALOGS, start=1):
        con.execute(f"attach ':memory:' as {catalog}")
        con.execute(f"create schema {catalog}.event")
        con.execute(
            f"create table {catalog}.event.patient_flow"
            " (registry text, patient_id text, protocol text, state text, left_at text)"
        )
        for key, number in moves.items():
            place = key[side]
            if place is None:
                continue
            for patient in range(number):
                state, left_at = (place, "candidate") if place in (PSEUDO, TRUE, OPEN) else (None, place)
                name = f"{key[1]}/{key[2]}/{patient}"
                con.execute(
                    f"insert into {catalog}.event.patient_flow values ('a', ?, ?, ?, ?)",
                    [name, key[0], state, left_at],
                )


def moved(moves: dict[tuple[str | None, str | None], int]) -> dict[object, int]:
    with in_memory() as con:
        write(con, {(P, *key): number for key, number in moves.items()})
        found = patient_moves(con, [P])
    assert all(isinstance(move, Move) and move.protocol == P for move in found)
    return {(move.was, move.now): move.patients for move in found}


def test_who_entered_left_or_changed_is_counted_and_one_patient_too() -> None:
    stayed = {(NONE, NONE): 9, (PSEUDO, PSEUDO): 4, (TRUE, TRUE): 2}
    went = {(None, NONE): 1, (OPEN, PSEUDO): 2, (NONE, None): 6}
    assert moved({**stayed, **went}) == went


def test_who_stayed_is_no_move() -> None:
    assert moved({(OPEN, OPEN): 20}) == {}


def test_a_call_that_is_another_or_gone_is_withdrawn_but_not_with_its_registry() -> None:
    places = (None, NONE, PSEUDO, TRUE, OPEN)
    with in_memory() as con:
        write(con, {(P, was, now): 1 for was in places for now in places if was or now})
        # Of each call: none left, four other places. The same of another registry, which is gone.
        con.execute(
            "insert into earlier.event.patient_flow"
            " select 'gone', * exclude registry from earlier.event.patient_flow"
        )
        assert selected(con, "withdrawn", {"protocols": [P]}) == [{"protocol": P, "patients": 8}]
        assert selected(con, "withdrawn", {"protocols": ["another"]}) == []
