"""What a release tells of the time before: releases, deliveries, how often rules decided, deeds, what moved.

Not here: comparing two releases (`bpp_etl/difference`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from bpp_etl.difference.releases import Difference, difference_since
from bpp_etl.errors import BppError
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.audit import FIELDS, noted
from bpp_etl.warehouse.connection import Connection, attach_read_only, quoted
from bpp_etl.warehouse.ddl import insert_rows
from bpp_etl.warehouse.layout import columns_known, columns_there, lacking
from bpp_etl.warehouse.select import Select, read_select
from schemas.contract import columns_of
from schemas.metrics import HEADLINES
from schemas.release_quality import HISTORY_TABLES, Change

PACKAGE = "bpp_etl.release"


def carry_history(con: Connection, shelf: Shelf) -> str | None:
    """Copy what the release before holds, and return its id; its own rows are added once this one has an id.

    The release before is the newest of which every file is its own: what is damaged is carried no further.
    """
    newest = shelf.newest_whole()
    if newest is None:
        return None
    attach_read_only(con, shelf.folder(newest) / FILE, "before")
    known = columns_known(con, ["before"])
    for table, contract in HISTORY_TABLES.items():
        # A release of an earlier version may not have had the table yet, or not all of it.
        if lacking(con, [("quality", table, contract)], "before") is None:
            relation = f"quality.{quoted(table)}"
            columns = columns_there(known["before", "quality", table], contract)
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


def compare(con: Connection, before: Path | None) -> Difference | str | None:
    """Write what moved since the release before, and return what changed, or why the two cannot be compared.

    The open release must be described in `meta.release`. Without a release before there is nothing to tell.
    """
    if before is None:
        return None
    try:
        found = difference_since(con, before)
    except BppError as error:
        # A comparison that fails says so in the report; it is no reason to hold a release back.
        return error.message
    write_changes(con, found)
    return found


def withdrawn_in(found: Difference | str | None) -> Mapping[str, int]:
    """Return of how many patients a call was withdrawn, by protocol; none where nothing could be compared."""
    return found.withdrawn if isinstance(found, Difference) else {}


def write_changes(con: Connection, found: Difference) -> None:
    """Write the numbers that moved."""
    insert_rows(con, "quality", "change", list(_change_rows(found)))


def _change_rows(found: Difference) -> Iterator[list[object]]:
    for row, by in found.numbers:
        told = {
            **row,
            "release_before": found.before,
            "is_headline": (row["metric"], row["stratum"]) in HEADLINES,
            "registries": list(by.registries),
            "causes": list(by.causes),
            "moved_by": list(by.told),
        }
        yield [told[column.name] for column in columns_of(Change)]


def write_audit(con: Connection, warehouse: Path) -> None:
    """Copy what was done to the warehouse up to now."""
    rows = []
    for told in noted(warehouse):
        done_at = dt.datetime.fromisoformat(told["done_at"]).astimezone(dt.UTC).replace(tzinfo=None)
        rows.append((told["position"], done_at, *(told[name] for name in FIELDS if name != "done_at")))
    insert_rows(con, "quality", "audit", rows)
