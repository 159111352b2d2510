"""CHANGELOG.md: versions newest first, and in each the rows that move before everything else.

Not here: whether an entry is true.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib

import pytest

import bpp_etl
from tests.support.pages import DOCS, sections

ROOT = DOCS.parent
TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSIONS = {heading: text for heading, text in sections(TEXT).items() if heading}
HEADINGS = ("Rows that move", "New tables and columns", "Behaviour", "Fixed", "Other")
RELEASED = re.compile(r"(\d+)\.(\d+)\.(\d+) \((\d{4}-\d{2}-\d{2})\)")


def parts_of(text: str) -> dict[str, list[str]]:
    """Return the entries under each heading of a version."""
    found = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    assert found[0].strip() == "", "an entry stands under a heading"
    return {
        heading: [entry for entry in re.split(r"^- ", part, flags=re.MULTILINE) if entry.strip()]
        for heading, part in zip(found[1::2], found[2::2], strict=True)
    }


def test_what_is_not_released_stands_on_top_and_versions_follow_newest_first() -> None:
    first, *released = VERSIONS
    assert first == "Unreleased"
    told = [RELEASED.fullmatch(heading) for heading in released]
    assert all(told), "a version is written 1.2.3 (2026-01-31)"
    numbers = [tuple(map(int, one.groups()[:3])) for one in told if one]
    days = [dt.date.fromisoformat(one[4]) for one in told if one]
    assert numbers == sorted(set(numbers), reverse=True)
    assert days == sorted(days, reverse=True)


def test_the_newest_version_is_that_of_the_package() -> None:
    newest = list(VERSIONS)[1].split()[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert bpp_etl.__version__ == newest
    # It may stand in the package alone, and nowhere else may it be another.
    assert project.get("version") in {None, newest}


@pytest.mark.parametrize("version", VERSIONS)
def test_rows_that_move_come_first_and_are_never_left_out(version: str) -> None:
    parts = parts_of(VERSIONS[version])
    assert list(parts) == [heading for heading in HEADINGS if heading in parts]
    assert parts["Rows that move"], "write that none does"
    for heading, entries in parts.items():
        if heading == "Rows that move":
            continue
        wrong = [
            entry for entry in entries if re.search(r"(?<![Nn]o )(?<![Nn]o other )\brows? moves?\b", entry)
        ]
        assert wrong == [], f"{heading} moves rows"


@pytest.mark.parametrize("version", VERSIONS)
def test_none_so_far_is_said_where_there_is_no_other_entry(version: str) -> None:
    entries = [entry.strip() for entry in parts_of(VERSIONS[version])["Rows that move"]]
    assert ("None so far." in entries) == (entries == ["None so far."])
