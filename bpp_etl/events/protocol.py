"""A protocol: one published definition of pseudoprogression, or of a verdict, as plain data.

Not here: reading one from its file (`protocol_file.py`) and which parameters exist (`parameters.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from bpp_etl.errors import UsageError
from bpp_etl.events.parameters import BETTER, CONFIRMING_FINDING, PARAMETERS, Value
from bpp_etl.events.window import FIRST_DAY, LAST_DAY, Window

ASKED_FOR = "Asked for at the refresh, by --from and --to."
"""The source of a window that no protocol file sets."""


def told_value(value: Value) -> str:
    """Write a parameter's value as text: a number without needless zeros, a day by ISO, codes with commas."""
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else f"{value:g}"


def default_told(kind: str, name: str) -> str | None:
    """Write what an optional parameter is where it is left unset; None where it then sets nothing."""
    default = PARAMETERS[kind][name].default
    return None if default is None else told_value(default)


def digest_of(name: str, kind: str, settings: Mapping[str, Setting]) -> str:
    """Digest what can change a call; wording, sources and bounds cannot."""
    content = {
        "name": name,
        "kind": kind,
        "values": {key: setting.value for key, setting in settings.items()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=date.isoformat).encode()).hexdigest()


def as_told(protocol: Protocol) -> dict[str, Any]:
    """Return a protocol as JSON has it; `recalled` makes it again."""
    told = asdict(protocol)
    for setting in told["settings"].values():
        if isinstance(setting["value"], date):
            setting["value"] = {"day": setting["value"].isoformat()}
    return told


def recalled(told: Mapping[str, Any]) -> Protocol:
    """Make a protocol again of what `as_told` told in JSON."""
    settings = {name: Setting(**{**one, **_read_again(one)}) for name, one in told["settings"].items()}
    return Protocol(**{**told, "limits": tuple(told["limits"]), "settings": settings})


def _read_again(told: Mapping[str, Any]) -> dict[str, Any]:
    value, bounds = told["value"], told["bounds"]
    if isinstance(value, dict):
        value = date.fromisoformat(value["day"])
    return {
        "value": tuple(value) if isinstance(value, list) else value,
        "bounds": None if bounds is None else tuple(bounds),
    }


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

    def value(self, name: str) -> Value | None:
        """Return a parameter's value; where the protocol leaves it unset, its default.

        None where there is none, or no such parameter in a protocol of this kind.
        """
        if name in self.settings:
            return self.settings[name].value
        declared = PARAMETERS[self.kind].get(name)
        return declared.default if declared else None

    def codes(self, name: str) -> tuple[str, ...]:
        """Return a parameter that is a list of codes."""
        value = self.value(name)
        return value if isinstance(value, tuple) else (str(value),)

    @property
    def confirms_itself(self) -> bool:
        """Say whether a candidate needs no other scan."""
        return self.value("confirming_cts") == 0

    @property
    def needs_better(self) -> bool:
        """Say whether what confirms has to be better, and not only no progression."""
        return self.value(CONFIRMING_FINDING) == BETTER

    @property
    def is_event(self) -> bool:
        """Say whether the protocol gives a state, and not only a verdict."""
        return self.kind == "event"

    @property
    def window(self) -> Window:
        """Return the days on which line 1 may start."""
        return Window(self._day(FIRST_DAY), self._day(LAST_DAY))

    def within(self, window: Window) -> Protocol:
        """Return the protocol with a calendar window; a side that is open there stays as the protocol has it.

        A protocol of a verdict has no cohort of its own. Errors: UsageError where the window holds no day.
        """
        if window.is_open or not self.is_event:
            return self
        asked = {FIRST_DAY: window.first_day, LAST_DAY: window.last_day}
        given = {name: Setting(day, "", None, ASKED_FOR) for name, day in asked.items() if day is not None}
        known = {**self.settings, **given}
        settings = {name: known[name] for name in PARAMETERS[self.kind] if name in known}
        made = replace(self, settings=settings, digest=digest_of(self.name, self.kind, settings))
        if made.window.is_empty:
            raise UsageError(
                f"no day lies in the calendar window {made.window.told} of {self.name}",
                "--from is the first day on which line 1 may start, --to the last",
            )
        return made

    def _day(self, name: str) -> date | None:
        value = self.value(name)
        return value if isinstance(value, date) else None
