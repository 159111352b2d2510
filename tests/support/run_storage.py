"""What run storage is tested with: things to run, who counts, and the storage as Dagster keeps it by itself.

The latter is by the lines of operations.md that go back to it. Not here: what ours must do
(`tests/operation/test_run_storage.py` and those beside it).
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml
from dagster._core.events import DagsterEvent, StepMaterializationData
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from assets.instance import CONFIGURATION, home_of
from tests.support.pages import fenced, page

(GOING_BACK,) = (
    block for block in fenced(page("operations.md"), "yaml") if block.startswith("storage:\n  sqlite:")
)


@contextmanager
def as_dagster_does(warehouse: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a warehouse whose settings went back to Dagster's own storage."""
    stated = (home_of(warehouse) / CONFIGURATION).read_text(encoding="utf-8")
    changed, blocks = re.subn(r"^storage:\n(?:  .*\n)+", GOING_BACK, stated, flags=re.MULTILINE)
    assert blocks == 1
    settings = yaml.safe_load(changed)
    settings["storage"]["sqlite"]["base_dir"] = str(warehouse / "dagster")
    elsewhere = warehouse / "gone-back"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / CONFIGURATION).write_text(yaml.safe_dump(settings), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(elsewhere)) as instance:
        yield instance


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
