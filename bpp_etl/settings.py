"""Where the landing and the warehouse are, from options, environment, or the project's own folders.

Not here: opening either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import UsageError

PROJECT = Path(__file__).resolve().parent.parent
NOT_IN_A_DATABASE_PATH = "?\\"
"""DuckDB takes what follows a `?` for options, and a backslash for the end of a folder's name."""


@dataclass(frozen=True)
class Places:
    """The landing and the warehouse of one call."""

    landing: Path
    warehouse: Path


def places(
    environment: Mapping[str, str], landing: str | Path | None = None, warehouse: str | Path | None = None
) -> Places:
    """Choose each place: the option, else its variable, else the project's `warehouse` folder.

    Errors: UsageError where no database can be opened in the warehouse.
    """
    chosen = Places(
        _absolute(landing or environment.get("BPP_LANDING") or PROJECT / "warehouse" / "landing"),
        _absolute(warehouse or environment.get("BPP_WAREHOUSE") or PROJECT / "warehouse"),
    )
    if any(character in str(chosen.warehouse) for character in NOT_IN_A_DATABASE_PATH):
        raise UsageError(
            "the warehouse's path holds a character that DuckDB cannot open",
            f"choose a path without {' and '.join(NOT_IN_A_DATABASE_PATH)}",
        )
    return chosen


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
