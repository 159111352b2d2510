"""Digests each patient of a release with all that is admitted of them, by the warehouse's own key.

A digest is the same in every version, or a share made before could not be compared. Not here: what the
digests are held against (`before.py`), and taking the erased out of those that are kept (`bpp_etl/erasure`).
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from bpp_etl.gate.row_numbers import shown
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from bpp_etl.warehouse.select import Select, read_select
from schemas.tables import TABLES

ROW = Select("bpp_etl.share", "patient_row")
TOLD = "told"
ROWS_AT_ONCE = 600_000
"""So many rows of a release, about, are held as text at once: some 200 MB."""
BATCH_ROWS = 20_000


def digests_of_patients(con: Connection, key: str, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[list[str]]:
    """Digest each patient of the release in use, part of them by part.

    Of a patient that are key, registry, id and the texts of the rows, in order. Python gathers the texts: as
    lists in the database they take twice as long.
    """
    rows = sum(count_of(con, f"select count(*) from core.{quoted(table)}") for table in TABLES)
    parts = max(1, math.ceil(rows / rows_at_once))
    for part in range(parts):
        told: defaultdict[str, list[str]] = defaultdict(list)
        select = con.sql(read_select(ROW), params={"parts": parts, "part": part})
        for batch in select.to_arrow_reader(BATCH_ROWS):
            for whose, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                told[whose].append(text)
        yield [
            hashlib.sha256(f"{key}{whose}|{'|'.join(sorted(texts))}".encode()).hexdigest()
            for whose, texts in told.items()
        ]


def write_patient_digests(con: Connection, key: str, target: Path, rows_at_once: int = ROWS_AT_ONCE) -> None:
    """Write the digest of each patient of the release in use into a file, in their own order."""
    con.execute("create or replace temp table told (told varchar)")
    for part in digests_of_patients(con, key, rows_at_once):
        with shown(con, "digests", pl.DataFrame({TOLD: part}, schema={TOLD: pl.String})):
            con.execute("insert into temp.told from digests")
    con.execute(f"copy (select told from temp.told order by told) to {literal(str(target))} (format parquet)")
    con.execute("drop table temp.told")
