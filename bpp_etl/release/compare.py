"""Says what is published, and what changed from one release to another and why.

Not here: counting (`changes.py`), finding what moved a number (`movers.py`), stepping back (`shelf.py`).
Counts only: no patient is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from duckdb import BinderException, CatalogException

from bpp_etl.errors import BppError
from bpp_etl.plain_text import table, wrapped
from bpp_etl.release.changes import RowChange, row_changes, selected
from bpp_etl.release.headlines import headlines_told
from bpp_etl.release.movers import Movers
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.connection import Connection, attach_read_only, one_row, opened_read_only

LISTED = (
    "select release_id, strftime(created_at, '%Y-%m-%d %H:%M'), protocols[1],"
    " (select count(*) from quality.delivery where status = 'admitted'),"
    " (select count(*) from quality.delivery where status = 'shut'),"
    " (select count(*) from core.patients),"
    " (select count(*) from event.pseudoprogression where protocol = split_part(protocols[1], ':', 1))"
    " from meta.release"
)
HEADERS = ("", "release", "created (UTC)", "admitted", "shut", "patients", "candidates")


def listed(warehouse: Path) -> str:
    """List every release, oldest first; an asterisk marks the one in service."""
    shelf = Shelf.of(warehouse)
    ids = shelf.ids()
    if not ids:
        return "no release yet; `bpp refresh` makes one"
    in_service = shelf.in_service()
    rows = []
    for release_id in ids:
        with opened_read_only(shelf.folder(release_id) / FILE) as con:
            _, created, _, *counts = one_row(con, LISTED)
        mark = "*" if release_id == in_service else ""
        rows.append((mark, release_id, str(created), *map(str, counts)))
    lines = table(HEADERS, rows, "lllrrrr", indent="", gap=" ")
    told = "* in service" if in_service in ids else "none of these is in service"
    return "\n".join([*lines, f"{told}; admitted and shut count registries"])


def difference(warehouse: Path, before: str, after: str) -> str:
    """Say what changed between two releases, and which registries' rows moved which numbers.

    Errors: NotFoundError where one of them is not there.
    """
    shelf = Shelf.of(warehouse)
    first, second = shelf.folder(before) / FILE, shelf.folder(after) / FILE
    if before == after:
        return f"{before}: a release does not differ from itself"
    with opened_read_only(first) as con:
        attach_read_only(con, second, "later")
        try:
            return "\n".join(_difference(con))
        except (BinderException, CatalogException):
            raise BppError(
                "the two releases hold other tables: versions of the software too far apart made them",
                "compare releases that lie closer together",
            ) from None


def _difference(con: Connection) -> list[str]:
    before, after = (_release(con, catalog) for catalog in ("warehouse", "later"))
    changes = row_changes(con)
    protocols = [name for name in before["protocols"] if name in after["protocols"]]
    lines = [f"{before['release_id']} -> {after['release_id']}"]
    for heading, told in (
        ("Deliveries", _said(_deliveries(con))),
        ("Software, protocols, disclosure", _said(_software(before, after))),
        ("Patients", _patients(con, protocols)),
        ("Rows", _rows(changes)),
    ):
        lines += ["", heading, *(told or ["  no change"])]
    estimates = selected(con, "estimate_change")
    movers = Movers(con, changes)
    for protocol in protocols:
        lines += ["", f"Estimates under {protocol}"]
        lines += headlines_told([row for row in estimates if row["protocol"] == protocol], movers)
    return lines


def _said(sentences: list[str]) -> list[str]:
    return [line for sentence in sentences for line in wrapped(sentence, "  ", hanging="    ")]


def _release(con: Connection, catalog: str) -> dict[str, Any]:
    release_id, protocols, version, threshold, digest = one_row(
        con,
        "select release_id, protocols, code_version, disclosure_threshold, content_digest"
        f" from {catalog}.meta.release",
    )
    return {
        "release_id": release_id,
        "protocols": dict(one.rsplit(":", 1) for one in protocols),
        "code version": version,
        "disclosure threshold": str(threshold),
        "content digest": digest,
    }


def _deliveries(con: Connection) -> list[str]:
    lines = []
    for row in selected(con, "delivery_change"):
        before, after, shut = row["admitted_before"], row["admitted_after"], row["shut_after"]
        told = []
        if before is None and after is not None:
            told.append(f"entered with delivery {after}")
        elif after is None and before is not None:
            told.append(f"left; its delivery was {before}")
        elif before != after:
            told.append(f"delivery {before} -> {after}")
        elif row["has_other_files"]:
            told.append(f"delivery {after} came again with other files or configuration")
        elif row["is_judged_anew"] and after is not None:
            told.append(f"delivery {after} was judged again by other rules")
        if shut != row["shut_before"]:
            stays = f"; {after} stays in service" if after is not None else ""
            told.append(
                f"gate shut for {shut}{stays}" if shut else f"{row['shut_before']} is no longer shut out"
            )
        lines += [f"{row['registry']}: {one}" for one in told]
    return lines


def _software(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    lines = [
        f"{name}: {before[name]} -> {after[name]}"
        for name in ("code version", "disclosure threshold")
        if before[name] != after[name]
    ]
    ours, theirs = before["protocols"], after["protocols"]
    lines += [f"protocol {name}: no longer applied" for name in ours if name not in theirs]
    lines += [f"protocol {name}: newly applied" for name in theirs if name not in ours]
    lines += [
        f"protocol {name}: other parameters" for name in ours if name in theirs and ours[name] != theirs[name]
    ]
    if not lines and before["content digest"] == after["content digest"]:
        lines.append("no change; the content is the same")
    return lines


def _patients(con: Connection, protocols: list[str]) -> list[str]:
    """Count the patients of each protocol who entered, left, or changed place; nobody is named."""
    moves = selected(con, "patient_move", {"protocols": protocols})
    redated = {
        row["protocol"]: row["candidates"] for row in selected(con, "redated", {"protocols": protocols})
    }
    lines = []
    for protocol in protocols:
        told = [_move(row) for row in moves if row["protocol"] == protocol]
        if protocol in redated:
            told.append(f"{redated[protocol]} kept the state, but a date of the call moved")
        lines += [f"  {protocol}", *(f"    {one}" for one in told)] if told else []
    return lines


def _move(row: Mapping[str, Any]) -> str:
    number, was, now = row["patients"], row["place_before"], row["place_after"]
    if was is None:
        return f"{number} entered: {now}"
    return f"{number} left: {was}" if now is None else f"{number} changed: {was} -> {now}"


def _rows(changes: list[RowChange]) -> list[str]:
    """Lay out which rows of which registry's table differ."""
    rows = [
        (
            change.registry,
            change.table,
            f"{change.admitted_before} -> {change.admitted_after}",
            *(str(number or "") for number in (change.added, change.corrected, change.gone)),
            _arrow(change.refused_before, change.refused_after),
        )
        for change in changes
    ]
    headers = ("registry", "table", "admitted", "added", "corrected", "gone", "refused")
    return table(headers, rows, "llrrrrr", gap=" ") if rows else []


def _arrow(before: int, after: int) -> str:
    return str(before) if before == after else f"{before} -> {after}"
