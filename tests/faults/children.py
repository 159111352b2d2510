"""The children of this process in which deliveries are read, for a test that ends them.

Not here: what becomes of a delivery then.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpp_etl.reading import forks


@contextmanager
def signalled(number: int, *, once: bool) -> Iterator[None]:
    """Send a signal to the first child that reads, or to each, as soon as it is there."""
    forks.start()
    ((_, forker),) = ((who, one) for who, one in forks._started.items() if who[0] == os.getpid())
    listed = Path(f"/proc/{forker.process.pid}/task/{forker.process.pid}/children")
    done = threading.Event()

    def look() -> None:
        met: set[str] = set()
        while not done.wait(0.002):
            for child in set(listed.read_text(encoding="ascii").split()) - met:
                met.add(child)
                os.kill(int(child), number)
                if once:
                    return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
