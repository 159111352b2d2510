"""The shares that a warehouse has made before, and what this one would tell beside them.

Not here: making one (`make.py`). Of each share the house keeps what left it, and one keyed digest of each
patient it was made of: whoever holds two shares reads their difference, which must not be of few patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.errors import BppError
from bpp_etl.measure.run import Measured
from bpp_etl.measure.tally import Cell, is_small
from bpp_etl.measure.write import MEASURED
from bpp_etl.warehouse.connection import Connection, attach_read_only, count_of, literal, quoted
from bpp_etl.warehouse.select import named_rows
from schemas.contract import key_of

FILE = "share.duckdb"
KEPT = "shares"
PATIENTS = "patients.parquet"
ALIAS = "share_before"

Told = Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]
"""What a share told: table -> key of a row -> its cells."""


def shares_before(warehouse: Path) -> list[Path]:
    """List the folders of the shares that were made of a warehouse, oldest first."""
    kept = warehouse / KEPT
    return sorted(folder for folder in kept.iterdir() if (folder / FILE).is_file()) if kept.is_dir() else []


def write_patient_digests(con: Connection, key: str, target: Path) -> None:
    """Digest each patient of the release in use, with all that is admitted of them, into a file."""
    sql = (files("bpp_etl.share") / "sql" / "patient_digest.sql").read_text(encoding="utf-8")
    con.execute(f"create or replace temp table told as {sql}", {"key": key})
    con.execute(f"copy told to {literal(str(target))} (format parquet)")
    con.execute("drop table told")


def ensure_differs_by_many(con: Connection, digests: Path, before: Path, threshold: int) -> None:
    """Refuse a share that differs from one before by fewer patients than the threshold.

    Errors: BppError; the number is not told.
    """
    ours, theirs = (f"read_parquet({literal(str(path))})" for path in (digests, before / PATIENTS))
    apart = max(
        count_of(con, f"select count(*) from (select told from {one} except select told from {other})")
        for one, other in ((ours, theirs), (theirs, ours))
    )
    if is_small(apart, threshold):
        raise BppError(
            f"fewer than {threshold} patients differ from share {before.name}: both would tell them apart",
            "share the release that was shared before, or wait until more patients have come",
        )


def told_before(con: Connection, before: Sequence[Path]) -> list[Told]:
    """Read what each share before told: by table the rows by their keys. No transaction may be open."""
    told: list[Told] = []
    for folder in before:
        attach_read_only(con, folder / FILE, ALIAS)
        told.append({table: dict(_rows_told(con, table)) for table in MEASURED})
        con.execute(f"detach {ALIAS}")
    return told


def cells_that_differ_by_few(measured: Measured, before: Sequence[Told], threshold: int) -> set[Cell]:
    """Name the counts that, less what a share before told in their place, are few patients."""
    found: set[Cell] = set()
    for told in before:
        for row in measured.rows:
            key = tuple(row.values.get(name) for name in key_of(MEASURED[row.table][1]))
            then = told[row.table].get(key, {})
            for column, cell in row.counts.items():
                number = then.get(column)
                if number is not None and is_small(abs(measured.tally.counts[cell] - number), threshold):
                    found.add(cell)
    return found


def _rows_told(con: Connection, table: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    schema, contract = MEASURED[table]
    try:
        cursor = con.execute(f"select * from {ALIAS}.{quoted(schema)}.{quoted(table)}")
    except duckdb.CatalogException:
        return  # a share of a version that did not have it
    for row in named_rows(cursor):
        yield tuple(row.get(name) for name in key_of(contract)), row
