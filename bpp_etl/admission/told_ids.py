"""What the cells of ids say: in a table that spills, and handed to Python so many at once.

A registry has as many ids as patients and scans: held in Python they took a gigabyte of two hundred thousand
patients. Not here: how a cell is read (`bpp_etl/harmonise/id_cells.py`), and what becomes of an id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from bpp_etl.gate.row_numbers import shown
from bpp_etl.harmonise.id_cells import with_ids
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from schemas.tables import DELIVERABLE

READ = "read_id"
"""The temporary table: of which place, in which column of ids, which cell, and what it says."""
AT_ONCE = 100_000


def make_read_ids(con: Connection) -> None:
    """Make the table of what is read, empty."""
    con.execute(
        f"create or replace temp table {READ} (place varchar, id_column varchar, cell varchar, told varchar)"
    )


def read_ids(
    con: Connection, place: str, relation: str, table: str, column: str, config: RegistryConfig
) -> None:
    """Read each different cell of a column of ids as the gate does; empty ones are not among them."""
    name = quoted(column)
    cells = f"(select distinct {name} from {relation} where {name} is not null)"
    told = with_ids(DELIVERABLE[table], (column,), config, cells)
    con.execute(
        f"insert into temp.{READ} select {literal(place)}, {literal(column)}, {name}, t_{column}"
        f" from {told.sql} where t_{column} is not null",
        told.parameters,
    )


def in_batches(con: Connection, table: str) -> Iterator[list[str]]:
    """Hand out `told` of a temporary table that nothing was removed from; between two others may be asked."""
    rows = count_of(con, f"select count(*) from temp.{table}")
    for first in range(0, rows, AT_ONCE):
        told = con.execute(
            f"select told from temp.{table} where rowid >= {first} and rowid < {first + AT_ONCE}"
        )
        yield [str(one) for (one,) in told.fetchall()]


def put_ids(con: Connection, table: str, column: str, *texts: Sequence[str]) -> None:
    """Append rows to a temporary table: the column of ids, and texts that stand beside one another."""
    if not texts[0]:
        return
    frame = pl.DataFrame([pl.Series(f"text_{place}", told, pl.String) for place, told in enumerate(texts)])
    with shown(con, "put_ids", frame):
        con.execute(
            f"insert into temp.{table} select {literal(column)}, {', '.join(frame.columns)} from put_ids"
        )
