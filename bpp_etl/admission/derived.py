"""Whether a registry's events are derived in shards, and of which day, delivery and statements.

Not here: deriving them (`bpp_etl/events`, `bpp_etl/shards`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.admission.judgement import judgement_in
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import EventSummary, Protocol, derive_events
from bpp_etl.shards.deriving import Deriving, derive_in_shards
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import Runners, rounds_in
from bpp_etl.shards.sharding import load_sharding
from bpp_etl.timeline.stated import stated_by
from bpp_etl.warehouse.connection import Connection, one_row, opened_read_only, room_for
from schemas.stated import Stated


@dataclass(frozen=True)
class _Admitted:
    """What the admitted file says of its delivery, for the events."""

    name: str
    day: dt.date
    rows: int
    stated: Stated


@contextmanager
def deriving_of(
    files: WorkingFiles,
    path: Path,
    registry: str,
    protocols: Sequence[Protocol],
    say: Say,
    runners: Runners,
) -> Iterator[Deriving]:
    """Yield what writes the events of an admitted file: in one piece, or what shards have derived by now.

    Nobody writes the file while shards are derived.
    """

    def in_one_piece(con: Connection) -> EventSummary:
        told = _told(con, path, registry)
        return derive_events(con, registry, told.day, protocols, delivery=told.name, stated=told.stated)

    sharding = load_sharding(os.environ)
    if path.stat().st_size < sharding.shard_rows:  # no row is smaller than a byte
        yield in_one_piece
        return
    with opened_read_only(path) as con:
        told = _told(con, path, registry)
    shards = sharding.shards_of(told.rows)
    if not shards:
        yield in_one_piece
        return
    say(f"{registry}: events are derived in {shards} shards")
    with room_for(path), rounds_in(files.scratch, sharding, say, runners) as rounds:
        yield derive_in_shards(rounds, path, registry, (told.name, told.day), protocols, told.stated, shards)


def _told(con: Connection, path: Path, registry: str) -> _Admitted:
    name = judgement_in(con, path).delivery
    day, rows = one_row(con, "select delivery_date, admitted from quality.delivery")
    return _Admitted(name, day, int(rows), stated_by(con, registry))
