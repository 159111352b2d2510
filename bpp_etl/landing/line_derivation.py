"""How lines of therapy follow from drugs, as [therapy_lines] of `registry.toml` states it.

Not here: deriving them (`bpp_etl/harmonise/lines.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bpp_etl.landing.keys import ConfigurationError, ensure_known, table_of, whole_of

Start = Literal["metastatic_diagnosis", "first_drug"]
Maintenance = Literal["same_line", "new_line"]
DERIVE = "gap_and_new_agent"
STARTS: tuple[Start, ...] = ("metastatic_diagnosis", "first_drug")
MAINTENANCE: tuple[Maintenance, ...] = ("same_line", "new_line")
KEYS = ("derive", "gap_days", "overlap_days", "start", "maintenance", "interchangeable", "ignore")
MOST_GAP_DAYS, MOST_OVERLAP_DAYS = 730, 180


@dataclass(frozen=True)
class LineDerivation:
    """When a drug begins a new line; agents are compared by their folded names (`fold_agent`)."""

    gap_days: int = 90
    overlap_days: int = 28
    start: Start = "metastatic_diagnosis"
    maintenance: Maintenance = "same_line"
    interchangeable: tuple[tuple[str, ...], ...] = ()
    ignore: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Say how lines are derived."""
        told = [
            f"gap over {self.gap_days} days",
            f"one combination within {self.overlap_days} days",
            f"from {self.start}",
            f"maintenance {self.maintenance}",
            *(f"interchangeable: {', '.join(group)}" for group in self.interchangeable),
            *([f"without {', '.join(self.ignore)}"] if self.ignore else []),
        ]
        return "; ".join(told)


def fold_agent(name: str) -> str:
    """Return the form in which names of agents are compared: without case, and with single blanks."""
    return " ".join(name.casefold().split())


def therapy_lines_of(told: Any, where: str) -> LineDerivation:
    """Read [therapy_lines]."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, KEYS)
    for key, among, default in (
        ("derive", (DERIVE,), None),
        ("start", STARTS, STARTS[0]),
        ("maintenance", MAINTENANCE, MAINTENANCE[0]),
    ):
        if told.get(key, default) not in among:
            raise ConfigurationError(
                f"registry.toml: {key} in [{where}] must be one of what is known",
                f"known: {', '.join(among)}",
            )
    stated: dict[str, Any] = {key: told[key] for key in ("start", "maintenance") if key in told}
    for key, least, most in (("gap_days", 1, MOST_GAP_DAYS), ("overlap_days", 0, MOST_OVERLAP_DAYS)):
        if key in told:
            stated[key] = whole_of(told[key], f"{key} in [{where}]", least, most)
    groups = told.get("interchangeable", [])
    if not isinstance(groups, list):
        raise _no_names("interchangeable", where)
    stated["interchangeable"] = tuple(_agents(group, "interchangeable", where, 2) for group in groups)
    stated["ignore"] = _agents(told.get("ignore", []), "ignore", where, 0)
    named = [*(one for group in stated["interchangeable"] for one in group), *stated["ignore"]]
    if len({*named}) < len(named):
        raise ConfigurationError(
            f"registry.toml: an agent stands twice in interchangeable and ignore of [{where}]",
            "leave it once",
        )
    return LineDerivation(**stated)


def recalled_derivation(told: Mapping[str, Any] | None) -> LineDerivation | None:
    """Make the section again of its fields, as `dataclasses.asdict` and JSON have them."""
    if told is None:
        return None
    groups = tuple(tuple(group) for group in told["interchangeable"])
    return LineDerivation(**{**told, "interchangeable": groups, "ignore": tuple(told["ignore"])})


def _agents(told: Any, key: str, where: str, least: int) -> tuple[str, ...]:
    if not isinstance(told, list) or not all(isinstance(one, str) and one.strip() for one in told):
        raise _no_names(key, where)
    if len(told) < least:
        raise _no_names(key, where)
    return tuple(map(fold_agent, told))


def _no_names(key: str, where: str) -> ConfigurationError:
    example = '[["anastrozole", "letrozole"]]' if key == "interchangeable" else '["denosumab"]'
    return ConfigurationError(
        f"registry.toml: {key} in [{where}] must list names of agents", f"for example {key} = {example}"
    )
