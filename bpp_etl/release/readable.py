"""Whether this version reads the tables of a release that another one may have written.

Any DuckDB opens such a file, and it may be in service; nothing of ours reads rows from it.
Not here: whether its bytes are those that were published (`seal.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from bpp_etl.code_version import code_version
from bpp_etl.errors import BppError, DamagedError, OtherVersionError
from bpp_etl.warehouse.beside import has_its_rows
from bpp_etl.warehouse.connection import Connection, one_row, opened_read_only
from bpp_etl.warehouse.layout import lacking
from schemas.catalog import relations


def ensure_readable(con: Connection, alias: str = "warehouse") -> None:
    """Refuse an open release that lacks a table or column which this version reads, or rows beside its file.

    Errors: OtherVersionError, DamagedError.
    """
    release_id, version = one_row(con, f"select release_id, code_version from {alias}.meta.release")
    if not has_its_rows(con, alias):
        raise DamagedError(
            f"release {release_id} is without rows that lie beside its file",
            "put its folder back from a backup, or choose another release: `bpp releases verify` tells which"
            " are whole",
        )
    if version != code_version() and lacking(con, relations(), alias) is not None:
        raise OtherVersionError(
            f"release {release_id} was written by another version of bpp_etl ({version})",
            "`bpp refresh` makes one by this version; the file itself opens in any DuckDB",
        )


def is_readable(path: Path) -> bool:
    """Say whether a release's file is whole enough to be opened, and of a version that this one reads."""
    try:
        with opened_read_only(path) as con:
            ensure_readable(con)
    except (BppError, duckdb.Error):
        return False
    return True
