"""A database in memory that is used again: each reader attaches its file to it, one after the other.

To make one takes DuckDB five times as long as to attach a file. Not here: opening DuckDB, and how a
connection is set up (`connection.py`).
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from bpp_etl.warehouse.interrupts import stopped_by_interrupt

_IDLE: dict[int, duckdb.DuckDBPyConnection] = {}
"""At most one, to which nothing is attached, of the process that made it."""


@contextmanager
def reused(
    make: Callable[[], duckdb.DuckDBPyConnection], set_up: Callable[[duckdb.DuckDBPyConnection], None]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection of its own to the idle database, or to a new one; afterwards all files are let go.

    A database that an error came out of is not used again, and neither is one that was shut off.
    """
    database, con = _ready(make, set_up)
    try:
        try:
            with stopped_by_interrupt(con):
                yield con
        finally:
            con.close()
        is_as_made = _let_go(database)
    except BaseException:
        database.close()
        raise
    if not is_as_made or _IDLE.setdefault(os.getpid(), database) is not database:
        database.close()


def _ready(
    make: Callable[[], duckdb.DuckDBPyConnection], set_up: Callable[[duckdb.DuckDBPyConnection], None]
) -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]:
    """Return a database and a connection to it that is set up."""
    idle = _IDLE.pop(os.getpid(), None)
    if idle is not None:
        try:
            return idle, _set_up(idle, set_up)
        except duckdb.Error:
            idle.close()  # one that has spilled does not spill anywhere else
        except BaseException:
            idle.close()
            raise
    database = make()
    try:
        return database, _set_up(database, set_up)
    except BaseException:
        database.close()
        raise


def _set_up(
    database: duckdb.DuckDBPyConnection, set_up: Callable[[duckdb.DuckDBPyConnection], None]
) -> duckdb.DuckDBPyConnection:
    con = database.cursor()
    set_up(con)
    return con


def _let_go(database: duckdb.DuckDBPyConnection) -> bool:
    """Detach all files, and say whether the database is then as it was made."""
    is_open, attached = database.execute(
        "select cast(current_setting('enable_external_access') as boolean),"
        " list(database_name) filter (not internal and database_name <> 'memory') from duckdb_databases()"
    ).fetchall()[0]
    for name in attached or ():
        database.execute('detach "' + name.replace('"', '""') + '"')
    database.execute("reset threads; reset global file_search_path")
    return bool(is_open)


def close_idle() -> None:
    """Close the database that waits for the next reader."""
    idle = _IDLE.pop(os.getpid(), None)
    if idle is not None:
        idle.close()


atexit.register(close_idle)
