"""Ctrl-C while DuckDB works: a query that runs is stopped, and work that begins is begun to its end.

Not here: opening DuckDB (`connection.py`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import duckdb

A_MOMENT = 0.2
"""Seconds after which a wait looks up: a signal that came to another thread does not wake this one."""

INTERRUPTED = "Query interrupted"
"""What DuckDB says, as a RuntimeError, when a signal's handler raised while a query ran."""


@contextmanager
def stopped_by_interrupt(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let Ctrl-C be Ctrl-C: stop the query that runs, and raise what the signal's handler raises.

    Without this DuckDB waits for the threads that work on the query, and they do not hear of the signal. A
    query that was stopped ends in another error, of DuckDB's own. Signals reach the main thread alone.
    """
    before = signal.getsignal(signal.SIGINT)
    is_heard = callable(before) and threading.current_thread() is threading.main_thread()

    def stop(number: int, frame: FrameType | None) -> None:
        con.interrupt()
        if callable(before):
            before(number, frame)

    if is_heard:
        signal.signal(signal.SIGINT, stop)
    try:
        yield
    except RuntimeError as error:
        if str(error) != INTERRUPTED:
            raise
        raise KeyboardInterrupt from None
    finally:
        if is_heard:
            signal.signal(signal.SIGINT, before)


@contextmanager
def interrupt_put_off() -> Iterator[None]:
    """Let Ctrl-C be heard after the block, not in the middle of it."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[FrameType | None] = []
    signal.signal(signal.SIGINT, lambda _, frame: heard.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        before(signal.SIGINT, heard[0])
