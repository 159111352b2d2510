"""The Dagster instance of a warehouse: its run storage lies beside the warehouse.

Not here: the settings, which are in `dagster.yaml` at the top of the project.
"""

from __future__ import annotations

import os
import sqlite3
import threading
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


KEPT = 8
"""Files that are kept open at most; a server that reads the events of many runs opens many."""

_kept: dict[str, sqlite3.Connection] = {}
_keeping = threading.Lock()


@contextmanager
def fewer_syncs() -> Iterator[None]:
    """Write events with fewer waits for the disk, for as long as the block lasts."""
    was_on = event.contains(Engine, "connect", _on_connect)
    write_with_fewer_syncs()
    try:
        yield
    finally:
        if not was_on:
            event.remove(Engine, "connect", _on_connect)
            while _kept:
                _kept.popitem()[1].close()


def write_with_fewer_syncs() -> None:
    """Let SQLite write a run's hundreds of events without waiting for the disk at each, in this process.

    Dagster opens and closes a connection for every event; the last one to close folds the whole log back. A
    connection of ours that stays open spares that, and `synchronous = normal` the wait: with a write-ahead
    log a crash of the machine can lose the last events, never the file.
    """
    if not event.contains(Engine, "connect", _on_connect):
        event.listen(Engine, "connect", _on_connect)


def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.execute("pragma synchronous = normal")
    path = str(connection.execute("pragma database_list").fetchone()[2])
    with _keeping:
        if path and path not in _kept:
            while len(_kept) >= KEPT:
                _kept.pop(next(iter(_kept))).close()
            _kept[path] = sqlite3.connect(path, check_same_thread=False)
            _kept[path].execute("select count(*) from sqlite_master").fetchone()
