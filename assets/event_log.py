"""Makes Dagster's SQLite storage cheap for the processes that write its events.

Not here: the settings of the instance (`dagster.yaml`). What this reaches into is no public interface: a test
holds that it is still there.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

STORAGES = (sqlite_event_log, sqlite_run_storage)
"""Modules that make an engine, and throw it away, for every event."""

MAKER = "create_engine"
MOST_ENGINES = 8
"""Kept at most: every run has a database of its own, and a server that shows runs opens many."""

_engines: dict[str, Engine] = {}
_keeping = threading.Lock()


@contextmanager
def cheap_storage() -> Iterator[None]:
    """Write events cheaply for as long as the block lasts."""
    was_on = is_storage_cheap()
    make_storage_cheap()
    try:
        yield
    finally:
        if not was_on:
            for module in STORAGES:
                vars(module)[MAKER] = create_engine
            with _keeping:
                while _engines:
                    _let_go()


def make_storage_cheap() -> None:
    """Let SQLite write a run's hundreds of events without starting anew, or waiting for the disk, at each.

    An engine that is kept remembers the statements that it compiled; a connection that stays open spares
    folding the write-ahead log back each time, and `synchronous = normal` the wait: a crash of the machine
    can then lose the last events, never the file. Holds for this process, from now on.
    """
    for module in STORAGES:
        vars(module)[MAKER] = _engine_for


def is_storage_cheap() -> bool:
    """Say whether this process writes events cheaply."""
    return all(vars(module)[MAKER] is _engine_for for module in STORAGES)


def _engine_for(url: str, **options: Any) -> Engine:
    with _keeping:
        engine = _engines.pop(url, None)
        if engine is None:
            while len(_engines) >= MOST_ENGINES:
                _let_go()
            engine = create_engine(url, **(options | {"poolclass": QueuePool}))
            event.listen(engine, "connect", _wait_less)
            engine.dispose = _not_yet  # type: ignore[method-assign]
        _engines[url] = engine
        return engine


def _let_go() -> None:
    """Close what the engine that was used longest ago keeps open."""
    Engine.dispose(_engines.pop(next(iter(_engines))))


def _wait_less(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("pragma synchronous = normal")


def _not_yet(close: bool = True) -> None:
    """Stand in for `dispose`, which the storage calls after every event."""
