"""Derives a registry's events shard by shard from its admitted tables, and puts them together there.

Not here: the rules (`bpp_etl/events`), and how tables are judged in shards (`shards/judging.py`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bpp_etl.events.derive import EventSummary, clear_events, derive_events, sort_protocols
from bpp_etl.events.protocol import Protocol, as_told, recalled
from bpp_etl.shards.bounds import Bounds, rows_in, shard_file, written
from bpp_etl.shards.rounds import Rounds, Told
from bpp_etl.warehouse.connection import Connection, attach_read_only, quoted
from schemas.cadence import StatedCadence
from schemas.contract import columns_of
from schemas.event import EVENT_TABLES
from schemas.stated import Stated
from schemas.tables import TABLES

ADMITTED = "admitted"
LESIONS, IMAGING = "bone_lesions", "imaging_assessments"
COUNTED = ("by_left_at", "by_rule", "by_state", "by_missing")
"""What a summary counts, by protocol."""
Deriving = Callable[[Connection], EventSummary]


def derive_in_shards(
    rounds: Rounds,
    file: Path,
    registry: str,
    delivery: tuple[str, dt.date],
    protocols: Sequence[Protocol],
    stated: Stated,
    shards: int,
) -> Deriving:
    """Derive the events of a working file, which nobody writes, in so many shards; return what settles them.

    `delivery` is its name and its day. Settling replaces the registry's events, in a transaction of the
    caller's.
    """
    common = {
        "file": file,
        "registry": registry,
        "name": delivery[0],
        "day": delivery[1].isoformat(),
        "protocols": [as_told(one) for one in protocols],
        "stated": asdict(stated),
        "shards": shards,
    }
    told = rounds.run("derive", [{**common, "shard": shard} for shard in range(shards)])
    names = [protocol.name for protocol in sort_protocols(protocols)[0]]

    def settle(con: Connection) -> EventSummary:
        clear_events(con, registry)
        for table, contract in EVENT_TABLES.items():
            columns = ", ".join(quoted(column.name) for column in columns_of(contract))
            con.execute(
                f"insert into event.{quoted(table)} by name select {columns}"
                f" from {rows_in([one['events'][table] for one in told], with_order=True)}"
                " order by list_position($protocols, protocol), patient_id, file_row_number",
                {"protocols": names},
            )
        return _added(registry, [one["summary"] for one in told])

    return settle


def derive_shard(asked: Mapping[str, Any], folder: Path, bounds: Bounds) -> Told:
    """Derive the events of a shard's patients in a task: files of rows by table, and their summary."""
    stated = Stated(
        StatedCadence(tuple(asked["stated"]["cadence"]["interval_days"])),
        asked["stated"]["has_stable_lesion_ids"],
    )
    with shard_file(bounds) as con:
        attach_read_only(con, Path(asked["file"]), ADMITTED)
        _take(con, int(asked["shard"]), int(asked["shards"]))
        con.execute(f"detach {ADMITTED}")
        summary = derive_events(
            con,
            asked["registry"],
            dt.date.fromisoformat(asked["day"]),
            [recalled(one) for one in asked["protocols"]],
            delivery=asked["name"],
            stated=stated,
        )
        events = {
            table: written(con, f"from event.{quoted(table)}", folder / f"event-{table}.parquet")
            for table in EVENT_TABLES
        }
    counts = {
        name: {protocol: dict(counted) for protocol, counted in getattr(summary, name).items()}
        for name in COUNTED
    }
    return {"events": events, "summary": {"patients": summary.patients, **counts}}


def _take(con: Connection, shard: int, shards: int) -> None:
    """Copy what the events of a shard's patients are derived from.

    All refused rows are among it: they name patients as they were delivered, and so may one of elsewhere.
    """
    is_own = f"hash(patient_id) % {shards} = {shard}"
    for schema in ("core", "quarantine", "timeline"):
        con.execute(f"create schema {schema}")
    for table in TABLES:
        # A lesion is whose its assessment is; assessments are copied before.
        own = f"semi join core.{IMAGING} using (assessment_id)" if table == LESIONS else f"where {is_own}"
        name = quoted(table)
        con.execute(f"create table core.{name} as from {ADMITTED}.core.{name} {own}")
        con.execute(f"create table quarantine.{name} as from {ADMITTED}.quarantine.{name}")
    kept = con.execute(
        "select table_name from duckdb_tables() where database_name = $file and schema_name = 'timeline'"
        " order by table_name",
        {"file": ADMITTED},
    ).fetchall()
    for (name,) in kept:
        own = "" if name == "made_by" else f"where {is_own}"
        con.execute(f"create table timeline.{quoted(name)} as from {ADMITTED}.timeline.{quoted(name)} {own}")


def _added(registry: str, parts: Sequence[Mapping[str, Any]]) -> EventSummary:
    """Add up what was derived, no patient of which is in two parts."""
    sums: dict[str, dict[str, Counter[str]]] = {name: {} for name in COUNTED}
    for part in parts:
        for name, by_protocol in sums.items():
            for protocol, counted in part[name].items():
                by_protocol.setdefault(protocol, Counter()).update(counted)
    return EventSummary(registry, sum(int(part["patients"]) for part in parts), **sums)
