"""Writes many events of one kind and run in a few statements, as Dagster's own storage writes each.

What stands in them afterwards is what its own way writes, one event after the other. Not here: which events
are written together (`run_storage.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dagster import AssetCheckEvaluation, DagsterEventType, EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._time import datetime_from_timestamp
from sqlalchemy import bindparam
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

MADE, PLANNED = DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED
CHECKED, DUE = DagsterEventType.ASSET_CHECK_EVALUATION, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
ALIKE = frozenset({MADE, PLANNED, CHECKED, DUE})
"""What is told of all assets or checks of a step at once."""

Row = dict[str, Any]


def kind_of(event: EventLogEntry) -> tuple[str, DagsterEventType] | None:
    """Say with which events one may be written together; None where with none."""
    kind = event.dagster_event_type if event.is_dagster_event else None
    return (event.run_id, kind) if kind in ALIKE else None


def write_alike(storage: SqliteEventLogStorage, events: Sequence[EventLogEntry]) -> None:
    """Write events that are of one kind and one run."""
    rows = [storage._event_to_row(event) for event in events]
    with storage.run_connection(events[0].run_id) as con:
        con.execute(SqlEventLogStorageTable.insert(), rows)
    with storage.index_connection() as con:
        ids = _insert(con, rows)
        kind = events[0].dagster_event_type
        if kind in (MADE, PLANNED):
            storage._store_asset_event_tags(con, events, ids)
            _note_assets(con, events, ids, rows)
        elif kind is CHECKED and not _are_planned(con, events):
            con.execute(
                AssetCheckExecutionsTable.insert(),
                [_execution(*one) for one in zip(events, ids, rows, strict=True)],
            )
        else:
            for event, number in zip(events, ids, strict=True):
                storage.store_asset_check_event(event, number)


def _insert(con: Connection, rows: Sequence[Row]) -> list[int]:
    """Insert events in the common database; the first takes its lock, so the numbers after it are free."""
    inserted = con.execute(SqlEventLogStorageTable.insert(), rows[0]).inserted_primary_key
    assert inserted is not None
    ids = list(range(inserted[0], inserted[0] + len(rows)))
    if rows[1:]:
        numbered = [{"id": number, **row} for number, row in zip(ids[1:], rows[1:], strict=True)]
        con.execute(SqlEventLogStorageTable.insert(), numbered)
    return ids


def _note_assets(
    con: Connection, events: Sequence[EventLogEntry], ids: Sequence[int], rows: Sequence[Row]
) -> None:
    noted = [
        {
            "asset_key": row["asset_key"],
            "last_run_id": event.run_id,
            "last_materialization_timestamp": datetime_from_timestamp(event.timestamp),
            # The event is part of the record, in the words in which it has just been written.
            **({"last_materialization": _record(row["event"], number)} if _is_made(event) else {}),
        }
        for event, number, row in zip(events, ids, rows, strict=True)
    ]
    made = insert(AssetKeyTable)
    changed = {name: made.excluded[name] for name in noted[0] if name != "asset_key"}
    con.execute(made.on_conflict_do_update(index_elements=["asset_key"], set_=changed), noted)


def _is_made(event: EventLogEntry) -> bool:
    return event.dagster_event_type is MADE


def _record(event: str, number: int) -> str:
    return f'{{"__class__": "EventLogRecord", "event_log_entry": {event}, "storage_id": {number}}}'


def _are_planned(con: Connection, events: Sequence[EventLogEntry]) -> bool:
    """Say whether the run has a row for any of the checks: that it is due, or what it said before."""
    table = AssetCheckExecutionsTable.c
    same = AssetCheckExecutionsTable.update().where(
        table.asset_key == bindparam("key"),
        table.check_name == bindparam("name"),
        table.run_id == bindparam("run"),
        table.partition.is_(bindparam("part")),
    )
    asked = [
        {"key": one.asset_key.to_string(), "name": one.check_name, "run": event.run_id, "part": one.partition}
        for event in events
        for one in [_evaluation(event)]
    ]
    return con.execute(same.values(run_id=table.run_id), asked).rowcount > 0


def _evaluation(event: EventLogEntry) -> AssetCheckEvaluation:
    told = event.get_dagster_event().event_specific_data
    assert isinstance(told, AssetCheckEvaluation)
    return told


def _execution(event: EventLogEntry, number: int, row: Row) -> Row:
    told, status = _evaluation(event), AssetCheckExecutionRecordStatus
    target = told.target_materialization_data
    return {
        "asset_key": told.asset_key.to_string(),
        "check_name": told.check_name,
        "partition": told.partition,
        "run_id": event.run_id,
        "execution_status": (status.SUCCEEDED if told.passed else status.FAILED).value,
        "evaluation_event": row["event"],
        "evaluation_event_timestamp": row["timestamp"],
        "evaluation_event_storage_id": number,
        "materialization_event_storage_id": target.storage_id if target else None,
    }
