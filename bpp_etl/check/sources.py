"""What an adapter reads of a delivery: files of which names, and what their rows are.

Not here: counting them, which each adapter does, and what a release says of them
(`bpp_etl/admission/record.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.adapters import AdapterError
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.errors import UsageError, shown
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.pages.plain_text import joined
from bpp_etl.reading.inputs import adapter_of
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, is_there, quoted


@dataclass(frozen=True)
class SourceRows:
    """The rows of one source that mean the same, and the table that they come into; None is no table."""

    source: str
    rows: int
    meaning: str
    table: str | None


def source_rows_in(con: Connection) -> tuple[SourceRows, ...]:
    """Read what an adapter counted in an open working file; nothing where none read the delivery."""
    if not is_there(con, "raw", SOURCE_ROWS):
        return ()
    found = con.execute(
        f"select source, source_rows, meaning, table_name from raw.{quoted(SOURCE_ROWS)}"
        " where source_rows > 0 order by source, table_name nulls last, meaning"
    ).fetchall()
    return tuple(
        SourceRows(str(source), int(rows), str(meaning), table) for source, rows, meaning, table in found
    )


def reads_in_words(read: ReadDelivery, delivery: Delivery) -> str:
    """Say which files the format of a delivery reads, and where more is written on it; nothing of our own."""
    try:
        adapter = adapter_of(read.config, delivery)
    except (AdapterError, UsageError):
        return ""
    if adapter is None:
        return ""
    if adapter.documents is not None:
        names = [f"*.{ending}" for ending in adapter.documents.endings]
    else:
        names = [name for source in adapter.sources for name in (source.name, *source.files)]
    stated = dict.fromkeys(path.partition(".")[0] for path in adapter.settings)
    may = (
        f" [{shown(adapter.name)}] of registry.toml may state {joined([*map(shown, stated)])};"
        if stated
        else ""
    )
    return (
        f"{shown(adapter.name)} reads {', '.join(map(shown, names))}, and side tables named as our tables;"
        f"{may} {shown(adapter.page)} says more"
    )
