"""Makes Dagster's SQLite storage cheap for the one process that runs the graph itself.

Not here: the settings of the instance (`dagster.yaml`). What this reaches into is no public interface: a test
holds that it is still there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

STORAGES = (sqlite_event_log, sqlite_run_storage)
"""Modules that make an engine, and throw it away, for every event."""

MAKER = "create_engine"


@contextmanager
def cheap_storage() -> Iterator[None]:
    """Let SQLite write a run's hundreds of events without starting anew, or waiting for the disk, at each.

    An engine that is kept remembers the statements that it compiled; a connection that stays open spares
    folding the write-ahead log back each time, and `synchronous = normal` the wait: a crash of the machine
    can then lose the last events, never the file.
    """
    made = [vars(module)[MAKER] for module in STORAGES]
    engines: dict[str, Engine] = {}

    def engine_for(url: str, **options: Any) -> Engine:
        if url not in engines:
            engine = made[0](url, **(options | {"poolclass": QueuePool}))
            event.listen(engine, "connect", _wait_less)
            engines[url] = engine
            engine.dispose = _not_yet
        return engines[url]

    for module in STORAGES:
        vars(module)[MAKER] = engine_for
    try:
        yield
    finally:
        for module, theirs in zip(STORAGES, made, strict=True):
            vars(module)[MAKER] = theirs
        for engine in engines.values():
            Engine.dispose(engine)


def _wait_less(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("pragma synchronous = normal")


def _not_yet(close: bool = True) -> None:
    """Stand in for `dispose`, which the storage calls after every event."""
