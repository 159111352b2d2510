"""What needs a person, as a release's deliveries say: gates that are shut, and what everyone is told.

Only what the release was made of decides, so that the same release has the same page. How the warehouse is
now says `bpp status`. Not here: every rule and its rows (`quality.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.figures import Code, Piece, text
from bpp_etl.report.sections.beside_counts import unanswered_of
from bpp_etl.report.tables import ReleaseTables

CHECK = "its part in Data quality says which rows, and how to mend each"
ASK = "ask the registry; where it is right, it is accepted by a waiver"


@dataclass(frozen=True)
class Need:
    """One thing: where more of it stands, what was found, and what to do."""

    href: str
    registry: str
    what: Piece
    do: str


def needs(tables: ReleaseTables) -> tuple[Need, ...]:
    """List what needs a person: shut gates first, then what everyone is told of admitted deliveries."""
    found = []
    rows = sorted(
        tables["quality.delivery"].rows, key=lambda row: (row["status"] == "admitted", row["registry"])
    )
    for row in rows:
        of, delivery = str(row["registry"]), Code(row["delivery"])
        if row["status"] == "admitted":
            found += [
                Need(f"registry-{of}", of, text(delivery, f": {told}"), ASK)
                for told in (*row["warnings"], *unanswered_of(row))
            ]
        else:
            why = "; ".join(row["messages"])
            found.append(Need(f"registry-{of}", of, text("gate shut for ", delivery, f": {why}"), CHECK))
    return tuple(found)
