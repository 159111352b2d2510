"""What a release tells of the time before it: releases, their deliveries, how often each rule decided, deeds.

Not here: comparing two releases (`told.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.audit import FIELDS, noted
from bpp_etl.warehouse.connection import Connection, attach_read_only, quoted
from bpp_etl.warehouse.ddl import insert_rows
from bpp_etl.warehouse.layout import columns_there, lacking
from bpp_etl.warehouse.select import Select, read_select
from schemas.quality import HISTORY_TABLES

PACKAGE = "bpp_etl.release"


def carry_history(con: Connection, shelf: Shelf) -> str | None:
    """Copy what the release before holds, and return its id; its own rows are added once this one has an id.

    The release before is the newest of which every file is its own: what is damaged is carried no further.
    """
    newest = shelf.newest_whole()
    if newest is None:
        return None
    attach_read_only(con, shelf.folder(newest) / FILE, "before")
    for table, contract in HISTORY_TABLES.items():
        # A release of an earlier version may not have had the table yet, or not all of it.
        if lacking(con, [("quality", table, contract)], "before") is None:
            relation = f"quality.{quoted(table)}"
            columns = columns_there(con, f"before.{relation}", contract)
            con.execute(f"insert into {relation} by name select {columns} from before.{relation}")
    con.execute("detach before")
    return newest


def add_to_history(con: Connection, release_id: str) -> None:
    """Add this release's own rows."""
    for table in HISTORY_TABLES:
        con.execute(
            f"insert into quality.{quoted(table)} by name {read_select(Select(PACKAGE, table))}",
            {"release_id": release_id},
        )


def write_audit(con: Connection, warehouse: Path) -> None:
    """Copy what was done to the warehouse up to now."""
    rows = []
    for told in noted(warehouse):
        done_at = dt.datetime.fromisoformat(told["done_at"]).astimezone(dt.UTC).replace(tzinfo=None)
        rows.append((told["position"], done_at, *(told[name] for name in FIELDS if name != "done_at")))
    insert_rows(con, "quality", "audit", rows)
