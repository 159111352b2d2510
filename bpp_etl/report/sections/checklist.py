"""STROBE and RECORD, item by item: what this release tells, and what whoever reports has to write.

Not here: the items (`bpp_etl/report/checklist.toml`), and limitations in words (`limits.py`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from bpp_etl.report.figures import Link, Text
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables


@dataclass(frozen=True)
class Item:
    """One item: what it asks for, what the release tells, what it leaves, and the parts that tell it."""

    number: str
    asks: str
    told: str
    left: str
    see: tuple[str, ...] = ()


def load_items() -> tuple[Item, ...]:
    """Read the items in their order."""
    told = tomllib.loads((files("bpp_etl.report") / "checklist.toml").read_text(encoding="utf-8"))
    return tuple(Item(**{**item, "see": tuple(item.get("see", ()))}) for item in told["item"])


def checklist(_: ReleaseTables) -> Grid:
    """Lay out the items."""
    return grid(
        "checklist-items",
        "Items of STROBE, and of RECORD for routinely collected data",
        ("Item", "Asks for", "This release tells", "Left to whoever reports", "See"),
        [(item.number, item.asks, item.told, item.left, _links(item.see)) for item in load_items()],
    )


def _links(parts: tuple[str, ...]) -> Text:
    listed: list[Link | str] = []
    for part in parts:
        listed += [", "] if listed else []
        listed.append(Link(f"#{part}", part))
    return Text(tuple(listed))


SECTION = Section("checklist", "STROBE and RECORD", checklist, is_folded=True)
