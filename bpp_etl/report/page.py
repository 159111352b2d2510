"""The whole page as data: every part of the report with its view, and the release that it is of.

Not here: html.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bpp_etl.report.contents import SECTIONS
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables, Row

if TYPE_CHECKING:
    from bpp_etl.difference.releases import Difference


@dataclass(frozen=True)
class Part:
    """One part of the page: its section, and what it shows of this release."""

    section: Section
    view: Any


@dataclass(frozen=True)
class Page:
    """Everything that the templates lay out; `constructed` are admitted registries of made-up patients."""

    release: Row
    constructed: tuple[str, ...]
    parts: tuple[Part, ...]


def page_of(tables: ReleaseTables, since: Difference | str | None = None) -> Page:
    """Gather every part of the report of a release; `since` is what changed, as `write_report` takes it."""
    known = replace(tables, since=since)
    return Page(
        release=known.release,
        constructed=tuple(
            sorted(
                row["registry"]
                for row in known["quality.delivery"].where(status="admitted")
                if row["is_synthetic"]
            )
        ),
        parts=tuple(Part(section, section.gather(known)) for section in SECTIONS),
    )
