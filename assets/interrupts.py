"""Ctrl-C at a command while modules are loaded: there Python may lose it, and DuckDB aborts by it.

Not here: while DuckDB works (`bpp_etl/warehouse/interrupts.py`), and what a run of Dagster makes of it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = "interrupted; what is in service is as it was, refresh again to go on"
"""What Ctrl-C leaves behind."""
CODE = 130
LOADS = "<frozen importlib."
"""Of which files the frames are that load a module."""
A_MOMENT = 0.05
"""Seconds after which Ctrl-C that came while a module was loaded is tried again."""
CURSOR = b"\r\x1b[2K\x1b[?25h"
"""Gives a terminal its cursor back, which the sign of life hides."""
_loading: list[None] = []


@contextmanager
def loading() -> Iterator[None]:
    """Let Ctrl-C end the process at once: nothing is at work but what may be killed at any moment."""
    _loading.append(None)
    try:
        yield
    finally:
        _loading.pop()


def hear_interrupts() -> None:
    """Hear Ctrl-C so from now on, unless whoever started this process wanted something else."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _loading:
        if sys.stdout is not None and sys.stdout.isatty():
            os.write(1, CURSOR)
        os.write(2, f"{INTERRUPTED}\n".encode())
        os._exit(CODE)
    at = frame
    while at is not None:
        if at.f_code.co_filename.startswith(LOADS):
            # As a signal of the system's own: it wakes what waits.
            main = threading.main_thread().ident or 0
            again = threading.Timer(A_MOMENT, signal.pthread_kill, (main, number))
            again.daemon = True
            again.start()
            return
        at = at.f_back
    signal.default_int_handler(number, frame)
