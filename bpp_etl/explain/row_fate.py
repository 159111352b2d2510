"""A row that is asked for, and what the kept releases did with it, in words.

Not here: finding it as it was delivered (`delivered_row.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from bpp_etl.errors import BppError, shown
from bpp_etl.explain.row_origin import Origin
from bpp_etl.pages.plain_text import joined
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.settings import Places
from bpp_etl.warehouse.connection import Connection, attach_read_only, in_memory, quoted
from schemas.rules import rule_of


@dataclass(frozen=True)
class Which:
    """The row that is asked for: its number in the table, or in the file that is named."""

    registry: str
    delivery: str
    table: str
    number: int
    file: str | None = None

    @property
    def told(self) -> str:
        """Name it."""
        where = "" if self.file is None else f" of {shown(self.file)}"
        return f"{self.registry} {self.delivery}: {self.table}, row {self.number}{where}"


@dataclass(frozen=True)
class DeliveredRow:
    """A row of raw text: file and number there, the number in core, its cells, and where these come from."""

    file: str
    file_row_number: int
    row_number: int
    cells: Mapping[str, str | None]
    origin: Origin


BROKEN = "columns('^broken_(rules|columns)$')"
"""What quarantine says of a refused row: its rules, and the columns they are about where it has those."""


def in_quarantine(table: str, rules: Sequence[str], columns: Sequence[str] | None = None) -> list[str]:
    """Say that a row is in quarantine, by which rules, and which columns they are about."""
    head = f"refused: in quarantine.{table}"
    if list(rules) == ["duplicate_row"]:
        head = f"refused as a copy of a row before it: in quarantine.{table}"
    about = [f"  about {joined(columns)}"] if columns else []
    return [head, *about, *(f"  - {one}: {rule_of(table, one).mend}" for one in rules)]


def in_core(table: str, flags: Sequence[str]) -> list[str]:
    """Say that a row is in core, and how it is flagged."""
    return [f"admitted: in core.{table}", *(f"  - flagged: {one}" for one in flags)]


def published_fate(
    places: Places, which: Which, file: str | None, file_row_number: int, row_number: int
) -> Iterator[str]:
    """Say what the kept releases that hold the delivery did with a row, oldest first."""
    shelf = Shelf.of(places.warehouse)
    for release_id in shelf.ids():
        try:
            with in_memory() as con:
                attach_read_only(con, shelf.releases / release_id / FILE, "published")
                found = _in_release(con, which, file, file_row_number, row_number)
        except (BppError, duckdb.Error):
            continue
        if found:
            yield "\n".join([*found, f"  (release {release_id})"])


def _in_release(
    con: Connection, which: Which, file: str | None, file_row_number: int, row_number: int
) -> list[str]:
    given = {"registry": which.registry, "delivery": which.delivery}
    refused = con.execute(
        f"select {BROKEN} from published.quarantine.{quoted(which.table)} where registry = $registry"
        " and delivery = $delivery and row_number = $number and file = coalesce($file, file)",
        given | {"number": file_row_number, "file": file},
    ).fetchall()
    admitted = con.execute(
        f"select core.flags from published.core.{quoted(which.table)} as core"
        " join published.quality.delivery as sent"
        " on sent.registry = core.registry and sent.status = 'admitted'"
        " where core.registry = $registry and sent.delivery = $delivery and core.row_number = $number",
        given | {"number": row_number},
    ).fetchall()
    told = [line for broken in refused for line in in_quarantine(which.table, *broken)]
    return told or [line for (flags,) in admitted for line in in_core(which.table, flags)]
