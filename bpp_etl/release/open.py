"""Reading a release from a notebook: `bpp_etl.open_release()`.

Not here: which release is in service (`release/shelf.py`), and opening DuckDB (`warehouse/connection.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from bpp_etl.errors import BppError, NotFoundError, UsageError
from bpp_etl.release.listing import Listing
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.settings import places
from bpp_etl.warehouse.beside import TABLES, has_its_rows, views_in
from bpp_etl.warehouse.connection import Connection, connected_read_only, log_of, one_row, quoted
from bpp_etl.warehouse.damage import is_cut_off


@dataclass(frozen=True)
class OpenRelease:
    """One release, open for reading only; its tables are `<schema>.<table>`, as `tables()` lists them.

    `query` and `table` return DuckDB relations, which a notebook shows as a table: `.df()` makes a pandas
    frame, `.pl()` a polars frame, `.fetchall()` a list of tuples. `tables` and `columns` do so too, and show
    every row. `connection` is DuckDB's own, for whatever
    else is wanted; tables and views made through it live in memory only.
    """

    release_id: str
    path: Path
    connection: Connection

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> duckdb.DuckDBPyRelation:
        """Return the rows of a SELECT; `$name` in the SQL stands for a value of `parameters`.

        Errors: UsageError for anything but one SELECT; DuckDB's own, which name the place in the SQL.
        """
        kinds = [statement.type for statement in self.connection.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise UsageError("that is not one SELECT", "ask one question at a time; a release is not changed")
        return self.connection.sql(sql, params=dict(parameters or {}))

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return the rows of a table, named as `schema.table`; NotFoundError where there is none."""
        if name not in self._names():
            raise NotFoundError(f"the release has no table {name}", "`tables()` lists them")
        schema, table = name.split(".")
        return self.connection.sql(f"from {quoted(schema)}.{quoted(table)}")

    def tables(self) -> Listing:
        """List every table: its name, what one row of it is, and how many rows there are."""
        listed = (
            "select schema_name, table_name, comment, estimated_size as rows, table_oid from duckdb_tables()"
            " where database_name = 'warehouse'"
        )
        if self._views:  # their rows lie beside the file, which tells how many there are
            listed += (
                " union all select schema_name, view_name, comment, told.rows, view_oid from duckdb_views()"
                ' left join warehouse.meta."table" as told on told.schema = schema_name'
                " and told.\"table\" = view_name where database_name = 'warehouse' and not internal"
            )
        return Listing(
            self.connection.sql(
                "select schema_name || '.' || table_name as \"table\", comment as one_row_is, rows"
                f" from ({listed}) order by table_oid"
            ),
            words="one_row_is",
        )

    def columns(self, name: str) -> Listing:
        """List the columns of a table: name, type, whether it may be empty, and what it holds."""
        self.table(name)
        schema, table = name.split(".")
        # Of a column of a view DuckDB does not know whether it may be empty.
        nullable = (
            'select is_nullable from warehouse.meta."column" as told where told.schema = $schema'
            ' and told."table" = $table and told."column" = column_name'
        )
        may_be_empty = f"({nullable})" if (schema, table) in self._views else "is_nullable"
        listed = self.connection.sql(
            f'select column_name as "column", data_type as type, {may_be_empty} as may_be_empty,'
            " comment as holds from duckdb_columns() where database_name = 'warehouse'"
            " and schema_name = $schema and table_name = $table order by column_index",
            params={"schema": schema, "table": table},
        )
        return Listing(listed, words="holds")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @property
    def _views(self) -> list[tuple[str, str]]:
        return views_in(self.connection)

    def _names(self) -> list[str]:
        return [str(name) for name, *_ in self.tables().fetchall()]

    def __enter__(self) -> Self:
        """Return the release itself; leaving the `with` closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Say which release it is, for the last line of a notebook's cell."""
        return f"<release {self.release_id}, read-only: {self.path}>"


def open_release(path_or_warehouse: str | Path | None = None, release_id: str | None = None) -> OpenRelease:
    """Open a release for reading: the one in service, or any that is kept, by its id.

    `path_or_warehouse` is the warehouse folder (default: BPP_WAREHOUSE, else the project's `warehouse`), or a
    release's file. `release_id` is one of those that `bpp releases` lists, or as `Shelf.named` takes it.

        import bpp_etl

        with bpp_etl.open_release("warehouse/demo") as release:
            release.tables().show()
            estimates = release.query("select metric, estimate from metric.estimate").df()

    Nothing waits: a refresh publishes while the release is open, and the release is read while a refresh
    runs. A release that is put in service meanwhile does not change the one that is open, to its last query;
    `open_release()` then opens the new one. To come back to the same numbers later, keep `release.release_id`
    and open by it.

    Errors, one line and a hint each: NotFoundError where there is no such warehouse, release or file;
    BppError where the file is half copied, no release, closed to this user, open for writing elsewhere, or
    changed.
    """
    try:
        return _opened(_place(path_or_warehouse, release_id))
    except BppError as error:
        # A notebook shows the error itself; its hint would stay unseen.
        error.add_note(f"hint: {error.hint}")
        raise


def _opened(path: Path) -> OpenRelease:
    if log_of(path).exists():
        raise BppError(
            f"{path.name} was changed after it was published: a log lies beside it",
            "put a release in service again with `bpp releases rollback ID`, and open files read-only",
        )
    try:
        path.open("rb").close()
        con = connected_read_only(path)
    except OSError as error:
        raise BppError(
            f"{path.name} cannot be opened: {error.strerror}", "ask for leave to read the published folder"
        ) from None
    except BppError as error:
        if "in use" not in error.message:
            raise _no_release(path) from None
        raise BppError(
            error.message, "close the program that has it open for writing, or open a release by its id"
        ) from None
    try:
        opened = OpenRelease(_id_in(con, path), path, con)
        _ensure_rows(opened)
    except BaseException:
        con.close()
        raise
    return opened


def _place(told: str | Path | None, release_id: str | None) -> Path:
    given = Path(told).expanduser().absolute() if told is not None else None
    if given is not None and not given.exists():
        raise NotFoundError(f"{given} does not exist", "name a warehouse folder or a release's file")
    if given is not None and given.is_file():
        if release_id is not None:
            raise UsageError("a file is one release already", "give the warehouse folder with a release's id")
        return given
    warehouse = places(os.environ, None, given).warehouse
    shelf = Shelf.of(warehouse)
    path = shelf.folder(shelf.named(release_id)) / FILE if release_id is not None else shelf.current
    if not path.exists():
        raise NotFoundError(
            f"there is no release in {warehouse}",
            "`bpp refresh` makes one; BPP_WAREHOUSE names another place",
        )
    return path


def _id_in(con: Connection, path: Path) -> str:
    """Read the release's id; refuse a file that is shorter than its own count of blocks, or no release."""
    try:
        is_whole = not is_cut_off(con, path)
        (release_id,) = one_row(con, "select release_id from meta.release")
    except (duckdb.Error, BppError):
        is_whole, release_id = False, ""
    if not is_whole:
        raise _no_release(path)
    return str(release_id)


def _ensure_rows(opened: OpenRelease) -> None:
    """Refuse a release whose views do not find what they name beside it."""
    if not has_its_rows(opened.connection):
        raise BppError(
            f"the rows of {opened.path.name} lie in {opened.release_id}/{TABLES}, which is not there, or not"
            " whole",
            "open the file in the folder of its release, which bears its id, by a path without a comma;"
            " `bpp releases verify` tells which are whole",
        )


def _no_release(path: Path) -> BppError:
    return BppError(
        f"{path.name} is not a whole release",
        "copy it again to its end, or open one by its id; `bpp releases` lists them",
    )
