"""Pieces of work on one file run side by side, each by its own cursor, and none outlives an error.

Not here: what the pieces are.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest

from bpp_etl.errors import BppError
from bpp_etl.warehouse.connection import Connection, count_of, opened
from bpp_etl.warehouse.side_by_side import side_by_side

PATIENCE = 20.0
ENDLESS = "select count(*) from range(1_000_000_000_000_000)"


def writing(number: int, meeting: Barrier) -> Callable[[Connection], int]:
    def piece(con: Connection) -> int:
        con.execute("create temp table noted as select 1 as note")  # under one name in each
        con.execute(f"create table t{number} as from range({number})")
        meeting.wait(timeout=60)
        return count_of(con, f"select count(*) from t{number}")

    return piece


def test_results_come_in_order_and_every_table_is_there(tmp_path: Path) -> None:
    meeting = Barrier(2)  # one that ran alone would wait in vain
    with opened(tmp_path / "a.duckdb", is_working_file=True) as con:
        assert side_by_side(con, [writing(3, meeting), writing(5, meeting)]) == [3, 5]
        assert count_of(con, "select count(*) from t3, t5") == 15


@pytest.mark.parametrize("order", [1, -1])
def test_an_error_in_one_stops_the_others(tmp_path: Path, order: int) -> None:
    started = Barrier(2)

    def failing(_: Connection) -> int:
        started.wait(timeout=60)
        raise BppError("no room", "make some")

    def endless(con: Connection) -> int:
        started.wait(timeout=60)
        return count_of(con, ENDLESS)

    work = [failing, endless][::order]
    with opened(tmp_path / "a.duckdb") as con, pytest.raises(BppError, match="no room"):
        side_by_side(con, work)


def test_an_interrupt_while_the_pieces_start_leaves_none_running(tmp_path: Path) -> None:
    def interrupting(con: Connection) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return count_of(con, ENDLESS)

    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt), opened(tmp_path / "a.duckdb") as con:
        side_by_side(con, [interrupting, interrupting])
    assert threading.active_count() == threads


def test_an_interrupt_that_another_thread_was_given_is_heard_at_once(tmp_path: Path) -> None:
    """The system chooses the thread; one that waits for a lock is not woken by a signal to another."""
    begun = time.monotonic()

    def interrupting(con: Connection) -> int:
        time.sleep(0.3)  # until the main thread waits
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        while time.monotonic() - begun < PATIENCE:
            count_of(con, "select count(*) from range(1000)")
        return 0

    with pytest.raises(KeyboardInterrupt), opened(tmp_path / "a.duckdb") as con:
        side_by_side(con, [interrupting])
    assert time.monotonic() - begun < PATIENCE / 2
