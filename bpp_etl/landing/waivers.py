"""The waivers of `registry.toml`: rules whose breach a registry accepts, until when, why, and who says so.

Not here: which delivery a waiver holds for, and what it turns a breach into (`gate/decide.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpp_etl.landing.keys import ConfigurationError, ensure_known, table_of
from schemas.laws import DeliveryLaw
from schemas.rules import RULES

ACCEPTABLE = tuple(
    dict.fromkeys(rule.id for rule in RULES if isinstance(rule.law, DeliveryLaw) and not rule.law.is_binding)
)
"""Rules that a waiver may name: those of whole tables and deliveries without which rows can still be read."""

KEYS = ("until", "reason", "by")
MOST_CHARACTERS = 300
MOST_DAYS_AHEAD = 366


@dataclass(frozen=True)
class Waiver:
    """A rule that a registry accepts broken in deliveries up to a day, why, and who says so."""

    rule: str
    until: dt.date
    reason: str
    by: str

    def holds_on(self, day: dt.date) -> bool:
        """Say whether it covers a delivery of a day; its last day is covered."""
        return day <= self.until


def waivers_of(told: Any, where: str) -> dict[str, Waiver]:
    """Read [accept.<rule>]; `until` is a date of TOML or an ISO day in quotes."""
    waivers: dict[str, Waiver] = {}
    for rule, keys in table_of(told, where).items():
        ensure_known(f"rule in [{where}]:", rule, ACCEPTABLE)
        section = f"{where}.{rule}"
        for key in table_of(keys, section):
            ensure_known(f"key in [{section}]:", key, KEYS)
        waivers[rule] = Waiver(rule, _until(keys, section), *(_text(keys, key, section) for key in KEYS[1:]))
    return waivers


def recalled_waivers(told: Mapping[str, Mapping[str, str]]) -> dict[str, Waiver]:
    """Make waivers again of their fields, as `dataclasses.asdict` and JSON have them."""
    return {
        rule: Waiver(keys["rule"], dt.date.fromisoformat(keys["until"]), keys["reason"], keys["by"])
        for rule, keys in told.items()
    }


def ensure_they_end(waivers: Mapping[str, Waiver], day: dt.date) -> None:
    """Refuse a waiver that ends more than a year after a delivery's day: nobody would look at it again."""
    for waiver in waivers.values():
        if (waiver.until - day).days > MOST_DAYS_AHEAD:
            raise ConfigurationError(
                f"registry.toml: until in [accept.{waiver.rule}] is over a year after the delivery's day",
                "accept a breach for a year at most, and renew it then with its reason",
            )


def _until(keys: Mapping[str, Any], where: str) -> dt.date:
    told = keys.get("until")
    try:
        if type(told) is dt.date:
            return told
        return dt.date.fromisoformat(told if isinstance(told, str) else "")
    except ValueError:
        raise ConfigurationError(
            f"registry.toml: until in [{where}] must be a day", "for example until = 2027-06-30"
        ) from None


def _text(keys: Mapping[str, Any], key: str, where: str) -> str:
    told = keys.get(key)
    text = " ".join(told.split()) if isinstance(told, str) else ""
    if not text or len(text) > MOST_CHARACTERS:
        raise ConfigurationError(
            f"registry.toml: {key} in [{where}] must be text of 1 to {MOST_CHARACTERS} characters",
            "say why the breach is right, and who decided so; both are published",
        )
    return text
