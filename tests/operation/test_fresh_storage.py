"""Databases of Dagster that are missing: made as Dagster makes them, its revisions read once.

Not here: what is written into them (`test_run_storage.py`).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage.sqlite import LAST_KNOWN_STAMPED_SQLITE_ALEMBIC_REVISION

from assets.instance import instance_of
from tests.support.run_storage import (
    as_dagster_does,
)


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
