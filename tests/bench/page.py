"""Lays out what one run came to in docs/benchmarks.md, between two marks; what was learnt stands around it.

Not here: taking the figures (`cases.py`).
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Sequence
from statistics import median

import duckdb

from tests.bench.cases import PANDAS, PLAIN, REFRESH, Case
from tests.bench.timing import Cost
from tests.support.pages import DOCS

PAGE = DOCS / "benchmarks.md"
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)


def middle(costs: Sequence[Cost], of: str) -> float:
    """Return the median of one figure over the rounds."""
    return median(getattr(cost, of) for cost in costs)


def ratio(ours: Sequence[Cost], theirs: Sequence[Cost], of: str) -> str:
    """Write the median ratio of two commands, round by round, and its range where there are several."""
    ratios = sorted(getattr(one, of) / getattr(other, of) for one, other in zip(ours, theirs, strict=True))
    spread = f" ({ratios[0]:.2f} to {ratios[-1]:.2f})" if len(ratios) > 1 else ""
    return f"{median(ratios):.2f}{spread}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write a table, numbers to the right but for the first column."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(map(str, row))} |" for row in (head, marks, *rows)]


def render(compared: Sequence[Case], small: Case, rounds: int) -> str:
    """Write the figures of a run."""
    told = (
        f"Taken on {dt.datetime.now(dt.UTC):%Y-%m-%d}: {os.cpu_count()} cores, DuckDB {duckdb.__version__},"
        f" {rounds} round{'s' if rounds > 1 else ''}, medians. CPU is that of all processes of a command."
        " Each command had run once before, uncounted, and found its modules compiled."
    )
    lines = [told, "", "### Beside plain DuckDB and a script", ""]
    head = ("patients", "rows", "command", "CPU s", "clock s", "memory MB", "disk MB", "CPU, of plain DuckDB")
    lines += table(
        head,
        (
            (
                f"{case.patients:,}",
                f"{case.rows:,}",
                name,
                f"{middle(costs, 'cpu'):.1f}",
                f"{middle(costs, 'wall'):.1f}",
                f"{middle(costs, 'peak'):,.0f}",
                f"{case.disk[name]:,.0f}",
                ratio(costs, case.costs[PLAIN], "cpu"),
            )
            for case in compared
            for name, costs in case.costs.items()
        ),
    )
    lines += ["", "By the clock, `bpp refresh` takes of the time of the script:"]
    lines += [
        f"- {case.patients:,} patients: {ratio(case.costs[REFRESH], case.costs[PANDAS], 'wall')}"
        for case in compared
    ]
    number = f"{small.patients:,} patients in all"
    lines += ["", "### Many small registries, and nothing new", "", f"`bpp refresh`, {number}.", ""]
    lines += table(
        ("what is refreshed", "CPU s", "clock s"),
        (
            (name, f"{middle(costs, 'cpu'):.2f}", f"{middle(costs, 'wall'):.2f}")
            for name, costs in small.costs.items()
        ),
    )
    return "\n".join([*lines, "", ""])


def write_page(compared: Sequence[Case], small: Case, rounds: int) -> None:
    """Put the figures into the page."""
    figures = render(compared, small, rounds)
    PAGE.write_text(FIGURES.sub(lambda _: figures, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
