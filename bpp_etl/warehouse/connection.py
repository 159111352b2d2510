"""The one place that opens DuckDB.

Not here: SQL of any table. Every connection and every file is closed by the `with` that opened it, error or
not; only a notebook's own is left to the notebook.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.errors import BppError, BusyError, DamagedError
from bpp_etl.warehouse.beside import look_beside
from bpp_etl.warehouse.damage import FULL, LOCKED, is_damage
from bpp_etl.warehouse.idle import reused
from bpp_etl.warehouse.interrupts import stopped_by_interrupt
from bpp_etl.warehouse.parsed import parsed

STORAGE_VERSION = "v1.2.0"
"""The oldest client that must be able to read a published file."""

MEMORY_LIMIT = "1GB"
"""Bound of DuckDB's buffers; larger work spills beside the file, so memory does not grow with a delivery."""

Connection = duckdb.DuckDBPyConnection


def quoted(identifier: str) -> str:
    """Quote an identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a string for the few statements that take no parameters (ATTACH, COMMENT)."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def opened(path: Path, *, is_working_file: bool = False) -> Iterator[Connection]:
    """Open a DuckDB file for writing, in the format that older clients read.

    The file is attached as the catalog `warehouse`, which is the one in use. A working file is written once
    and read once or twice, so little of it is compressed (`working_column`): to compress it all takes longer
    than all the rest of a refresh.
    """
    with in_memory() as con:
        _configure(con, path.parent)
        if is_working_file:
            con.execute("set force_compression = 'uncompressed'")
        with room_for(path):
            try:
                con.execute(
                    f"attach {literal(str(path))} as warehouse (storage_version {literal(STORAGE_VERSION)})"
                )
            except duckdb.Error as error:
                if is_of_the_machine(error):
                    raise
                raise _locked_or_broken(path, error) from None
            con.execute("use warehouse")
            look_beside(con, path)
            yield con


@contextmanager
def opened_read_only(path: Path) -> Iterator[Connection]:
    """Open a DuckDB file for reading only, as the catalog `warehouse`."""
    with reused(partial(duckdb.connect, ":memory:"), lambda con: _configure(con, path.parent)) as con:
        attach_read_only(con, path, "warehouse")
        con.execute("use warehouse")
        yield con


def engine_version() -> str:
    """Return the version of the engine inside the package duckdb."""
    with reused(partial(duckdb.connect, ":memory:"), lambda _: None) as con:
        return str(one_value(con, "select version()"))


def connected_read_only(path: Path) -> Connection:
    """Return a connection of the caller's own to a DuckDB file, read-only, as the catalog `warehouse`.

    Nothing is written beside the file, which may lie where its reader has no leave to write.
    """
    con = duckdb.connect(":memory:", config={"python_enable_replacements": False})
    try:
        con.execute("set enable_progress_bar = false")
        attach_read_only(con, path, "warehouse")
        con.execute("use warehouse")
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def in_memory() -> Iterator[Connection]:
    """Open a DuckDB database that lives in memory only."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("set enable_progress_bar = false")
        with stopped_by_interrupt(con):
            yield con
    finally:
        con.close()


@contextmanager
def in_memory_beside(folder: Path) -> Iterator[Connection]:
    """Open a database in memory whose buffers are bounded: what does not fit spills into a folder."""
    with in_memory() as con:
        _configure(con, folder)
        yield con


def shut_off(con: Connection) -> None:
    """Let SQL reach no file, no extension and no other database from now on; it cannot be taken back.

    What is attached stays in use, and what does not fit into memory still spills.
    """
    con.execute("set enable_external_access = false")


def attach_read_only(con: Connection, path: Path, alias: str) -> None:
    """Attach another file for reading."""
    try:
        con.execute(f"attach {literal(str(path))} as {quoted(alias)} (read_only)")
    except duckdb.Error as error:
        raise _locked_or_broken(path, error) from None
    look_beside(con, path)


class NoRoomError(BppError):
    """The disk is full."""

    @classmethod
    def of(cls, path: Path) -> NoRoomError:
        """Name the file that cannot be written."""
        return cls(
            f"there is no room on the disk to write {path.parent.name}/{path.name}",
            "free some space, then refresh again; what is in service is as it was",
        )


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """Say in a readable line that disk, memory or descriptors are used up, if DuckDB or the system does."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if _says(error, FULL):
            raise NoRoomError.of(path) from None
        if _says(error, TOO_MANY_OPEN):
            raise BppError(
                "this process may not open as many files as it needs",
                "raise the limit (ulimit -n 1024), then refresh again",
            ) from None
        if isinstance(error, duckdb.OutOfMemoryException):
            raise BppError(
                f"this needs more than the {MEMORY_LIMIT} of memory that the database may take",
                "what is in service is as it was; report this as a fault, with the number of rows delivered",
            ) from error
        raise


def is_of_the_machine(error: BaseException) -> bool:
    """Say whether an error is of the machine, and of no file that was just read: a full disk and the like."""
    return _says(error, (*FULL, *TOO_MANY_OPEN))


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Commit what happens inside, or none of it."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def threads_of(con: Connection) -> int:
    """Return how many threads a connection may use."""
    return count_of(con, "select current_setting('threads')")


def one_row(con: Connection, sql: str, parameters: object = None) -> tuple[Any, ...]:
    """Return the single row of a query, and leave no result half read, which would block the connection."""
    rows = con.execute(parsed(con, sql), parameters).fetchall()
    if len(rows) != 1:
        raise BppError(f"a query that must yield one row yielded {len(rows)}", "report this as a fault")
    return tuple(rows[0])


def one_value(con: Connection, sql: str, parameters: object = None) -> object:
    """Return the single value of a query that yields one row of one column."""
    return one_row(con, sql, parameters)[0]


def count_of(con: Connection, sql: str, parameters: object = None) -> int:
    """Return the single whole number of a query."""
    value = one_value(con, sql, parameters)
    if not isinstance(value, int):
        raise BppError("a query that must yield a count yielded something else", "report this as a fault")
    return value


def is_there(con: Connection, schema: str, table: str) -> bool:
    """Say whether the file in use has such a table."""
    sql = (
        "select count(*) from duckdb_tables() where database_name = current_database()"
        " and schema_name = $schema and table_name = $table"
    )
    return count_of(con, sql, {"schema": schema, "table": table}) > 0


def _configure(con: Connection, scratch: Path) -> None:
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = true")
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set autoload_known_extensions = false")
    con.execute(f"set memory_limit = {literal(MEMORY_LIMIT)}")
    con.execute(f"set temp_directory = {literal(str(scratch / '.duckdb_spill'))}")


TOO_MANY_OPEN = (errno.EMFILE, errno.ENFILE)


def _says(error: BaseException, codes: Sequence[int]) -> bool:
    if isinstance(error, OSError):
        return error.errno in codes
    # Other errors of DuckDB quote what was read, which may say anything.
    is_system = isinstance(error, (duckdb.OperationalError, duckdb.FatalException))
    return is_system and any(os.strerror(code) in str(error) for code in codes)


def _locked_or_broken(path: Path, error: Exception) -> BppError:
    if LOCKED in str(error):
        return BusyError(
            f"{path.name} is in use by another process", "wait for the other refresh to end, then try again"
        )
    if is_damage(error):
        return DamagedError(
            f"{path.name} cannot be opened as a DuckDB file", "remove it and refresh with --full"
        )
    return BppError(
        f"{path.name} cannot be opened", "look at its permissions, and at how many files may be open at once"
    )


def log_of(path: Path) -> Path:
    """Name the log that DuckDB keeps beside a file it has not yet folded it into."""
    return path.with_name(path.name + ".wal")
