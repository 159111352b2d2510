"""The Dagster instance of a warehouse: its run storage lies beside the warehouse.

Not here: the settings, which are in `dagster.yaml` at the top of the project.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bpp_etl.settings import PROJECT

HOME = "dagster"
CONFIGURATION = "dagster.yaml"
STATED_STORAGE = "base_dir: warehouse/dagster"


def home_of(warehouse: Path) -> Path:
    """Make the instance's folder with a copy of the project's settings, and return it."""
    home = warehouse / HOME
    home.mkdir(parents=True, exist_ok=True)
    settings = (PROJECT / CONFIGURATION).read_text(encoding="utf-8")
    quoted_home = "'" + str(home).replace("'", "''") + "'"
    settings = settings.replace(STATED_STORAGE, f"base_dir: {quoted_home}")
    target = home / CONFIGURATION
    if not target.exists() or target.read_text(encoding="utf-8") != settings:
        fresh = home / f".{CONFIGURATION}.{os.getpid()}"
        fresh.write_text(settings, encoding="utf-8")
        os.replace(fresh, target)  # noqa: PTH105
    return home


@contextmanager
def instance_of(warehouse: Path) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a warehouse."""
    with fewer_syncs(), dg.DagsterInstance.from_config(str(home_of(warehouse))) as instance:
        yield instance


@contextmanager
def fewer_syncs() -> Iterator[None]:
    """Let SQLite write a run's hundreds of events without waiting for the disk at each.

    Dagster opens and closes a connection for every event; the last one to close folds the whole log back. A
    connection of ours that stays open spares that, and `synchronous = normal` the wait: with a write-ahead
    log a crash of the machine can lose the last events, never the file.
    """
    kept: dict[str, sqlite3.Connection] = {}

    def on_connect(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        path = str(connection.execute("pragma database_list").fetchone()[2])
        if path and path not in kept:
            kept[path] = sqlite3.connect(path, check_same_thread=False)
            kept[path].execute("select count(*) from sqlite_master").fetchone()

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
        for connection in kept.values():
            connection.close()
