"""Telling a damaged DuckDB file from every other error: cut off, overwritten, or not one at all.

Not here: what becomes of it, which depends on what it held (`bpp_etl/admission/working.py`,
`bpp_etl/release/shelf.py`).
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb

HEADER_BYTES = 3 * 4096
"""What a DuckDB file holds before its blocks; with them it is as long as the file has to be."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOCKED = "Could not set lock"
CLOSED = "Cannot open"
"""How DuckDB begins to say that another process writes the file, or that the system lets nobody open it."""
TORN = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
STRANGE = (duckdb.CatalogException, duckdb.BinderException)
"""A table or column that we always write is not there: the file is a database, and none of ours."""
CHECKSUM = "Corrupt database file"
"""How DuckDB begins to say, by an error of no kind, that a block is not what its checksum says."""


def is_damage(error: Exception) -> bool:
    """Say whether an error of DuckDB's means that what it read is not what was written."""
    told = str(error)
    if any(words in told for words in (LOCKED, CLOSED, *map(os.strerror, FULL))):
        return False
    return isinstance(error, TORN) or (isinstance(error, duckdb.Error) and told.startswith(CHECKSUM))


def is_cut_off(con: duckdb.DuckDBPyConnection, path: Path, alias: str = "warehouse") -> bool:
    """Say whether an open file is shorter than its own count of blocks."""
    ((blocks, block_bytes),) = con.execute(
        "select total_blocks, block_size from pragma_database_size() where database_name = $alias",
        {"alias": alias},
    ).fetchall()
    return bool(path.stat().st_size < HEADER_BYTES + blocks * block_bytes)
