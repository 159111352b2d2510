"""Run storage: the same files as Dagster's own, kept open and cheap to write, and the way back to its own.

To others its files are those of Dagster's own. Not here: what is run. What Dagster leaves to storages that
derive from its own is held here too, so that a version of it that leaves less is told by name.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.execution.plan.outputs import StepOutputData, StepOutputHandle
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.sqlite import LAST_KNOWN_STAMPED_SQLITE_ALEMBIC_REVISION
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from assets.alike_events import kind_of
from assets.instance import instance_of
from assets.kept_open import MOST_OPEN, KeptOpen
from assets.run_storage import MOST_HELD, KeptOpenEvents, KeptOpenRuns
from tests.support.run_storage import as_dagster_does


@dg.op
def nothing() -> None:
    """Do nothing."""


@dg.job
def quiet() -> None:
    """Do nothing."""
    nothing()


@dg.asset
def told() -> None:
    """Tell nothing."""


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


@contextmanager
def opened() -> Iterator[list[str]]:
    """Name each database that is opened by SQLAlchemy in this process meanwhile."""
    databases: list[str] = []

    def add(connection: sqlite3.Connection, _record: object) -> None:
        databases.append(connection.execute("pragma database_list").fetchone()[2])

    event.listen(Engine, "connect", add)
    try:
        yield databases
    finally:
        event.remove(Engine, "connect", add)


def open_files(folder: Path) -> list[str]:
    """List the databases under a folder that this process holds open."""
    held = (os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir())
    return sorted({name for name in held if name.startswith(str(folder)) and name.endswith(".db")})


def kinds_of(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.is_success
    return [str(entry.dagster_event_type) for entry in instance.all_logs(run_id)]


def materialized(run: dg.DagsterRun) -> dg.EventLogEntry:
    """An event that Dagster keeps in the run's database and in the common one."""
    happened = DagsterEvent(
        event_type_value=dg.DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=run.job_name,
        event_specific_data=StepMaterializationData(dg.AssetMaterialization(told.key)),
    )
    return dg.EventLogEntry(
        error_info=None,
        level=logging.DEBUG,
        user_message="",
        run_id=run.run_id,
        timestamp=time.time(),
        dagster_event=happened,
    )


@contextmanager
def committed() -> Iterator[Counter[str]]:
    """Count the transactions that each database commits meanwhile."""
    transactions = Counter[str]()

    def add(connection: Connection) -> None:
        transactions[Path(str(connection.engine.url.database)).stem] += 1

    event.listen(Engine, "commit", add)
    try:
        yield transactions
    finally:
        event.remove(Engine, "commit", add)


def note(instance: dg.DagsterInstance, run: dg.DagsterRun, message: str) -> None:
    instance.report_engine_event(message, run)


def notes_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    return [entry.message for entry in instance.all_logs(run.run_id, dg.DagsterEventType.ENGINE_EVENT)]


def test_dagster_leaves_its_connections_to_storages_that_derive_from_its_own() -> None:
    assert {"run_connection", "index_connection"} <= SqlEventLogStorage.__abstractmethods__
    assert "connect" in SqlRunStorage.__abstractmethods__


def test_the_project_keeps_its_run_storage_open(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        assert isinstance(instance.run_storage, KeptOpenRuns)
        assert isinstance(instance.event_log_storage, KeptOpenEvents)
        kinds_of(instance, dg.materialize([told], instance=instance).run_id)
    assert (tmp_path / "dagster" / "history" / "runs.db").is_file()


def made_in(warehouse: Path) -> dict[str, object]:
    """Tell of each database of an instance: its tables and indexes, revision, marks and journal."""
    told: dict[str, object] = {}
    for path in sorted((warehouse / "dagster").rglob("*.db")):
        with closing(sqlite3.connect(path)) as con:
            schema = con.execute("select type, name, sql from sqlite_master order by 1, 2").fetchall()
            marks = [name for kind, name, _ in schema if kind == "table" and name == "secondary_indexes"]
            told[path.stem] = (
                schema,
                con.execute("select * from alembic_version").fetchall(),
                [con.execute(f"select name from {mark} order by name").fetchall() for mark in marks],
                con.execute("pragma journal_mode").fetchall(),
            )
    return told


def test_databases_are_made_as_dagster_makes_them_and_its_revisions_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for warehouse, open_instance in ((theirs, as_dagster_does), (ours, instance_of)):
        warehouse.mkdir()
        with monkeypatch.context() as patched:
            read: list[object] = []
            known = ScriptDirectory.from_config

            def told(config: Config, known: Any = known, read: list[object] = read) -> ScriptDirectory:
                read.append(config)
                return known(config)

            patched.setattr(ScriptDirectory, "from_config", told)
            with open_instance(warehouse) as instance, instance.event_log_storage.run_connection("a-run"):
                pass
        assert len(read) <= 1 or warehouse == theirs
    assert made_in(ours) == made_in(theirs)
    assert made_in(ours).keys() == {"runs", "schedules", "index", "a-run"}


def test_a_database_that_is_not_known_to_be_whole_is_left_to_dagster(tmp_path: Path) -> None:
    with instance_of(tmp_path):
        pass
    (runs,) = (tmp_path / "dagster").rglob("runs.db")
    with closing(sqlite3.connect(runs)) as con:
        con.execute("drop table alembic_version")  # as an early version of Dagster left it
    with instance_of(tmp_path) as instance:
        assert instance.get_runs_count() == 0
    with closing(sqlite3.connect(runs)) as con:
        (stamped,) = con.execute("select version_num from alembic_version").fetchone()
    assert stamped == LAST_KNOWN_STAMPED_SQLITE_ALEMBIC_REVISION


def test_the_documented_lines_go_back_to_dagsters_own(tmp_path: Path) -> None:
    with as_dagster_does(tmp_path) as instance:
        assert isinstance(instance.get_ref().storage, DagsterSqliteStorage)
        assert type(instance.event_log_storage) is SqliteEventLogStorage


def test_what_was_written_kept_open_is_all_there_for_dagsters_own_storage_and_back(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        ours = dg.materialize([told], instance=instance).run_id
        kinds = kinds_of(instance, ours)
    for log in tmp_path.rglob("*.db"):
        with closing(sqlite3.connect(log)) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    with as_dagster_does(tmp_path) as instance:
        assert isinstance(instance.get_ref().storage, DagsterSqliteStorage)
        assert kinds_of(instance, ours) == kinds
        assert str(dg.DagsterEventType.ASSET_MATERIALIZATION) in kinds
        theirs = dg.materialize([told], instance=instance).run_id
    with instance_of(tmp_path) as instance:
        assert len(kinds_of(instance, theirs)) == len(kinds)
        assert instance.get_latest_materialization_event(told.key).run_id == theirs


def test_no_event_and_no_look_at_partitions_opens_a_database_anew(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        run = instance.create_run_for_job(quiet)
        note(instance, run, "the first")
        instance.report_runless_asset_event(dg.AssetMaterialization(told.key))
        with opened() as databases:
            for at in range(20):
                note(instance, run, str(at))
                instance.add_run_tags(run.run_id, {"at": str(at)})
                instance.report_runless_asset_event(dg.AssetMaterialization(told.key))
                instance.add_dynamic_partitions("registry", [f"{at}"])
                assert len(instance.get_dynamic_partitions("registry")) == at + 1
        assert databases == []
    with as_dagster_does(tmp_path) as instance, opened() as databases:
        note(instance, run, "one more")
        assert databases


def test_an_event_is_one_transaction_of_each_database(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        run = instance.create_run_for_job(quiet)
        note(instance, run, "the first")
        happened = materialized(run)
        with committed() as transactions:
            instance.event_log_storage.store_event(happened)
        assert transactions == {"index": 1, run.run_id: 1}
        assert len(instance.all_logs(run.run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)) == 1
        assert instance.get_latest_materialization_event(told.key).run_id == run.run_id


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


def test_no_more_databases_are_kept_open_than_stated(tmp_path: Path) -> None:
    kept = KeptOpen()
    with opened() as databases:
        for at in [*range(MOST_OPEN + 3), MOST_OPEN + 2, 0]:
            with kept.begin(f"sqlite:///{tmp_path}/{at}.db") as connection:
                connection.exec_driver_sql("create table if not exists told (what)")
    assert len(databases) == MOST_OPEN + 4, "the newest was still open, and the oldest was not"
    assert len(open_files(tmp_path)) == MOST_OPEN
    kept.close()
    assert open_files(tmp_path) == []


def test_threads_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        runs = [instance.create_run_for_job(quiet) for _ in range(MOST_OPEN + 2)]

        def write(writer: int) -> None:
            for at in range(5):
                for run in runs:
                    note(instance, run, f"{writer}/{at}")

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = {f"{writer}/{at}" for writer in range(3) for at in range(5)}
        for run in runs:
            assert len(notes_of(instance, run)) == len(expected)
            assert set(notes_of(instance, run)) == expected


def test_who_watches_a_run_hears_of_it_while_its_database_stays_open(tmp_path: Path) -> None:
    heard = threading.Event()
    with instance_of(tmp_path) as writing, instance_of(tmp_path) as watching:
        run = writing.create_run_for_job(quiet)
        note(writing, run, "the first")

        def hear(entry: dg.EventLogEntry, _cursor: str) -> None:
            if entry.message == "the second":
                heard.set()

        watching.watch_event_logs(run.run_id, None, hear)
        note(writing, run, "the second")
        assert heard.wait(60)
        watching.end_watch_event_logs(run.run_id, hear)


def test_a_wiped_history_begins_anew(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        run = instance.create_run_for_job(quiet)
        note(instance, run, "before")
        instance.event_log_storage.wipe()
        note(instance, run, "after")
        assert notes_of(instance, run) == ["after"]


def test_nothing_stays_open_behind_an_instance(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        note(instance, instance.create_run_for_job(quiet), "told")
        assert open_files(tmp_path)
    assert open_files(tmp_path) == []
    assert [*tmp_path.rglob("*.db-wal")] == []
