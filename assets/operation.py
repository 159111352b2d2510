"""How the graph is operated: when it looks, when it runs, what counts as fresh.

Each setting is a key of `[tool.bpp.operation]` in pyproject.toml, or the variable `BPP_<KEY>`, which wins.
Not here: where landing and warehouse are (`bpp_etl/settings.py`), and where alerts go (`alerts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bpp_etl.errors import UsageError
from bpp_etl.events.protocol_file import DEFAULT_PROTOCOL
from bpp_etl.settings import section_of


@dataclass(frozen=True)
class Operation:
    """The settings of a running graph."""

    quiet_minutes: float = 15.0
    """A delivery without `_COMPLETE` is taken as whole once nothing in it changed for so long."""
    watch_seconds: int = 30
    """How often the landing is looked at."""
    timezone: str = "UTC"
    """The timezone of both schedules."""
    nightly_refresh: str = "0 2 * * *"
    """When what was missed is caught up with, as cron writes it."""
    weekly_publish: str = "0 6 * * 1"
    """When a release is made of what has changed, as cron writes it."""
    registry_fresh_days: float = 35.0
    """A registry that was not admitted for longer is late."""
    release_fresh_days: float = 35.0
    """A release that is older is late."""
    keep_runs: int = 200
    """Of so many runs the events are kept; what is known of each asset stays."""
    protocols: str = DEFAULT_PROTOCOL
    """Names or files of protocols, separated by commas, that the graph derives by."""

    def __post_init__(self) -> None:
        """Refuse what could not be followed."""
        for name in (
            "quiet_minutes",
            "watch_seconds",
            "registry_fresh_days",
            "release_fresh_days",
            "keep_runs",
        ):
            if getattr(self, name) <= 0:
                raise UsageError(f"{name} is not above 0", "see [tool.bpp.operation] in pyproject.toml")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise UsageError("timezone is not a known timezone", "for instance Europe/Oslo") from None

    @property
    def protocol_names(self) -> list[str]:
        """The protocols, one by one."""
        return [name.strip() for name in self.protocols.split(",") if name.strip()]


def load_operation(project: Path, environment: Mapping[str, str]) -> Operation:
    """Read the settings of a project; a variable wins over the file.

    Errors: UsageError for a key that is not known, or a value that is not of its kind.
    """
    known = {field.name: type(field.default) for field in fields(Operation)}
    told = section_of("operation", tuple(known), project)
    for name in known:
        value = environment.get(f"BPP_{name.upper()}")
        if value:
            told[name] = value
    return Operation(**{name: _read(name, value, known[name]) for name, value in told.items()})


def _read(name: str, value: object, kind: type) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise UsageError(
            f"{name} is not a {kind.__name__}", "see [tool.bpp.operation] in pyproject.toml"
        ) from None
