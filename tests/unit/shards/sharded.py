"""Judges a landing in one piece and in shards, and tells all that came of it.

Not here: what the landing holds (`hostile.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.events import EventSummary, derive_events, load_protocol
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.judge import judge
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.shards.deriving import derive_in_shards
from bpp_etl.shards.judging import find_in_shards
from bpp_etl.shards.rounds import Rounds, Runner
from bpp_etl.shards.task import done
from bpp_etl.warehouse.connection import Connection, opened, quoted, transaction

BOUNDS = (1 << 30, 1, 1_000)
"""Memory and threads of a task, and the rows of a shard."""


class Here:
    """Runs tasks in this process, the last one first."""

    def run(self, tasks: Sequence[str]) -> list[str]:
        answers = {place: done(tasks[place]) for place in reversed(range(len(tasks)))}
        return [answers[place] for place in range(len(tasks))]


@dataclass(frozen=True)
class Outcome:
    """All that judging and deriving left: the decision, the events' summary, and the rows of each table."""

    decision: GateDecision
    summary: EventSummary
    rows: dict[str, list[Any]]

    def differing(self, other: Outcome) -> list[str]:
        """Name what is not the same."""
        assert self.rows.keys() == other.rows.keys()
        found = [name for name in self.rows if self.rows[name] != other.rows[name]]
        found += ["decision"] if self.decision != other.decision else []
        return found + (["summary"] if self.summary != other.summary else [])


@dataclass(frozen=True)
class Landed:
    """A delivery that was read once, to be judged several times."""

    folder: Path
    delivery: Delivery
    read: ReadDelivery

    @classmethod
    def of(cls, delivered: Path, folder: Path) -> Landed:
        """Read the delivery in a folder."""
        folder.mkdir(parents=True)
        delivery = delivery_of(delivered)
        assert delivery is not None
        with opened(folder / "read.duckdb", is_working_file=True) as con:
            read = read_delivery(con, delivery, folder)
        return cls(folder, delivery, read)

    def outcome(self, shards: int = 0, runner: Runner | None = None) -> Outcome:
        """Judge, and derive the events of what is admitted, or would be; in one piece, or in shards."""
        work = self.folder / f"work-{shards}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        file = work / "working.duckdb"
        shutil.copy(self.folder / "read.duckdb", file)
        rounds = Rounds(runner or Here(), work, lambda _: None, *BOUNDS)
        protocols = [load_protocol("xu2025")]
        day, name, stated = self.delivery.date, self.delivery.name, self.read.config.stated
        registry = self.delivery.registry
        finding = find_in_shards(rounds, file, self.delivery, self.read, shards) if shards else None
        with opened(file, is_working_file=True) as con:
            decision = judge(con, self.delivery, self.read, finding=finding)

        def in_one_piece(con: Connection) -> EventSummary:
            return derive_events(con, registry, day, protocols, delivery=name, stated=stated)

        deriving = (
            derive_in_shards(rounds, file, registry, (name, day), protocols, stated, shards)
            if shards
            else in_one_piece
        )
        with opened(file, is_working_file=True) as con, transaction(con):
            summary = deriving(con)
            rows = _rows(con)
        shutil.rmtree(work)
        return Outcome(decision, summary, rows)


def _rows(con: Connection) -> dict[str, list[Any]]:
    named = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
        " and schema_name in ('core', 'quarantine', 'timeline', 'event')"
    ).fetchall()
    return {
        # To flag a row is to write it anew, so that rows of `core` have no order.
        f"{schema}.{table}": sorted(con.execute(f"from {schema}.{quoted(table)}").fetchall(), key=repr)
        for schema, table in named
    }
