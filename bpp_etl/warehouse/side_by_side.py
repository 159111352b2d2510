"""Pieces of work on one open file, two at a time.

Not here: opening it (`connection.py`), and which pieces do not touch each other's tables (their callers).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from bpp_etl.warehouse.connection import Connection, threads_of
from bpp_etl.warehouse.interrupts import A_MOMENT, interrupt_put_off

T = TypeVar("T")

AT_ONCE = 2
"""Statements that run side by side on one file; more would only share its buffers."""


def _raise_first(running: Sequence[Future[T]]) -> None:
    for piece in running:
        if piece.done():
            piece.result()


def side_by_side(con: Connection, work: Sequence[Callable[[Connection], T]]) -> list[T]:
    """Do pieces of work that touch different tables, two at a time, each by a cursor of its own.

    One statement alone seldom keeps two cores busy. Each piece commits by itself. The results come in the
    order of the work; the first error stops what still runs, and is raised.
    """
    cursors = [con.cursor() for _ in work]
    try:
        for cursor in cursors:
            cursor.execute("use warehouse")
        with ThreadPoolExecutor(min(AT_ONCE, threads_of(con))) as pool:
            running: list[Future[T]] = []
            try:
                with interrupt_put_off():  # a thread that started unseen would outlive the pool
                    running += [pool.submit(task, cursor) for task, cursor in zip(work, cursors, strict=True)]
                while wait(running, timeout=A_MOMENT, return_when=FIRST_EXCEPTION).not_done:
                    _raise_first(running)
                return [piece.result() for piece in running]
            except BaseException:
                for piece in running:
                    piece.cancel()
                # Only a statement that is running can be stopped; a piece may just be between two.
                while wait(running, timeout=0.1).not_done:
                    for cursor in cursors:
                        cursor.interrupt()
                raise
    finally:
        for cursor in cursors:
            cursor.close()
