"""The errors of ours that one process tells another, by their names.

Not here: telling them (`bpp_etl/reading/apart.py`, `bpp_etl/shards`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.errors import BppError, BusyError, UsageError
from bpp_etl.warehouse.connection import NoRoomError

KINDS: Mapping[str, type[BppError]] = {
    kind.__name__: kind for kind in (BppError, BusyError, NoRoomError, UsageError)
}
