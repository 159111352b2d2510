"""Exports a release: into a folder that is the owner's alone, and is there whole or not at all.

Not here: what a format writes (`formats.py` lists them). What is exported holds patients.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bpp_etl.errors import NotFoundError, UsageError, shown
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.events.window import Window
from bpp_etl.export.format import OPTIONS, Format, Source, Written
from bpp_etl.export.formats import format_named
from bpp_etl.identity.erased import nobody_erased_since
from bpp_etl.pages.plain_text import counted
from bpp_etl.release.inputs import ensure_shipped, told_protocols
from bpp_etl.release.lease import builder, is_left_behind
from bpp_etl.release.readable import ensure_readable
from bpp_etl.release.seal import ensure_sealed, sha256_of
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.audit import note
from bpp_etl.warehouse.connection import Connection, literal, one_row, one_value, opened_read_only, room_for

INDEX = "export.json"
MOST_NAMED = 12
"""So many tables are named; `export.json` names more."""
SPILL = ".spill"
JUDGED = "select protocol from meta.protocol where kind = 'event' order by position"
KEPT_IN_THE_HOUSE = "This export holds patients and stays in the house; `bpp share` makes what may leave it."
SYNTHETIC = "synthetic: there are no such patients"
OWNER_FOLDER, OWNER_FILE = 0o700, 0o600

Say = Callable[[str], object]


@dataclass(frozen=True)
class Exported:
    """An export that was made: where, of which release, which tables, what is not as in the release."""

    folder: Path
    release_id: str
    format: str
    tables: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def told(self) -> str:
        """Say it in lines."""
        tables = counted(len(self.tables), "table")
        if len(self.tables) <= MOST_NAMED:
            tables += f" ({', '.join(self.tables)})"
        what = f"{self.format} of release {self.release_id}, {tables}: {self.folder}"
        return "\n".join((what, *self.notes, KEPT_IN_THE_HOUSE))


def export_release(
    warehouse: Path,
    target: Path,
    format_name: str,
    release_id: str | None = None,
    *,
    protocol: str | None = None,
    with_quarantine: bool = False,
    without_age: bool = False,
    now: dt.datetime,
    say: Say = lambda _: None,
) -> Exported:
    """Write a release, the one in service if none is named, into a new folder, in one of `FORMATS`.

    `protocol` is a name or file of one that the release was made by; else its first. Errors: UsageError where
    the format, an option for it or the protocol is not to be had, or the folder is taken; NotFoundError where
    there is no such release; DamagedError where it is not as published.
    """
    chosen, target = format_named(format_name), target.resolve()
    _ensure_taken_options(chosen, protocol, with_quarantine=with_quarantine, without_age=without_age)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{shown(str(target))} is taken", "name a new folder with --to")
    shelf = Shelf.of(warehouse)
    found = shelf.named(release_id) if release_id else shelf.in_service()
    if found is None:
        raise NotFoundError("there is no release to export", "`bpp refresh` makes one")
    kept = shelf.folder(found)
    with nobody_erased_since(warehouse):
        say("verifying the release")
        ensure_sealed(kept)
        building = _folder_beside(target)
        try:
            with room_for(building), opened_read_only(kept / FILE) as con:
                # What does not fit into memory names patients too: it spills where it is cleared away.
                con.execute(f"set temp_directory = {literal(str(building / SPILL))}")
                ensure_readable(con)
                source = _source(con, chosen, protocol, with_quarantine, without_age)
                say(f"writing {chosen.name}")
                written = _with_head(source, chosen.write(source, building))
                shutil.rmtree(building / SPILL, ignore_errors=True)
                _write_index(building, chosen, source, written, now)
            _close_to_others(building)
            note(warehouse, "export", release_id=found, detail=chosen.name)
            os.replace(building, target)  # noqa: PTH105
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return Exported(target, found, chosen.name, tuple(one.name for one in written.tables), written.notes)


def _with_head(source: Source, written: Written) -> Written:
    """Say of made-up patients that they are, first of all."""
    return replace(written, notes=(SYNTHETIC, *written.notes)) if source.is_synthetic else written


def _ensure_taken_options(
    chosen: Format, protocol: str | None, *, with_quarantine: bool, without_age: bool
) -> None:
    asked = {"protocol": protocol is not None, "with_quarantine": with_quarantine, "without_age": without_age}
    for name, is_asked in asked.items():
        if is_asked and name not in chosen.options:
            raise UsageError(f"{chosen.name} takes no {OPTIONS[name]}", "leave it out")


def _folder_beside(target: Path) -> Path:
    """Make the folder to write to, beside the target; remove those whose writers were killed."""
    before = f".{target.name}.building-"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.iterdir():
            if left.name.startswith(before) and is_left_behind(left, left.name.removeprefix(before)):
                shutil.rmtree(left, ignore_errors=True)
        building = target.parent / f"{before}{builder()}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(mode=OWNER_FOLDER)
    except OSError as error:
        raise UsageError(
            f"{shown(str(target))} cannot be written to: {error.strerror or type(error).__name__}",
            "name another folder with --to",
        ) from None
    return building


def _source(
    con: Connection, chosen: Format, protocol: str | None, with_quarantine: bool, without_age: bool
) -> Source:
    release_id, is_synthetic = one_row(con, "select release_id, is_synthetic from meta.release")
    loaded = _protocol(con, protocol) if "protocol" in chosen.options else None
    return Source(con, str(release_id), is_synthetic, loaded, with_quarantine, without_age)


def _protocol(con: Connection, asked: str | None) -> Protocol:
    """Load the protocol, which must be one whose calls the release tells, to the last number."""
    told, *days = one_row(con, "select protocols, first_line_from, first_line_to from meta.release")
    judged = [str(name) for (name,) in con.execute(JUDGED).fetchall()]
    if asked is None:
        ensure_shipped(judged[:1])
    loaded = load_protocol(asked or judged[0]).within(Window(*days))
    if loaded.name not in judged or told_protocols([loaded])[0] not in told:
        raise UsageError(
            f"the release was made by other protocols: {', '.join(judged)}",
            "name one by --protocol, with the file it was in; or `bpp refresh`, and export that",
        )
    return loaded


def _write_index(folder: Path, chosen: Format, source: Source, written: Written, now: dt.datetime) -> None:
    """Say what the export is: of which release, and what each file is, with its digest."""
    content_digest = one_value(source.con, "select content_digest from meta.release")
    told = {
        "format": chosen.name,
        "release_id": source.release_id,
        "content_digest": content_digest,
        "is_synthetic": source.is_synthetic,
        "protocol": told_protocols([source.protocol])[0] if source.protocol else None,
        "exported_at": now.isoformat(),
        "notes": [*written.notes, KEPT_IN_THE_HOUSE],
        "tables": {
            table.name: {"files": list(table.files), "rows": table.rows, "key": list(table.key), **table.more}
            for table in written.tables
        },
        "files": {
            path.relative_to(folder).as_posix(): sha256_of(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    (folder / INDEX).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _close_to_others(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(OWNER_FOLDER if path.is_dir() else OWNER_FILE)
