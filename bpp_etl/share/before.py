"""The shares that a warehouse has made before, and what this one would tell beside them.

Not here: making one (`make.py`). Of each share the house keeps what left it, its sums before anything was
hidden, and one keyed digest of each patient it was made of: whoever holds two shares reads their difference,
which must not be of few patients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.errors import BppError
from bpp_etl.measure.run import Measured
from bpp_etl.measure.steps import Left, Place
from bpp_etl.measure.tally import Cell, Tally, is_small
from bpp_etl.measure.write import MEASURED
from bpp_etl.share.pooling import Pool
from bpp_etl.share.sums import FILE as SUMS
from bpp_etl.warehouse.connection import Connection, attach_read_only, count_of, literal, quoted
from bpp_etl.warehouse.select import named_rows
from schemas.contract import key_of

FILE = "share.duckdb"
KEPT = "shares"
PATIENTS = "patients.parquet"
EXACT = "exact.parquet"
"""In the house alone: the sums of a share as they were before anything was hidden."""
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
    """Name the counts that, less what a share before told in their place, are few patients.

    A share told a count too that is what its others leave of a sum.
    """
    found: set[Cell] = set()
    for told in before:
        then: dict[Cell, int] = {}
        for row in measured.rows:
            key = tuple(row.values.get(name) for name in key_of(MEASURED[row.table][1]))
            numbers = told[row.table].get(key, {})
            known = {cell: numbers.get(name) for name, cell in row.counts.items()}
            then |= {cell: number for cell, number in known.items() if number is not None}
        _add_what_follows(measured.tally, then)
        found |= {
            cell
            for cell, number in then.items()
            if is_small(abs(measured.tally.counts[cell] - number), threshold)
        }
    return found


def _add_what_follows(tally: Tally, known: dict[Cell, int]) -> None:
    """Add every count that a sum leaves no choice of, one after another."""
    before = -1
    while before < len(known):
        before = len(known)
        for total, parts in tally.sums:
            unknown = [cell for cell in (total, *parts) if cell not in known]
            if len(unknown) == 1:
                others = sum(known[part] for part in parts if part in known)
                known[unknown[0]] = others if unknown[0] == total else known[total] - others


def times_that_differ_by_few(exact: Iterable[Left], before: Sequence[Path], threshold: int) -> set[Place]:
    """Name the times of which a share before told the steps, and of which few patients left otherwise since.

    Two curves that differ by one step tell of whom it is.
    """
    found: set[Place] = set()
    for folder in before:
        if not all((folder / file).is_file() for file in (SUMS, EXACT)):
            continue  # a share of a version that told no sums
        told, then = Pool.read(folder / SUMS), Pool.read(folder / EXACT)
        for left in exact:
            row = (left.place.protocol, left.place.table, (left.place.metric, left.place.stratum))
            if told.value(*row, "patients") is None:
                continue
            now = {(name, day): number for name, days in left.by_day.items() for day, number in days.items()}
            was = {at: number or 0 for at, number in then.rows.get(row, {}).items() if at != ("patients", 0)}
            apart = [now.get(at, 0) - was.get(at, 0) for at in now.keys() | was.keys()]
            moved = max(sum(one for one in apart if one > 0), -sum(one for one in apart if one < 0))
            if is_small(round(moved), threshold):
                found.add(left.place)
    return found


def _rows_told(con: Connection, table: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    schema, contract = MEASURED[table]
    try:
        cursor = con.execute(f"select * from {ALIAS}.{quoted(schema)}.{quoted(table)}")
    except duckdb.CatalogException:
        return  # a share of a version that did not have it
    for row in named_rows(cursor):
        yield tuple(row.get(name) for name in key_of(contract)), row
