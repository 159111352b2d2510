"""What a step tells by the hundred: written together, as Dagster writes it one by one, and none lost.

Not here: databases that stay open (`test_run_storage.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent
from dagster._core.execution.plan.outputs import StepOutputData, StepOutputHandle
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy.exc import IntegrityError

from assets.alike_events import kind_of
from assets.instance import instance_of
from assets.run_storage import MOST_HELD, KeptOpenEvents
from tests.support.run_storage import (
    as_dagster_does,
    committed,
    kinds_of,
    materialized,
    note,
    quiet,
)

CHECKS = 30


@dg.multi_asset(
    specs=[dg.AssetSpec("one"), dg.AssetSpec("other")],
    partitions_def=dg.StaticPartitionsDefinition(["first", "second"]),
    check_specs=[
        dg.AssetCheckSpec(f"check_{number}", asset=name)
        for number in range(CHECKS)
        for name in ("one", "other")
    ],
)
def judged() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Tell two tables, and then of each rule how both fared, as the gate does."""
    for name in ("one", "other"):
        yield dg.MaterializeResult(asset_key=name)
    for number in range(CHECKS):
        for name in ("one", "other"):
            yield dg.AssetCheckResult(asset_key=name, check_name=f"check_{number}", passed=number != 1)


def targets_of(instance: dg.DagsterInstance, run_id: str) -> Counter[tuple[str, str]]:
    """Count the checks of a run by the asset and the run whose materialization they were made of."""
    told = Counter[tuple[str, str]]()
    for entry in instance.all_logs(run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        assert entry.dagster_event is not None
        evaluated = entry.dagster_event.asset_check_evaluation_data
        assert evaluated.target_materialization_data is not None
        told[evaluated.asset_key.path[0], evaluated.target_materialization_data.run_id] += 1
    return told


def test_the_checks_of_a_step_are_written_together_and_are_those_that_dagster_writes(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        note(instance, instance.create_run_for_job(quiet), "the first")
        with committed() as transactions:
            ours = dg.materialize([judged], partition_key="first", instance=instance).run_id
        assert transactions[ours] < CHECKS, "there are two events for each of sixty checks"
        assert transactions["index"] < CHECKS
        kinds = kinds_of(instance, ours)
    with as_dagster_does(tmp_path) as instance:
        theirs = dg.materialize([judged], partition_key="first", instance=instance).run_id
        assert kinds_of(instance, theirs) == kinds
        assert kinds.count(str(dg.DagsterEventType.ASSET_CHECK_EVALUATION)) == 2 * CHECKS
        for number, status in ((1, "FAILED"), (2, "SUCCEEDED")):
            key = dg.AssetCheckKey(dg.AssetKey("one"), f"check_{number}")
            newest, before = instance.event_log_storage.get_asset_check_execution_history(key, limit=2)
            assert (newest.run_id, before.run_id) == (theirs, ours)
            assert newest.status.value == before.status.value == status


def rows_of(storage: SqliteEventLogStorage, run_ids: Iterable[str]) -> dict[str, list[dict[str, object]]]:
    """Read what a storage of events holds, but for when it was written."""
    found = {}
    tables = ("event_logs", "asset_keys", "asset_event_tags", "asset_check_executions")
    for place in ("index", *run_ids):
        with storage.run_connection(place) as connection:
            for table in tables if place == "index" else tables[:1]:
                rows = connection.exec_driver_sql(f"select * from {table} order by 1").mappings()
                found[f"{place}/{table}"] = [
                    {name: told for name, told in row.items() if name != "create_timestamp"} for row in rows
                ]
    return found


def test_what_is_alike_is_written_at_once_and_row_by_row_as_dagster_writes_it(tmp_path: Path) -> None:
    due = dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    with instance_of(tmp_path / "run") as instance:
        runs = [
            dg.materialize([judged], partition_key=partition, instance=instance).run_id
            for partition in ("first", "second")
        ]
        told = [entry for run in runs for entry in instance.all_logs(run) if kind_of(entry) is not None]
        # Of one of the runs nobody had said that its checks are due.
        told = [one for one in told if one.run_id == runs[0] or one.dagster_event_type is not due]
        groups = [list(group) for _, group in groupby(sorted(told, key=_run_and_kind), _run_and_kind)]
        storages = (SqliteEventLogStorage(str(tmp_path / "theirs")), KeptOpenEvents(str(tmp_path / "ours")))
        for storage in storages:
            storage.register_instance(instance)
        for group in groups:
            storages[1].store_event_batch(group)
            for entry in group:
                storages[0].store_event(entry)
        theirs, ours = (rows_of(storage, runs) for storage in storages)
        assert ours == theirs
        assert len(ours["index/asset_check_executions"]) == 2 * 2 * CHECKS
        for storage in storages:
            storage.dispose()


def _run_and_kind(entry: dg.EventLogEntry) -> tuple[str, str]:
    # As a run tells: what it intends comes first.
    kind = str(entry.dagster_event_type).removeprefix("DagsterEventType.")
    return entry.run_id, kind if kind.endswith("PLANNED") else f"then {kind}"


def test_a_check_is_of_its_own_runs_materialization(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        for partition in ("first", "second", "first"):
            run = dg.materialize([judged], partition_key=partition, instance=instance).run_id
            assert targets_of(instance, run) == {("one", run): CHECKS, ("other", run): CHECKS}


def test_what_waits_is_seen_by_whoever_asks_here_and_written_before_the_next_event(tmp_path: Path) -> None:
    def told(run: dg.DagsterRun, number: int) -> dg.EventLogEntry:
        waits = DagsterEvent(
            event_type_value=dg.DagsterEventType.STEP_OUTPUT.value,
            job_name=run.job_name,
            event_specific_data=StepOutputData(StepOutputHandle("judged", f"check_{number}")),
        )
        return materialized(run)._replace(dagster_event=waits)

    with instance_of(tmp_path) as instance, instance_of(tmp_path) as elsewhere:

        def seen(by: dg.DagsterInstance) -> int:
            return len(by.all_logs(run.run_id, dg.DagsterEventType.STEP_OUTPUT))

        run = instance.create_run_for_job(quiet)
        note(instance, run, "the first")
        instance.event_log_storage.store_event(told(run, 1))
        assert seen(elsewhere) == 0
        assert seen(instance) == 1
        assert seen(elsewhere) == 1
        instance.event_log_storage.store_event(told(run, 2))
        note(instance, run, "another kind")
        assert seen(elsewhere) == 2
        for number in range(MOST_HELD + 1):
            instance.event_log_storage.store_event(told(run, number))
        assert seen(elsewhere) == 2 + MOST_HELD, "no more wait than stated"
    with instance_of(tmp_path) as instance:
        assert seen(instance) == 3 + MOST_HELD, "closing writes what waits"


def test_an_event_that_cannot_be_stored_whole_is_not_stored(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        run = instance.create_run_for_job(quiet)
        note(instance, run, "the first")
        with instance.event_log_storage.index_connection() as connection:
            connection.exec_driver_sql(
                "create trigger refuse before insert on event_logs begin select raise(abort, 'refused'); end"
            )
        with pytest.raises(IntegrityError):
            instance.event_log_storage.store_event(materialized(run))
        with instance.event_log_storage.index_connection() as connection:
            connection.exec_driver_sql("drop trigger refuse")
        assert instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION) == []
        instance.event_log_storage.store_event(materialized(run))
        assert len(instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)) == 1
