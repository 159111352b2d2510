"""Databases of SQLite that stay open from one use to the next.

Not here: what lies in them (`run_storage.py`), and making them (`fresh_storage.py`).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine

MOST_OPEN = 8
"""Databases kept open at most: every run has one of its own, and a server that shows runs reads many."""

PATIENCE = 30
"""Seconds for which one writer waits for another, as in Dagster's own event log."""


class KeptOpen:
    """Databases that stay open from one use to the next; the one used longest ago makes room.

    An engine that is kept remembers the statements that it compiled. A connection that is kept spares folding
    the write-ahead log back each time, and `synchronous = normal` the wait for the disk: a crash of the
    machine can then lose the last events, never the file.
    """

    def __init__(self) -> None:
        """Keep nothing open yet."""
        self._engines: dict[str, Engine] = {}
        self._keeping = threading.Lock()

    @contextmanager
    def begin(self, url: str) -> Iterator[Connection]:
        """Yield a connection in a transaction, as Dagster's storages do."""
        with self._engine(url).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all of them; what is in use closes when it is given back."""
        with self._keeping:
            while self._engines:
                self._let_go()

    def _engine(self, url: str) -> Engine:
        with self._keeping:
            engine = self._engines.pop(url, None)
            if engine is None:
                while len(self._engines) >= MOST_OPEN:
                    self._let_go()
                engine = create_engine(url, connect_args={"timeout": PATIENCE})
                event.listen(engine, "connect", _wait_less)
            self._engines[url] = engine
            return engine

    def _let_go(self) -> None:
        self._engines.pop(next(iter(self._engines))).dispose()


def _wait_less(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("pragma synchronous = normal")
