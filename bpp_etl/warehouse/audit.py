"""Who did what to a warehouse, and when: a file that is only ever appended to, a line of JSON for each deed.

Not here: the deeds. No value of a patient goes in: one that was erased is told by registry and keyed hash.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import pwd
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from bpp_etl.warehouse.connection import room_for

FILE = "audit.jsonl"
Action = Literal["refresh", "publish", "put_back", "rollback", "prune", "share", "erase"]
FIELDS = ("done_at", "account", "host", "action", "registry", "delivery", "release_id", "share_id", "detail")
"""What a line says, in the order of the columns of `quality.audit`, which also counts the lines."""


def note(
    warehouse: Path,
    action: Action,
    *,
    registry: str | None = None,
    delivery: str | None = None,
    release_id: str | None = None,
    share_id: str | None = None,
    detail: str | None = None,
) -> None:
    """Append a line: who, on which machine, when, and what was done. It is on the disk afterwards.

    `detail` is a code or a keyed hash, never a value that was delivered.
    """
    told = {
        "done_at": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
        "account": _account(),
        "host": socket.gethostname(),
        "action": action,
        "registry": registry,
        "delivery": delivery,
        "release_id": release_id,
        "share_id": share_id,
        "detail": detail,
    }
    append_line(warehouse / FILE, {name: value for name, value in told.items() if value is not None})


def noted(warehouse: Path) -> list[dict[str, Any]]:
    """Read every line that was written to its end, oldest first; `position` is the number of the line."""
    return [
        {"position": position, **dict.fromkeys(FIELDS), **told}
        for position, told in read_lines(warehouse / FILE)
        if "done_at" in told and "action" in told
    ]


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


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account that the machine does not name
        return str(os.getuid())
