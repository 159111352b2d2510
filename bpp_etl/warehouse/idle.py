"""Databases in memory that wait for their next use: to make one takes as long as many small statements.

Not here: opening DuckDB, and what is attached (`connection.py`).
"""

from __future__ import annotations

import atexit
import os

import duckdb

MOST = 3
"""So many wait at most: as many as are in use one within the other."""

_WAITING: list[tuple[int, duckdb.DuckDBPyConnection]] = []


def take() -> duckdb.DuckDBPyConnection | None:
    """Take one that waits, with nothing attached; None where there is none. A forked process has none."""
    while _WAITING:
        process, database = _WAITING.pop()
        if process == os.getpid():
            return database
    return None


def give_back(database: duckdb.DuckDBPyConnection) -> None:
    """Detach all that is attached, which writes it to its end, and let the database wait; or close it.

    One that was shut off from files cannot be used again.
    """
    try:
        is_open, attached = database.execute(
            "select current_setting('enable_external_access'),"
            " (select list(database_name) from duckdb_databases() where not internal)"
        ).fetchall()[0]
        if is_open and len(_WAITING) < MOST:
            for name in attached:
                if name != "memory":
                    quoted = '"' + name.replace('"', '""') + '"'
                    database.execute(f"detach {quoted}")
            database.execute("reset force_compression")
            _WAITING.append((os.getpid(), database))
            return
    except duckdb.Error:
        pass  # closing it says no more of it than closing ever did
    database.close()


def close_all() -> None:
    """Close those that wait."""
    while (database := take()) is not None:
        database.close()


atexit.register(close_all)
