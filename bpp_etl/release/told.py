"""Says what is published, whether it is whole, and what changed from one release to another and why.

Not here: finding what changed (`bpp_etl/difference`) or is damaged (`seal.py`), and stepping back
(`shelf.py`). No patient is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.difference.headlines import headlines_told
from bpp_etl.difference.moves import Move
from bpp_etl.difference.releases import Difference, difference_of
from bpp_etl.errors import BppError, DamagedError, NotFoundError, OtherVersionError, UsageError
from bpp_etl.events import Window
from bpp_etl.pages.plain_text import table, wrapped
from bpp_etl.release.readable import ensure_readable
from bpp_etl.release.seal import REWRITTEN, differences_in
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.connection import one_row, opened_read_only

LISTED = (
    "select first_line_from, first_line_to, strftime(created_at, '%Y-%m-%d %H:%M'),"
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
    notes: list[str] = []
    in_service: str | None = None
    try:
        in_service = shelf.in_service()
    except BppError as error:
        notes += wrapped(f"{error.message}: {error.hint}", hanging="  ")
    rows: list[tuple[str, ...]] = []
    for release_id in ids:
        mark = "*" if release_id == in_service else ""
        try:
            anew = shelf.manifest(release_id).get(REWRITTEN, [])
            first, last, created, *counts = _row_of(shelf.folder(release_id) / FILE)
        except BppError as error:
            what = "other version" if isinstance(error, OtherVersionError) else "damaged"
            rows.append((mark, release_id, what, "", "", "", ""))
            notes += wrapped(f"{release_id}: {error.message}; {error.hint}", hanging="  ")
            continue
        rows.append((mark, release_id, str(created), *map(str, counts)))
        window = Window(first, last)
        if not window.is_open:
            notes += wrapped(f"{release_id}: only patients whose line 1 started {window.told}", hanging="  ")
        if anew:
            day, why = anew[-1]["at"][:10], anew[-1]["why"]
            notes += wrapped(f"{release_id}: made anew on {day}, {why}", hanging="  ")
    lines = table(HEADERS, rows, "lllrrrr", indent="", gap=" ")
    served = "* in service" if in_service in ids else "none of these is in service"
    return "\n".join([*lines, f"{served}; admitted and shut count registries", *notes])


def _row_of(path: Path) -> tuple[Any, ...]:
    damaged = DamagedError(f"{path.name} cannot be read", "`bpp releases verify` says more")
    try:
        with opened_read_only(path) as con:
            ensure_readable(con)
            return one_row(con, LISTED)
    except OtherVersionError:
        raise
    except (DamagedError, duckdb.Error):
        raise damaged from None


def difference(warehouse: Path, before: str | None = None, after: str | None = None) -> str:
    """Say what changed between two releases, the last two if none is named, and whose rows moved what.

    Errors: NotFoundError where one of them is not there, DamagedError where one cannot be read, UsageError
    where only one is named.
    """
    shelf = Shelf.of(warehouse)
    if before is None or after is None:
        if before is not None:
            raise UsageError("a difference is between two releases", "name both, or none for the last two")
        ids = shelf.ids()
        if len(ids) < 2:
            raise NotFoundError(
                f"there {'is one release' if ids else 'is no release'}: nothing to compare",
                "`bpp refresh` makes the next one",
            )
        before, after = ids[-2:]
    before, after = shelf.named(before), shelf.named(after)
    files = [shelf.folder(one) / FILE for one in (before, after)]
    if before == after:
        return f"{before}: a release does not differ from itself"
    for path in files:
        _row_of(path)
    return "\n".join(_told(difference_of(*files)))


def verified(warehouse: Path, release_id: str | None = None) -> tuple[str, bool]:
    """Say of a release, or of all and the file in service, whether each file is its own; and whether all are.

    Errors: NotFoundError where there is no such release.
    """
    shelf = Shelf.of(warehouse)
    lines, is_whole = [], True
    for one in shelf.ids() if release_id is None else (shelf.named(release_id),):
        found = differences_in(shelf.releases / one)
        is_whole = is_whole and not found
        lines += [f"{one}: {name} {what}" for name, what in found.items()] or [f"{one}: whole"]
    if release_id is None and shelf.ids():
        what = shelf.damage_in_service()
        is_whole = is_whole and what is None
        lines.append(f"in service: {FILE} {what or 'is that of its release'}")
    return "\n".join(lines or ["no release yet; `bpp refresh` makes one"]), is_whole


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
