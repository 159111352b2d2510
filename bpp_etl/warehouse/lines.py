"""Files that only grow: a line of JSON at a time, whole or not at all, whoever else writes, and whoever dies.

Not here: what their lines say (`audit.py`; `bpp_etl/identity/erased.py`).
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bpp_etl.warehouse.connection import room_for


def append_line(path: Path, told: dict[str, Any]) -> None:
    """Append one line of JSON to a file of lines, whole or not at all, whoever else appends meanwhile.

    A line that a killed process left torn is ended first, so that it spoils none but itself.
    """
    with room_for(path), _held(path) as descriptor:
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        line = (b"\n" if is_torn else b"") + json.dumps(told, sort_keys=True).encode() + b"\n"
        written = os.write(descriptor, line)
        if written < len(line):  # the disk is full: what is there is torn, and is left out
            os.ftruncate(descriptor, size)
            os.write(descriptor, line)
        os.fsync(descriptor)


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each whole line of a file of lines with its number from 1; a torn one is passed over."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield number, told


@contextmanager
def _held(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    may_group_read = path.parent.stat().st_mode & stat.S_IRGRP
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600 | may_group_read)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
