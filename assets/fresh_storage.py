"""Makes a database of Dagster's that is missing, as its own storages do, and asks alembic once in a process.

Dagster has alembic read all of its revisions, file by file, whenever it makes or opens a database: with one
for each run, that took as long as judging a small registry. Not here: what lies in them, and databases that
are there and hold something unknown, which are Dagster's to see to (`run_storage.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from sqlite3 import DatabaseError
from typing import Literal, TypeVar

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from dagster._core.storage import sql
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._serdes import ConfigurableClassData
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError as ToldDatabaseError
from sqlalchemy.pool import NullPool

State = Literal["there", "made", "unknown"]
T = TypeVar("T", bound=SqliteRunStorage | SqliteScheduleStorage)


def ensure_made(engine: Engine, metadata: MetaData) -> State:
    """Make the tables of a database that has none, stamped with the newest revision.

    One that is stamped is there. `unknown` is one that another process is making, or of an early version.
    """
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            if context.get_current_revision():
                return "there"
            if inspect(connection).get_table_names():
                return "unknown"
            connection.rollback()
            connection.execute(text("pragma journal_mode = wal"))
            metadata.create_all(connection)
            context.stamp(_revisions(), "head")
            connection.commit()
            return "made"
    except (ToldDatabaseError, DatabaseError):
        return "unknown"


def made_or(
    theirs: Callable[[str, ConfigurableClassData | None], T],
    ours: Callable[[str, ConfigurableClassData | None], T],
    folder: str,
    name: str,
    metadata: MetaData,
    settings: ConfigurableClassData | None,
) -> T:
    """Open a storage of one database, made where missing; by `theirs` where it is not known to be whole."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    url = create_db_conn_string(folder, name)
    engine = create_engine(url, poolclass=NullPool)
    try:
        state = ensure_made(engine, metadata)
    finally:
        engine.dispose()
    if state == "unknown":
        return theirs(folder, settings)
    storage = ours(url, settings)
    if state == "made":
        storage.migrate()
        storage.optimize()
    return storage


@cache
def _revisions() -> ScriptDirectory:
    return ScriptDirectory.from_config(sql.get_alembic_config(sqlite_event_log.__file__))
