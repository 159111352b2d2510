"""The section of `registry.toml` that is named after the format: what an adapter lets a registry state.

Not here: which settings an adapter has (`bpp_etl/adapters/settings.py`). Here a value is only what may stand
in such a section at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bpp_etl.errors import shown
from bpp_etl.landing.keys import ConfigurationError, table_of

KINDS = "text, whole numbers, true or false, a list of these, or a table of them"


@dataclass(frozen=True)
class OwnSetting:
    """One key below the section: its place from there, and its values as text; a single value is one."""

    place: tuple[str, ...]
    values: tuple[str, ...]


def own_section_of(told: Any, where: str) -> tuple[OwnSetting, ...]:
    """Read every key of the section, however deep it stands."""
    return tuple(_settings(table_of(told, where), where, ()))


def recalled_own(told: Iterable[Mapping[str, Any]]) -> tuple[OwnSetting, ...]:
    """Make settings again of their fields, as JSON has them."""
    return tuple(OwnSetting(tuple(one["place"]), tuple(one["values"])) for one in told)


def _settings(told: Mapping[str, Any], where: str, above: tuple[str, ...]) -> Iterator[OwnSetting]:
    for key, value in told.items():
        place = (*above, key.strip())
        if isinstance(value, dict):
            yield from _settings(value, where, place)
            continue
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | int) for one in values):
            name = shown(".".join(place))
            raise ConfigurationError(f"registry.toml: {name} in [{where}] must be {KINDS}", "mend its value")
        yield OwnSetting(place, tuple(dict.fromkeys(map(_text, values))))


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()
