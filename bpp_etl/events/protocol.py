"""A protocol: one published definition of pseudoprogression, or of a verdict, as plain data.

Not here: reading one from its file (`protocol_file.py`) and which parameters exist (`parameters.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpp_etl.events.parameters import Value


def told_value(value: Value) -> str:
    """Write a parameter's value as text: a number without needless zeros, codes separated by commas."""
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    return value if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True)
class Setting:
    """One parameter as a protocol sets it."""

    value: Value
    unit: str
    bounds: tuple[float, float] | None
    source: str


@dataclass(frozen=True)
class Protocol:
    """One published definition as data: `kind` is `event`, or the rule set that it gives a verdict for."""

    name: str
    kind: str
    title: str
    summary: str
    limits: tuple[str, ...]
    citation: str
    doi: str | None
    settings: Mapping[str, Setting]
    digest: str

    @property
    def values(self) -> dict[str, Value]:
        """Return the parameters' values by name."""
        return {name: setting.value for name, setting in self.settings.items()}

    def codes(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list of codes."""
        value = self.settings[name].value
        return value if isinstance(value, tuple) else (str(value),)

    @property
    def is_event(self) -> bool:
        """Say whether the protocol gives a state, and not only a verdict."""
        return self.kind == "event"
