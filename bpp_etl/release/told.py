"""Says what is published, and what changed from one release to another and why.

Not here: finding what changed (`bpp_etl/difference`), and stepping back (`shelf.py`). No patient is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bpp_etl.difference.headlines import headlines_told
from bpp_etl.difference.moves import Move
from bpp_etl.difference.releases import Difference, difference_of
from bpp_etl.pages.plain_text import table, wrapped
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.connection import one_row, opened_read_only

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
    served = "* in service" if in_service in ids else "none of these is in service"
    return "\n".join([*lines, f"{served}; admitted and shut count registries"])


def difference(warehouse: Path, before: str, after: str) -> str:
    """Say what changed between two releases, and which registries' rows moved which numbers.

    Errors: NotFoundError where one of them is not there.
    """
    shelf = Shelf.of(warehouse)
    first, second = shelf.folder(before) / FILE, shelf.folder(after) / FILE
    if before == after:
        return f"{before}: a release does not differ from itself"
    return "\n".join(_told(difference_of(first, second)))


def _told(found: Difference) -> list[str]:
    lines = [f"{found.before} -> {found.after}"]
    for heading, told in (
        ("Deliveries", _said(f"{registry}: {told}" for registry, told in found.deliveries)),
        ("Software, protocols", _said(found.software)),
        ("Patients", _patients(found)),
        ("Rows", _rows(found)),
    ):
        lines += ["", heading, *(told or ["  no change"])]
    for protocol, headlines in found.headlines.items():
        lines += ["", f"Estimates under {protocol}", *headlines_told(headlines)]
    return lines


def _said(sentences: Iterable[str]) -> list[str]:
    return [line for sentence in sentences for line in wrapped(sentence, "  ", hanging="    ")]


def _patients(found: Difference) -> list[str]:
    """Count the patients of each protocol who entered, left, or changed place; nobody is named."""
    lines = []
    for protocol in found.protocols:
        told = [_move(move) for move in found.moves if move.protocol == protocol]
        if protocol in found.redated:
            told.append(f"{found.redated[protocol]} kept the state, but a date of the call moved")
        lines += [f"  {protocol}", *(f"    {one}" for one in told)] if told else []
    return lines


def _move(move: Move) -> str:
    number = move.patients
    if move.was is None:
        return f"{number} entered: {move.now}"
    return f"{number} left: {move.was}" if move.now is None else f"{number} changed: {move.was} -> {move.now}"


def _rows(found: Difference) -> list[str]:
    """Lay out which rows of which registry's table differ."""
    rows = [
        (
            change.registry,
            change.table,
            f"{change.admitted_before} -> {change.admitted_after}",
            *(str(number) if number else "" for number in (change.added, change.corrected, change.gone)),
            _arrow(change.refused_before, change.refused_after),
        )
        for change in found.rows
    ]
    headers = ("registry", "table", "admitted", "added", "corrected", "gone", "refused")
    return table(headers, rows, "llrrrrr", gap=" ") if rows else []


def _arrow(before: int, after: int) -> str:
    return str(before) if before == after else f"{before} -> {after}"
