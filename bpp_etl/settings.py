"""Where the landing and the warehouse are, from options, environment, or the project's own folders.

Not here: opening either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Places:
    """The landing and the warehouse of one call."""

    landing: Path
    warehouse: Path


def places(
    environment: Mapping[str, str], landing: str | Path | None = None, warehouse: str | Path | None = None
) -> Places:
    """Choose each place: the option, else its variable, else the project's `warehouse` folder."""
    return Places(
        _absolute(landing or environment.get("BPP_LANDING") or PROJECT / "warehouse" / "landing"),
        _absolute(warehouse or environment.get("BPP_WAREHOUSE") or PROJECT / "warehouse"),
    )


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
