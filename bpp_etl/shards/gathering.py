"""Measures the file of a release: in one piece, or of what is gathered of it part by part, by tasks.

A part is a shard of a registry's patients, or some whole registries. Not here: what is gathered, how parts
make one, and any number that is measured (`bpp_etl/measure`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from bpp_etl.events.protocol import Protocol, as_told, recalled
from bpp_etl.measure.gather import Tables, gather, gather_in_common
from bpp_etl.measure.merge import merge
from bpp_etl.measure.run import Measured, estimate, measure
from bpp_etl.shards.bounds import Bounds
from bpp_etl.shards.rounds import Rounds, Say, Told
from bpp_etl.shards.runners import Runners, rounds_in
from bpp_etl.shards.sharding import Sharding, load_sharding
from bpp_etl.warehouse.connection import (
    Connection,
    attach_read_only,
    count_of,
    in_memory,
    literal,
    opened_read_only,
    quoted,
    room_for,
)
from schemas.event import EVENT_TABLES
from schemas.tables import TABLES

RELEASE = "release"
CADENCE, LESIONS, PATIENTS = "assessment_cadence", "bone_lesions", "patients"


@dataclass(frozen=True)
class Part:
    """Whose rows are gathered by one task: of these registries one of so many shards of their patients."""

    registries: Sequence[str]
    shard: int = 0
    shards: int = 1


def measure_file(file: Path, protocols: Sequence[Protocol], say: Say, runners: Runners) -> Measured:
    """Measure a release's file, which nobody writes meanwhile; of more rows than a shard has, in parts.

    These are gathered by the runner of the settings, which is one of the `runners`; what its tasks hand on
    lies beside the file until it is measured. `say` is told how far it is, without any value. Errors: those
    of the runner, and UsageError where it is not at hand.
    """
    sharding = load_sharding(os.environ)
    with opened_read_only(file) as con:
        parts = parts_of(con, sharding)
        if not parts:
            return measure(con, protocols)
    say(f"what is measured is gathered in {len(parts)} parts")
    with room_for(file), rounds_in(file.parent, sharding, say, runners) as rounds:
        return measure_in_parts(rounds, file, protocols, parts)


def parts_of(con: Connection, sharding: Sharding) -> list[Part]:
    """Cut the patients of a release into parts: a large registry into its shards, the others put together.

    There is none where the release has no more rows than a shard.
    """
    relations = [f"{schema}.{quoted(table)}" for schema in ("core", "quarantine") for table in TABLES]
    counts = " union all ".join(f"select count(*) as number from {relation}" for relation in relations)
    if not sharding.shards_of(count_of(con, f"select sum(number) from ({counts})")):
        return []
    every = " union all ".join(f"select registry from {relation}" for relation in relations)
    counted = con.execute(
        f"select registry, count(*) from ({every}) group by registry order by registry"
    ).fetchall()
    large: list[Part] = []
    small: list[list[str]] = []
    room = 0
    for registry, rows in counted:
        if shards := sharding.shards_of(rows):
            large += [Part((registry,), shard, shards) for shard in range(shards)]
            continue
        if rows > room:
            small.append([])
            room = sharding.shard_rows
        small[-1].append(registry)
        room -= rows
    return [*large, *map(Part, small)]


def measure_in_parts(
    rounds: Rounds, file: Path, protocols: Sequence[Protocol], parts: Sequence[Part]
) -> Measured:
    """Measure a release's file, which nobody has open, as `measure` does: what is gathered of its parts."""
    common = {"file": file, "protocols": [as_told(one) for one in protocols]}
    told = rounds.run("gather", [{**common, **asdict(part)} for part in parts])
    by_protocol = (
        merge([_read(one["by_protocol"][place]) for one in told]) for place in range(len(protocols))
    )
    return estimate(protocols, merge([_read(one["in_common"]) for one in told]), by_protocol)


def gather_part(asked: Mapping[str, Any], folder: Path, bounds: Bounds) -> Told:
    """Gather in a task what is measured of a part: files of what protocols share, and of each protocol."""
    protocols = [recalled(one) for one in asked["protocols"]]
    with in_memory() as con:
        bounds.hold(con)
        attach_read_only(con, Path(asked["file"]), RELEASE)
        show_part(con, RELEASE, Part(asked["registries"], asked["shard"], asked["shards"]))
        in_common = _written(gather_in_common(con, protocols), folder / "in-common")
        by_protocol = [
            _written(gather(con, one), folder / f"protocol-{place}") for place, one in enumerate(protocols)
        ]
    return {"in_common": in_common, "by_protocol": by_protocol}


def show_part(con: Connection, release: str, part: Part) -> None:
    """Show in the catalog in use what an attached release has of a part, as far as it is measured."""
    here = f"registry in ({', '.join(map(literal, part.registries))})"
    own = f"{here} and hash(patient_id) % {part.shards} = {part.shard}"
    shown = {
        **{("core", table): own for table in (*TABLES, CADENCE)},
        **{("event", table): own for table in EVENT_TABLES},
        # Joined to the scans of the part's patients: a lesion alone does not name its patient.
        ("core", LESIONS): here,
        # As a refused row names its patient, and by its number where it names none.
        ("quarantine", PATIENTS): f"{here} and hash(coalesce(nullif(trim(patient_id), ''),"
        f" cast(row_number as varchar))) % {part.shards} = {part.shard}",
    }
    for (schema, table), which in shown.items():
        con.execute(f"create schema if not exists {schema}")
        relation = f"{schema}.{quoted(table)}"
        con.execute(f"create view {relation} as from {quoted(release)}.{relation} where {which}")


def _written(tables: Tables, folder: Path) -> dict[str, str]:
    folder.mkdir()
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    return {name: str(folder / f"{name}.parquet") for name in tables}


def _read(files: Mapping[str, str]) -> Tables:
    return {name: pl.read_parquet(file, glob=False, hive_partitioning=False) for name, file in files.items()}
