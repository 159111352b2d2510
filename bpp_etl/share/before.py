"""The shares that a warehouse has made before, and what this one would tell beside them.

Not here: making one (`make.py`). Of each share the house keeps what left it, its sums before anything was
hidden, and one keyed digest of each patient it was made of: whoever holds two shares reads their difference,
which must not be of few patients.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
DESCRIPTION = "share.json"
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


def threshold_of(share: Path) -> int:
    """Read the threshold that a share was made under."""
    return int(json.loads((share / DESCRIPTION).read_text(encoding="utf-8"))["threshold"])


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
    counts = measured.tally.counts
    return {
        cell
        for told in before
        for cell, number in _counts_told(measured, told).items()
        if is_small(abs(counts[cell] - number), threshold)
    }


def cells_told_already(measured: Measured, before: Sequence[Told]) -> set[Cell]:
    """Name the counts that a share before told as they are: who has both reads the other's gaps off them."""
    counts = measured.tally.counts
    return {
        cell
        for told in before
        for cell, number in _counts_told(measured, told).items()
        if counts[cell] == number
    }


def _counts_told(measured: Measured, told: Told) -> Mapping[Cell, int]:
    """Gather the counts that a share told, and those that its others leave of a sum."""
    then: dict[Cell, int] = {}
    for row in measured.rows:
        key = tuple(row.values.get(name) for name in key_of(MEASURED[row.table][1]))
        numbers = told[row.table].get(key, {})
        known = {cell: numbers.get(name) for name, cell in row.counts.items()}
        then |= {cell: number for cell, number in known.items() if number is not None}
    _add_what_follows(measured.tally, then)
    return then


def registries_that_differ_by_few(con: Connection, before: Sequence[Path], threshold: int) -> set[str]:
    """Name the registries of which few patients more or fewer were delivered, or admitted, than a share told.

    No transaction may be open.
    """
    found: set[str] = set()
    apart = " or ".join(
        f"abs(now.{name} - was.{name}) between 1 and $threshold - 1"
        for name in ("delivered", "admitted", "refused", "ignored")
    )
    for folder in before:
        attach_read_only(con, folder / FILE, ALIAS)
        rows = con.execute(
            f"select now.registry from quality.table_count as now join {ALIAS}.quality.table_count as was"
            ' using (registry, "table", delivery_status)'
            f" where \"table\" = 'patients' and ({apart})",
            {"threshold": threshold},
        ).fetchall()
        found |= {registry for (registry,) in rows}
        con.execute(f"detach {ALIAS}")
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


def times_that_differ_by_few(
    exact: Iterable[Left], told: Iterable[Left], before: Sequence[Path], threshold: int
) -> set[Place]:
    """Name the times of which a share before told the steps, and of which few patients left otherwise since.

    Two curves that differ by one step tell of whom it is; so do two in groups of another size. Of a share
    whose exact sums are gone, as somebody was erased, `told` must have the same steps, or be of so many
    patients more or fewer.
    """
    found: set[Place] = set()
    would_tell = {left.place: left for left in told}
    for folder in before:
        if not (folder / SUMS).is_file():
            continue  # a share of a version that told none
        was_told = Pool.read(folder / SUMS)
        was_exact = Pool.read(folder / EXACT) if (folder / EXACT).is_file() else None
        is_grouped_alike = threshold_of(folder) == threshold
        for left in exact:
            place = left.place
            row = (place.protocol, place.table, (place.metric, place.stratum))
            patients = was_told.value(*row, "patients")
            if patients is None:
                continue
            if was_exact is not None:
                moved = _moved(_steps(left), was_exact.rows.get(row, {}))
            elif _moved(_steps(would_tell[place]), was_told.rows[row]):
                moved = max(1, abs((left.patients or 0) - round(patients)))
            else:
                moved = 0
            if is_small(moved, threshold) or not is_grouped_alike:
                found.add(place)
    return found


def _steps(left: Left) -> dict[tuple[str, int], int]:
    return {(name, day): number for name, days in left.by_day.items() for day, number in days.items()}


def _moved(now: Mapping[tuple[str, int], int], then: Mapping[tuple[str, int], float | None]) -> int:
    """Count the patients who left on another day, or otherwise, or are new or gone."""
    was = {at: number or 0 for at, number in then.items() if at != ("patients", 0)}
    apart = [now.get(at, 0) - was.get(at, 0) for at in now.keys() | was.keys()]
    return round(max(sum(one for one in apart if one > 0), -sum(one for one in apart if one < 0)))


def _rows_told(con: Connection, table: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    schema, contract = MEASURED[table]
    try:
        cursor = con.execute(f"select * from {ALIAS}.{quoted(schema)}.{quoted(table)}")
    except duckdb.CatalogException:
        return  # a share of a version that did not have it
    for row in named_rows(cursor):
        yield tuple(row.get(name) for name in key_of(contract)), row
