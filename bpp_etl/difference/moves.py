"""Counts patients who entered, left or changed place in the flow between two releases.

Not here: words, and which of them may leave the house (`bpp_etl/disclosure/moves.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bpp_etl.difference.changes import selected
from bpp_etl.warehouse.connection import Connection


@dataclass(frozen=True)
class Move:
    """Patients who went from one place of the flow to another; None is outside."""

    protocol: str
    was: str | None
    now: str | None
    patients: int


def patient_moves(con: Connection, protocols: Sequence[str]) -> list[Move]:
    """Count the moves between the releases attached as `warehouse` and `later`; who stayed is no move."""
    return [
        Move(row["protocol"], row["place_before"], row["place_after"], int(row["patients"]))
        for row in selected(con, "patient_move", {"protocols": list(protocols)})
        if row["place_before"] != row["place_after"]
    ]
