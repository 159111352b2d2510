"""Errors that one process tells another: how they are put into JSON, and raised again where they arrive.

Not here: the processes (`bpp_etl/reading/child.py`, `bpp_etl/shards`).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError, BusyError, UsageError
from bpp_etl.warehouse.connection import NoRoomError

KINDS: Mapping[str, type[BppError]] = {
    kind.__name__: kind for kind in (BppError, BusyError, NoRoomError, UsageError)
}


def as_message(error: Exception) -> dict[str, Any]:
    """Tell an error of ours whole, and of any other where it came from: its words may quote a cell."""
    if isinstance(error, BppError):
        return {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    if os.environ.get("BPP_TRACEBACK") == "1":
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return {"fault": type(error).__name__, "where": f"{Path(frame.filename).name}:{frame.lineno}"}


def raise_told(message: Mapping[str, Any], failed: str) -> None:
    """Raise the error that a message tells, if any; `failed` says what did where it is none of ours."""
    if "error" in message:
        raise KINDS.get(message["error"], BppError)(message["message"], message["hint"])
    if "fault" in message:
        raise BppError(
            f"{failed}, by {message['fault']} at {message['where']}",
            "report this as a fault; the release in service is as it was",
        )
