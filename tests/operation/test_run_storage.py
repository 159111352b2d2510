"""Run storage: the same files as Dagster's own, kept open and cheap to write, and the way back to its own.

To others its files are those of Dagster's own. What Dagster leaves to storages that derive from its own is
held here too, so that a version of it that leaves less is told by name. Not here: what is run, events that
wait for others (`test_held_events.py`), and making databases (`test_fresh_storage.py`).
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from assets.instance import instance_of
from assets.kept_open import MOST_OPEN, KeptOpen
from assets.run_storage import KeptOpenEvents, KeptOpenRuns
from tests.support.run_storage import (
    as_dagster_does,
    committed,
    kinds_of,
    materialized,
    note,
    notes_of,
    open_files,
    opened,
    quiet,
    told,
)


def test_dagster_leaves_its_connections_to_storages_that_derive_from_its_own() -> None:
    assert {"run_connection", "index_connection"} <= SqlEventLogStorage.__abstractmethods__
    assert "connect" in SqlRunStorage.__abstractmethods__


def test_the_project_keeps_its_run_storage_open(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        assert isinstance(instance.run_storage, KeptOpenRuns)
        assert isinstance(instance.event_log_storage, KeptOpenEvents)
        kinds_of(instance, dg.materialize([told], instance=instance).run_id)
    assert (tmp_path / "dagster" / "history" / "runs.db").is_file()


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
