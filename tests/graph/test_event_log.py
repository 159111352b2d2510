"""The event log of a run in this process: cheap to write, and all there for the UI afterwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import dagster as dg
from sqlalchemy import create_engine

from assets.event_log import MAKER, MOST_ENGINES, STORAGES, cheap_storage, is_storage_cheap
from assets.instance import home_of, instance_of


@dg.asset
def told() -> None:
    """Tell nothing."""


def test_the_storages_make_their_engines_where_we_reach_in() -> None:
    assert all(vars(module)[MAKER] is create_engine for module in STORAGES)
    with cheap_storage():
        assert all(vars(module)[MAKER] is not create_engine for module in STORAGES)
    assert all(vars(module)[MAKER] is create_engine for module in STORAGES)


def test_one_engine_serves_all_events_of_a_database() -> None:
    with cheap_storage():
        first, second = (vars(STORAGES[0])[MAKER]("sqlite:///:memory:") for _ in range(2))
        assert first is second
        connection = first.connect()
        connection.close()
        first.dispose()
        assert first.pool.checkedin() == 1
    assert first.pool.checkedin() == 0


def test_no_more_databases_are_kept_open_than_stated(tmp_path: Path) -> None:
    with cheap_storage():
        made = vars(STORAGES[0])[MAKER]
        engines = [made(f"sqlite:///{tmp_path}/{at}.db") for at in range(MOST_ENGINES + 3)]
        for engine in engines:
            engine.connect().close()
        assert made(f"sqlite:///{tmp_path}/0.db") is not engines[0]
        assert made(f"sqlite:///{tmp_path}/{MOST_ENGINES + 2}.db") is engines[-1]


def test_a_block_inside_another_leaves_the_outer_one_cheap() -> None:
    with cheap_storage():
        with cheap_storage():
            pass
        assert is_storage_cheap()
    assert not is_storage_cheap()


def test_a_run_is_all_there_for_who_opens_the_instance_later(tmp_path: Path) -> None:
    with instance_of(tmp_path) as instance:
        run_id = dg.materialize([told], instance=instance).run_id
    for log in tmp_path.rglob("*.db"):
        with sqlite3.connect(log) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        connection.close()
    with dg.DagsterInstance.from_config(str(home_of(tmp_path))) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.is_success
        kinds = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
        assert dg.DagsterEventType.ASSET_MATERIALIZATION in kinds
        assert dg.DagsterEventType.RUN_SUCCESS in kinds
