"""Takes those who were erased out of the log of shares: their digests become a word that says nothing.

A word stays in the place of each, so that a share made now differs from those before by as many patients as
it did: whoever holds both must not read the one who is gone from their difference. A share that hid nothing,
and so may say what she said, goes. Not here: shares that have left the house, which nobody can call back.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection
from pathlib import Path

import duckdb
import polars as pl

from bpp_etl.erasure.find import SOURCE, Found, is_gone, show_found
from bpp_etl.errors import BppError
from bpp_etl.identity.secret import secret_of
from bpp_etl.share.before import EXACT, KEPT, PATIENTS, shares_before, threshold_of
from bpp_etl.share.patients import TOLD, digests_of_patients
from bpp_etl.warehouse.connection import attach_read_only, in_memory, quoted
from schemas.tables import TABLES


def digests_of(warehouse: Path, path: Path, registry: str, found: Found) -> set[str]:
    """Digest the patients who were found in a file, as the log of shares has them."""
    if not found:
        return set()
    try:
        with in_memory() as con:
            attach_read_only(con, path, SOURCE)
            show_found(con, found)
            con.execute("create schema core")
            for table in TABLES:
                name = f"core.{quoted(table)}"
                described = con.execute(f"describe {SOURCE}.{name}").fetchall()
                gone = is_gone("core", [str(column) for column, *_ in described], registry)
                con.execute(f"create table {name} as from {SOURCE}.{name} where {gone}")
            return {one for part in digests_of_patients(con, secret_of(warehouse)) for one in part}
    except (BppError, duckdb.Error):
        return set()


def erase_from_log(warehouse: Path, digests: Collection[str]) -> list[str]:
    """Put a random word in the place of each digest in the log of shares; say where."""
    done = []
    for share in shares_before(warehouse):
        path = share / PATIENTS
        frame = pl.read_parquet(path, glob=False)
        is_theirs = frame.get_column(TOLD).is_in(sorted(digests))
        if not is_theirs.any():
            continue
        if threshold_of(share) <= 1:
            shutil.rmtree(share)
            done.append(f"{KEPT}/{share.name} told single patients: removed from the log")
            continue
        words = {digest: secrets.token_hex(32) for digest in frame.filter(is_theirs).get_column(TOLD)}
        made = path.with_name(f".{PATIENTS}.{os.getpid()}")
        frame.with_columns(pl.col(TOLD).replace(words)).sort(TOLD).write_parquet(made)
        os.replace(made, path)  # noqa: PTH105
        # It has every patient by a day, though by no name.
        (share / EXACT).unlink(missing_ok=True)
        done.append(f"{KEPT}/{share.name} no longer has the digest")
    return done
