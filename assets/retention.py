"""How long the history of runs is kept: the events of old runs go, what is known of each asset stays.

A run leaves a megabyte of events. Which runs there were stays (sensors ask for it), and so does the last
materialization and the last result of each check, by registry.
Not here: ticks of sensors and schedules, which Dagster removes by itself (`retention` in `dagster.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import dagster as dg
from dagster._core.events import DagsterEventType
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.event_log import EventLogStorage, SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import OperationalError

AT_ONCE = 500
"""Runs named in one statement; a database takes only so many values."""


def forget_old_runs(instance: dg.DagsterInstance, keep: int) -> int:
    """Delete the events of all ended runs but the newest `keep`; return of how many runs there were any."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return 0
    forgotten = 0
    # Another process writes: the next refresh forgets them.
    with suppress(OperationalError):
        kept = {*instance.get_run_ids(limit=keep), *instance.get_run_ids(UNFINISHED)}
        old = sorted(_runs_with_events(storage) - kept)
        for start in range(0, len(old), AT_ONCE):
            part = old[start : start + AT_ONCE]
            _delete_events(storage, part)
            for run_id in part:
                _delete_files(instance, run_id)
            forgotten += len(part)
    return forgotten


UNFINISHED = dg.RunsFilter(statuses=list(NOT_FINISHED_STATUSES))


def _runs_with_events(storage: SqlEventLogStorage) -> set[str]:
    events, checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    with storage.index_connection() as con:
        told = {
            *con.execute(select(events.run_id).distinct().where(events.id.not_in(_last_events()))).scalars(),
            *con.execute(select(checks.run_id).distinct().where(checks.id.not_in(_last_checks()))).scalars(),
        }
    shards = {path.stem for folder in _folders_of(storage) for path in folder.glob("*.db")}
    return {str(run_id) for run_id in told if run_id} | shards - {"index"}


def _delete_events(storage: SqlEventLogStorage, runs: Sequence[str]) -> None:
    events, checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    old = events.run_id.in_(runs) & events.id.not_in(_last_events())
    with storage.index_connection() as con:
        con.execute(
            delete(AssetEventTagsTable).where(
                AssetEventTagsTable.c.event_id.in_(select(events.id).where(old))
            )
        )
        con.execute(delete(SqlEventLogStorageTable).where(old))
        con.execute(
            delete(AssetCheckExecutionsTable).where(checks.run_id.in_(runs), checks.id.not_in(_last_checks()))
        )


def _last_events() -> Select[tuple[int]]:
    """Select what says of each asset, by registry, when it was last made, and what is known of it."""
    events = SqlEventLogStorageTable.c
    kinds = [
        kind.value for kind in (DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION)
    ]
    return (
        select(func.max(events.id))
        .where(events.dagster_event_type.in_(kinds))
        .group_by(events.asset_key, events.partition, events.dagster_event_type)
    )


def _last_checks() -> Select[tuple[int]]:
    checks = AssetCheckExecutionsTable.c
    return select(func.max(checks.id)).group_by(checks.asset_key, checks.check_name, checks.partition)


def _folders_of(storage: EventLogStorage[dg.DagsterInstance]) -> list[Path]:
    """Name the folder in which SQLite has a file for each run; other databases have none."""
    return [Path(storage.path_for_shard("any")).parent] if isinstance(storage, SqliteEventLogStorage) else []


def _delete_files(instance: dg.DagsterInstance, run_id: str) -> None:
    for folder in _folders_of(instance.event_log_storage):
        for ending in (".db", ".db-wal", ".db-shm"):
            (folder / f"{run_id}{ending}").unlink(missing_ok=True)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
