"""Who is building a release just now: a lease beside it says whose it is, and is renewed while it is built.

On this machine a process id tells whether the builder still runs. Of another machine that shares the
warehouse nothing is known but the lease: it is left behind once it was not renewed for `STALE`.
Not here: removing what was left behind (`shelf.py`).
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LEASE = ".lease"
RENEWED_EVERY = 20.0
"""Seconds from one renewal of a lease to the next."""
STALE = 300.0
"""Seconds after which a lease that another machine did not renew is nobody's: fifteen renewals."""


def builder() -> str:
    """Name this process among all that may build: the machine and the process id."""
    return f"{_machine()}.{os.getpid()}"


@contextmanager
def leased(folder: Path) -> Iterator[None]:
    """Renew the lease in a folder, as long as the block runs, from a thread of its own."""
    lease, done = folder / LEASE, threading.Event()

    def renew() -> None:
        while not done.wait(RENEWED_EVERY):
            with suppress(OSError):  # the folder is gone, or just being named: nothing is left to lease
                os.utime(lease)

    lease.write_text(builder(), encoding="utf-8")
    renewing = threading.Thread(target=renew, name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()


def is_left_behind(path: Path, who: str) -> bool:
    """Say whether the builder that `who` names no longer works on what lies at a path."""
    machine, _, process = who.rpartition(".")
    if machine in {"", _machine()}:
        return not _is_running(process)
    return _age_of(path) > STALE


def _age_of(path: Path) -> float:
    """Say how many seconds ago a lease was renewed, by the clock of the file system, which all share.

    A file in the making has no lease: it grows, and is its own.
    """
    lease = path / LEASE if path.is_dir() else path
    now = path.parent / f".now.{builder()}"
    try:
        now.touch()
        renewed = lease if lease.exists() else path
        return now.stat().st_mtime - renewed.stat().st_mtime
    except OSError:
        return 0.0
    finally:
        now.unlink(missing_ok=True)


def _machine() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname()) or "machine"


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
