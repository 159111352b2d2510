"""The rows of a large release, in Parquet beside its file: writing them, taking them over, the views on them.

A file has what one registry has of one table; a view names the files of its table, in the order of the rows.
Not here: which releases are large (`fill.py`), and how a reader finds the files (`warehouse/beside.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.code_version import code_version
from bpp_etl.errors import BppError, UsageError
from bpp_etl.release.seal import FILE, FILES, REWRITTEN, close_to_writers, sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.beside import (
    AS_BUILT,
    BETWEEN,
    RELEASES,
    SCHEMAS,
    TABLES,
    files_beside,
    look_beside,
)
from bpp_etl.warehouse.connection import Connection, count_of, literal, opened, quoted, transaction
from bpp_etl.warehouse.ddl import comment_table, create_view
from schemas.catalog import catalog


@dataclass(frozen=True)
class RowsBeside:
    """Where the rows of a registry's delivery go, in the folder of the release that is being built.

    `before` is the folder of a release that has the same rows, if there is one, and `sealed` its digests.
    """

    folder: Path
    name: str
    before: Path | None
    sealed: Mapping[str, str]

    def put(
        self,
        con: Connection,
        schema: str,
        table: str,
        select: str,
        given: Mapping[str, object],
        rows: int,
    ) -> None:
        """Take a table's `rows` over from the release before, where they are the same; else write them.

        Of the same delivery there are as many, unless a patient was erased since, which changes no other row.
        """
        inside = f"{TABLES}/{schema}/{table}/{self.name}"
        file = self.folder / inside
        file.parent.mkdir(parents=True, exist_ok=True)
        if self.before is None or not _is(self.before / inside, self.sealed.get(inside), rows):
            write_rows(con, select, file, given)
        else:
            take_over(self.before / inside, file)

    def discard(self) -> None:
        """Remove what was put: the delivery turned out to be damaged."""
        for file in (self.folder / TABLES).glob(f"*/*/{self.name}"):
            file.unlink()


@dataclass(frozen=True)
class Beside:
    """Writes rows beside the file of a release that is being built, one delivery after the other."""

    folder: Path
    before: Path | None
    manifest: Mapping[str, Any]

    @classmethod
    def in_folder(cls, folder: Path, shelf: Shelf) -> Beside:
        """Begin in a folder; what the newest release has of the same deliveries is taken over.

        Only from one that this very code made, and that is as it was published first. Errors: UsageError
        where no reader would find the rows.
        """
        if BETWEEN in str(folder.absolute()):
            raise UsageError(
                "the warehouse's path has a comma, and a release of so many rows lies in several files, which"
                " DuckDB does not find there",
                "choose a path without one, or set inline_rows in [tool.bpp.shards] above the number of rows",
            )
        shelf.releases.mkdir(exist_ok=True)
        newest = shelf.newest()
        manifest = shelf.manifest(newest) if newest is not None else {}
        made_by = manifest.get("input", {}).get("code_version")
        if newest is None or REWRITTEN in manifest or made_by != code_version():
            return cls(folder, None, {})
        return cls(folder, shelf.folder(newest), manifest)

    def of(self, registry: str, status: str, told: str) -> RowsBeside:
        """Name the place for the rows of a delivery, which is `told` as a manifest lists it."""
        is_same = told in self.manifest.get("input", {}).get("deliveries", ())
        return RowsBeside(
            self.folder,
            f"{registry}.parquet" if status == "admitted" else f"{registry}.{status}.parquet",
            self.before if is_same else None,
            self.manifest.get(FILES, {}),
        )


def write_rows(con: Connection, select: str, file: Path, given: Mapping[str, object] | None = None) -> None:
    """Write the rows of a SELECT, in their order, into a Parquet file that is then nobody's to write."""
    con.execute(f"copy ({select}) to {literal(str(file))} (format parquet, compression zstd)", given)
    with file.open("rb") as written:
        os.fsync(written.fileno())
    close_to_writers(file)


def take_over(file: Path, target: Path) -> None:
    """Let a release have a file of another: the same file under two names, or a copy where that cannot be."""
    with suppress(OSError):
        os.link(file, target)
        return
    shutil.copyfile(file, target)
    close_to_writers(target)


def show_rows(con: Connection, folder: Path, named: str = AS_BUILT) -> None:
    """Create, in the open file of a release, a view on the rows of each table that lies in its folder.

    `named` is its id, once it has one. A view is bound when it is made, so a link of that name leads to where
    the rows are.
    """
    if not (folder / TABLES).is_dir():
        return
    places = folder / RELEASES
    places.mkdir(exist_ok=True)
    (places / named).symlink_to("..")
    look_beside(con, folder / FILE)
    for schema in SCHEMAS:
        for table, contract in catalog()[schema].items():
            place = f"{named}/{TABLES}/{schema}/{table}"
            files = [f"{place}/{file.name}" for file in files_beside(folder, schema, table)]
            if files:
                create_view(con, schema, table, contract, files)


def settle_rows(folder: Path, release_id: str) -> None:
    """Have the views of a release that is whole name its rows by its id, under which they will lie."""
    if not (folder / TABLES).is_dir():
        return
    with opened(folder / FILE) as con:
        before = _counts(con)
        with transaction(con):
            show_rows(con, folder, release_id)
            for schema in SCHEMAS:
                for table, contract in catalog()[schema].items():
                    comment_table(con, schema, table, contract, is_view=True)
        if _counts(con) != before:
            raise BppError("the views of the release show other rows than before", "report this as a fault")
    shutil.rmtree(folder / RELEASES)


def _counts(con: Connection) -> list[int]:
    return [
        count_of(con, f"select count(*) from {quoted(schema)}.{quoted(table)}")
        for schema in SCHEMAS
        for table in catalog()[schema]
    ]


def _is(file: Path, digest: str | None, rows: int) -> bool:
    """Say whether a file is as it was sealed, and has so many rows."""
    from pyarrow.parquet import read_metadata  # noqa: PLC0415 - whoever reads a release need not have it

    try:
        return digest is not None and sha256_of(file) == digest and read_metadata(file).num_rows == rows
    except OSError:
        return False
