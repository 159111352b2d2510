"""What the last soak came to: each long test writes its figures, and docs/reliability.md shows them.

Not here: the tests. `python -m tests.soak` writes the table of the page.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

from bpp_etl.code_version import code_version
from tests.support.pages import DOCS

FIGURES = Path(__file__).with_name("figures.json")
PAGE = DOCS / "reliability.md"
SHARE = "BPP_SOAK_SHARE"
"""The variable that scales a soak: 0.1 is a tenth of the kills, refreshes and readers."""
TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)


def share_of(whole: int) -> int:
    """Scale a number of a whole soak down; one is left of anything."""
    return max(1, round(whole * float(os.environ.get(SHARE, "1"))))


def record(name: str, whole: int, count: int, **found: object) -> None:
    """Keep what a test came to so far: how often, of how many in a whole soak, and what was found."""
    told = read_figures()
    told[name] = {
        "code": code_version(),
        "day": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "whole": whole,
        "count": count,
        "found": {key.replace("_", " "): value for key, value in found.items()},
    }
    FIGURES.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def counted_before(name: str, whole: int) -> Mapping[str, int]:
    """Give the counts that a soak of the same code left before it was whole, which the next adds to."""
    told = read_figures().get(name, {})
    if told.get("code") != code_version() or told.get("count") == whole:
        return {}
    found = told["found"]
    assert isinstance(found, dict)
    return {key: value for key, value in found.items() if isinstance(value, int)}


def read_figures() -> dict[str, dict[str, object]]:
    """Read what each test came to, by its name."""
    told: dict[str, dict[str, object]] = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    return told


def render_table() -> str:
    """Lay the figures out, a row for each test."""
    lines = ["| what | run, of a whole soak | day | code | found |", "| --- | ---: | --- | --- | --- |"]
    for name, told in sorted(read_figures().items()):
        found = told["found"]
        assert isinstance(found, dict)
        words = ", ".join(f"{key} {value}" for key, value in found.items())
        run = f"{told['count']} of {told['whole']}"
        lines.append(f"| {name} | {run} | {told['day']} | {told.get('code', 'an earlier one')} | {words} |")
    return "\n".join([*lines, ""])


def write_page() -> None:
    """Put the table of the figures into the page."""
    PAGE.write_text(TABLE.sub(lambda _: render_table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
