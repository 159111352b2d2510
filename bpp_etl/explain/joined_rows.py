"""Which further rows of an export belong to a row that an adapter made of several: those of the same patient.

Not here: the row or document that leads (`row_origin.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bpp_etl.landing.deliveries import DOCUMENTS
from bpp_etl.reading.raw_tables import SOURCE
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.select import named_rows

PATIENT_COLUMNS = ("patient_id", "person_id", "usubjid", "subject", "patient_id_number")
"""How the sources of adapters call the column that says whose a row is."""
OF_A_DAY = 8
"""A cell that is shorter, such as a number or a status, is in too many rows to say which it came of."""
MOST_NAMED = 8
MOST_SOUGHT = 1000
"""So many rows of a patient in one source are looked into."""


@dataclass(frozen=True)
class Joined:
    """The rows that a cell stands in, by the column of ours; and those of the patient, source by source."""

    filled_by: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[str, ...] = ()


def joined_rows(
    con: Connection,
    sources: Sequence[str],
    cells: Mapping[str, str | None],
    own: Mapping[str, str],
    place: tuple[str, int],
) -> Joined:
    """Find the rows of `sources` that are of the patient of a row with these `cells`.

    `own` are the cells of the row of the export that leads, and `place` its file and number: what stands in
    them is not looked for, and the row is not told again.
    """
    whose = cells.get("patient_id") or next((own[one] for one in PATIENT_COLUMNS if one in own), None)
    if not whose:
        return Joined()
    known = [text[: len(cell)] for text in own.values() for cell in cells.values() if cell]
    sought = {
        column: cell
        for column, cell in cells.items()
        if cell and len(cell) >= OF_A_DAY and column != "patient_id" and cell not in known
    }
    filled: dict[str, str] = {}
    told = []
    for source in sources:
        found = [
            row for row in _rows_of(con, source, whose) if (row["file"], row["file_row_number"]) != place
        ]
        for column, cell in sought.items():
            if column not in filled and (at := _standing_in(found, cell)):
                filled[column] = f"from {_listed(at)}"
        if found:
            told.append(f"{source}: {_listed(found)}")
    return Joined(filled, tuple(told))


def _rows_of(con: Connection, source: str, whose: str) -> list[dict[str, object]]:
    """Read the rows of a source that name a patient, by id or by a reference that ends in it."""
    relation = f"{SOURCE}.{quoted(source)}"
    names = {str(name) for name, *_ in con.execute(f"describe {relation}").fetchall()}
    column = next((one for one in PATIENT_COLUMNS if one in names), None)
    if column is None:
        return []
    text = f"trim({quoted(column)})"
    return named_rows(
        con.execute(
            f"select * from {relation} where {text} = $id or ends_with({text}, '/' || $id)"
            f" or ends_with({text}, ':' || $id) order by row_number limit $most",
            {"id": whose.rpartition("/")[2], "most": MOST_SOUGHT},
        )
    )


def _standing_in(rows: Iterable[Mapping[str, object]], cell: str) -> list[Mapping[str, object]]:
    """Find the rows in which a cell says the same, or the same and a time of day."""
    return [
        row
        for row in rows
        if any(isinstance(value, str) and value.strip().startswith(cell) for value in row.values())
    ]


def _listed(rows: Sequence[Mapping[str, object]]) -> str:
    """List rows by file and number, the first of many."""
    return ", ".join(_by_file(rows))


def _by_file(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    numbers: dict[str, list[str]] = {}
    for row in rows:
        numbers.setdefault(str(row["file"]), []).append(str(row["file_row_number"]))
    for file, those in numbers.items():
        word = "document" if file.endswith(tuple(f".{ending}" for ending in DOCUMENTS)) else "row"
        more = f" and {len(those) - MOST_NAMED} more" if len(those) > MOST_NAMED else ""
        yield f"{file}, {word}{'s' if len(those) > 1 else ''} {', '.join(those[:MOST_NAMED])}{more}"
