"""The protocols that a release applied, as the release itself tells them: titles, sources, every number.

Not here: protocol files (`bpp_etl/events`): a report is drawn from the release alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpp_etl.events.protocol import default_told

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """What a protocol sets one parameter to, in words, and where that comes from."""

    told: str
    unit: str
    source: str

    @property
    def with_unit(self) -> str:
        """Write the value with its unit."""
        return f"{self.told} {self.unit}".rstrip()


@dataclass(frozen=True)
class Applied:
    """One protocol that was applied."""

    name: str
    kind: str
    digest: str
    title: str
    summary: str
    limits: tuple[str, ...]
    citation: str
    doi: str | None
    values: Mapping[str, Value]

    @property
    def is_event(self) -> bool:
        """Say whether it gives a state, and not only a verdict."""
        return self.kind == "event"

    @property
    def confirms_itself(self) -> bool:
        """Say whether a candidate needs no other scan."""
        return self.told("confirming_cts") == "0"

    def codes(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list of codes; where it was left unset, its default."""
        told = self.told(name) if name in self.values else default_told(self.kind, name)
        return tuple((told or "").split(", "))

    def told(self, parameter: str) -> str:
        """Return a parameter's value in words; a KeyError says that the protocol has no such parameter."""
        return self.values[parameter].told


def applied_protocols(protocols: Sequence[Row], parameters: Sequence[Row]) -> tuple[Applied, ...]:
    """Build the protocols of a release from the rows of `meta.protocol` and `meta.protocol_parameter`."""
    values: dict[str, dict[str, Value]] = {}
    for row in sorted(parameters, key=lambda row: row["position"]):
        value = Value(row["value"], row["unit"] or "", row["source"])
        values.setdefault(row["protocol"], {})[row["parameter"]] = value
    return tuple(
        Applied(
            row["protocol"],
            row["kind"],
            row["digest"],
            row["title"],
            row["summary"],
            tuple(row["limits"]),
            row["citation"],
            row["doi"],
            # A rule set may have nothing to set.
            values.get(row["protocol"], {}),
        )
        for row in sorted(protocols, key=lambda row: row["position"])
    )
