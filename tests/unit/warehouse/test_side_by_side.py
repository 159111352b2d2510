"""Pieces of work on one file run side by side, each by its own cursor, and none outlives an error.

Not here: what the pieces are.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest

from bpp_etl.errors import BppError
from bpp_etl.warehouse.connection import Connection, count_of, opened, side_by_side

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
