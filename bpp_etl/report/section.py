"""A part of the report as one record: anchor, title, what it gathers, its template, its plots.

Not here: the parts (`sections/`) and their order (`contents.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from bpp_etl.report.plots.svg import Picture
from bpp_etl.report.tables import ReleaseTables


@dataclass(frozen=True)
class Plot:
    """A picture under its title; `table` is the metric table that shows it where there is no report.

    `note` is what must be said under it; one that `is_tall` is shown in a box that rolls.
    """

    table: str
    title: str
    picture: Picture
    note: str = ""
    is_tall: bool = False


class Entry(Protocol):
    """Something inside a part that the table of contents names too."""

    @property
    def anchor(self) -> str:
        """Return where it begins."""
        ...

    @property
    def name(self) -> str:
        """Return what it is called."""
        ...


@dataclass(frozen=True)
class Section:
    """One part of the report.

    `gather` makes the view that the template `<anchor>.html.j2` lays out under the title; `plots` draws those
    of its pictures that stand on their own, from the metric tables alone. `entries` are listed under the part
    in the contents. A part with `has_own_heading` writes everything itself, its anchor included. One that
    `is_folded` shows no more than its title until it is opened; of any other the tables are folded under
    their captions. On paper nothing is folded.
    """

    anchor: str
    title: str
    gather: Callable[[ReleaseTables], Any]
    plots: Callable[[ReleaseTables], Iterable[Plot]] = lambda _: ()
    entries: Callable[[Any], Iterable[Entry]] = lambda _: ()
    has_own_heading: bool = False
    is_folded: bool = False

    @property
    def template(self) -> str:
        """Name the template that lays the view out."""
        return f"{self.anchor}.html.j2"
