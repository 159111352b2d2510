"""What a key of `registry.toml` is: its name, how its value is checked, and the words of its documentation.

Not here: which keys there are (`registry_config.py`, `read_settings.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bpp_etl.errors import BppError, known_names, shown


class ConfigurationError(BppError):
    """registry.toml says something that cannot be followed."""


@dataclass(frozen=True)
class Key:
    """One key: `checked` takes its value and where it stands, and returns what it states.

    `default` and `states` are the words of `docs/registry.md`; `example` is a line or a section that can be
    followed.
    """

    name: str
    checked: Callable[[Any, str], Any]
    default: str
    states: str
    example: str


def ensure_known(what: str, name: str, among: tuple[str, ...]) -> None:
    """Refuse a name that is none of those there are."""
    if name not in among:
        raise ConfigurationError(f"registry.toml: unknown {what} '{shown(name)}'", known_names(name, among))


def table_of(value: Any, where: str) -> Mapping[str, Any]:
    """Return a section, which must be a table."""
    if not isinstance(value, dict):
        raise ConfigurationError(f"registry.toml: [{where}] must be a table", f"write it as [{where}]")
    return value


def text_of(value: Any, where: str) -> str:
    """Return a value that must be text."""
    if not isinstance(value, str):
        raise ConfigurationError(f"registry.toml: {where} must be text", "put it in quotes")
    return value


def whole_of(value: Any, where: str, least: int, most: int) -> int:
    """Return a value that must be a whole number between two others."""
    if type(value) is not int or not least <= value <= most:
        raise ConfigurationError(
            f"registry.toml: {where} must be a whole number from {least} to {most}",
            "write it without quotes",
        )
    return value
