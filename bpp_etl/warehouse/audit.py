"""Who did what to a warehouse, and when: a file that is only ever appended to, a line of JSON for each deed.

Not here: the deeds. No value of a patient goes in: one that was erased is told by registry and keyed hash.
"""

from __future__ import annotations

import datetime as dt
import os
import pwd
import socket
from pathlib import Path
from typing import Any, Literal

from bpp_etl.warehouse.lines import append_line, read_lines

FILE = "audit.jsonl"
Action = Literal["refresh", "publish", "put_back", "rollback", "prune", "share", "export", "erase"]
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


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account that the machine does not name
        return str(os.getuid())
