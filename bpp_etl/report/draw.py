"""Draws the page: reads the release, gathers each part, fills the templates.

Not here: what a part shows (`sections/`) and how it looks (`templates/`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

    from bpp_etl.difference.releases import Difference
    from bpp_etl.report.tables import ReleaseTables

TEMPLATE = "report.html.j2"


def write_report(release: Path, target: Path, since: Difference | str | None = None) -> None:
    """Draw the report of a release file as one html file that loads nothing.

    `since` is what changed since the release before, or why the two cannot be compared; None where there is
    none before.
    """
    # The templates and everything that fills them are loaded only when a report is drawn.
    from bpp_etl.report.tables import read_release  # noqa: PLC0415

    write_page(read_release(release), target, since)


def write_page(tables: ReleaseTables, target: Path, since: Difference | str | None = None) -> None:
    """Draw the report of what was read of a release, exact or under disclosure control."""
    from bpp_etl.report.page import page_of  # noqa: PLC0415

    page = page_of(tables, since)
    html = environment().get_template(TEMPLATE).render(page=page)
    target.write_text(html, encoding="utf-8", newline="\n")


@cache
def environment(*more: str) -> Environment:
    """Make the template environment, which keeps templates compiled: everything is escaped.

    A name that does not exist is an error. `more` are packages whose templates are there too.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in ("bpp_etl.report", *more)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
