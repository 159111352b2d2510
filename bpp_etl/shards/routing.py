"""Sends each delivered row to the shard of its patient, by the ids as the gate reads them.

A lesion goes where its assessment is. Where two patients claim one assessment it goes to the lowest of their
shards, and the claim is told to all: each of the rows breaks `duplicate_key`, wherever it lies. A row without
an id goes by all of its text, so that its copies go with it. Not here: judging any of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bpp_etl.harmonise.id_cells import with_ids
from bpp_etl.landing.registry_config import recalled
from bpp_etl.reading.raw_tables import IS_MISALIGNED
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.shards.bounds import Bounds, parted, rows_in, written
from bpp_etl.shards.rounds import Rounds
from bpp_etl.warehouse.connection import in_memory, one_row, opened_read_only, quoted
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE

PATIENT, ASSESSMENT = "patient_id", "assessment_id"
IMAGING, LESIONS = "imaging_assessments", "bone_lesions"
PLACE = "place"
KEY = "told_key"
LEAST_SPAN = 1_000_000
"""Rows that one task routes at least: of fewer there would be many small files."""


@dataclass
class Routed:
    """Where the rows of a delivery lie: by table and shard the files, and the keys that patients share.

    `columns` are those of each table, with their types: a shard may have no row of one.
    """

    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    rows: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)

    def of(self, shard: int) -> dict[str, list[str]]:
        """Return the files of a shard's rows, by table."""
        return {table: by_shard.get(shard, []) for table, by_shard in self.rows.items()}


def routed(rounds: Rounds, file: Path, read: ReadDelivery, shards: int) -> Routed:
    """Route the raw tables of a working file, which nobody has open, to so many shards."""
    found = Routed()
    spans: list[tuple[str, int, int]] = []
    with opened_read_only(file) as con:
        for table in read.rows:
            relation = f"raw.{quoted(table)}"
            described = con.execute(f"describe {relation}").fetchall()
            found.rows[table] = {}  # it may have no row at all
            found.columns[table] = {str(name): str(kind) for name, kind, *_ in described}
            last = int(one_row(con, f"select coalesce(max(row_number), 0) from {relation}")[0])
            step = max(LEAST_SPAN, rounds.shard_rows)
            spans += [(table, first, first + step - 1) for first in range(1, last + 1, step)]
    config = asdict(read.config)
    told = rounds.run(
        "route",
        [
            {
                "file": file,
                "table": table,
                "first": first,
                "last": last,
                "columns": list(found.columns[table]),
                "config": config,
                "shards": shards,
            }
            for table, first, last in spans
        ],
    )
    claims: dict[int, list[str]] = defaultdict(list)
    for (table, _, _), one in zip(spans, told, strict=True):
        _add(found.rows[table], one["rows"])
        _add(claims, one["claims"])
    _own(rounds, found, claims, shards)
    return found


def _own(rounds: Rounds, found: Routed, claims: Mapping[int, list[str]], shards: int) -> None:
    """Send the lesions, which lie by their assessments so far, to the shards of these."""
    lesions = found.rows.pop(LESIONS, {})
    told = rounds.run(
        "own",
        [
            {
                "bucket": bucket,
                "claims": claims.get(bucket, []),
                "lesions": lesions.get(bucket, []),
                "columns": list(found.columns.get(LESIONS, {})),
            }
            for bucket in range(shards)
        ],
    )
    if LESIONS in found.columns:
        found.rows[LESIONS] = {}
    for one in told:
        _add(found.rows.get(LESIONS, {}), one["rows"])
        found.shared.append(one["shared"])


def _add(to: dict[int, list[str]], files: Mapping[str, Sequence[str]]) -> None:
    for place, named in files.items():
        to.setdefault(int(place), []).extend(named)


def route(asked: Mapping[str, Any], folder: Path, bounds: Bounds) -> dict[str, Any]:
    """Route a span of a raw table's rows, in a task: files of rows by shard; of lesions, by their assessment.

    Of assessments it also tells which shard claims which id.
    """
    table = DELIVERABLE[asked["table"]]
    key = ASSESSMENT if table.name == LESIONS else PATIENT
    ids = (key, ASSESSMENT) if table.name == IMAGING else (key,)
    span = f"(from raw.{quoted(table.name)} where row_number between $first and $last)"
    told = with_ids(table, ids, recalled(asked["config"]), span)
    text = ", ".join(quoted(column.name) for column in delivered_columns(table.contract))
    columns = ", ".join(map(quoted, asked["columns"]))
    # The cells of a row that is misaligned are not in their columns.
    placed = (
        f"select {columns}, {', '.join(f't_{one}' for one in ids)},"
        f" (case when t_{key} is null or {IS_MISALIGNED} then hash({text}) else hash(t_{key}) end"
        f" % $shards)::integer as {PLACE} from {told.sql}"
    )
    given = {**told.parameters, **{name: asked[name] for name in ("first", "last", "shards")}}
    with opened_read_only(Path(asked["file"])) as con:
        bounds.hold(con)
        own_key = f", case when not {IS_MISALIGNED} then t_{key} end as {KEY}" if key == ASSESSMENT else ""
        rows = parted(
            con, f"select {columns}{own_key}, {PLACE} from ({placed})", PLACE, folder / "rows", given
        )
        if table.name != IMAGING:
            return {"rows": rows, "claims": {}}
        claims = (
            f"select t_{ASSESSMENT} as {ASSESSMENT}, {PLACE} as shard,"
            f" (hash(t_{ASSESSMENT}) % $shards)::integer as {PLACE} from ({placed})"
            f" where t_{ASSESSMENT} is not null and not {IS_MISALIGNED} group by all"
        )
        return {"rows": rows, "claims": parted(con, claims, PLACE, folder / "claims", given)}


def own(asked: Mapping[str, Any], folder: Path, bounds: Bounds) -> dict[str, Any]:
    """Find in a task who owns the assessments of a bucket, and send their lesions there."""
    with in_memory() as con:
        bounds.hold(con)
        con.execute(f"create table owner ({ASSESSMENT} varchar, shard integer, is_shared boolean)")
        if asked["claims"]:
            con.execute(
                f"insert into owner select {ASSESSMENT}, min(shard), min(shard) <> max(shard)"
                f" from {rows_in(asked['claims'])} group by {ASSESSMENT}"
            )
        shared = written(con, f"select {ASSESSMENT} from owner where is_shared", folder / "shared.parquet")
        if not asked["lesions"]:
            return {"rows": {}, "shared": shared}
        columns = ", ".join(f"lesions.{quoted(name)}" for name in asked["columns"])
        placed = (
            f"select {columns}, coalesce(owner.shard, {int(asked['bucket'])}) as {PLACE}"
            f" from {rows_in(asked['lesions'])} as lesions"
            f" left join owner on owner.{ASSESSMENT} = lesions.{KEY}"
        )
        return {"rows": parted(con, placed, PLACE, folder / "rows"), "shared": shared}
