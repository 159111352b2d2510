"""docs/decisions: short records of one shape, numbered without a gap.

Not here: whether a decision still holds.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.pages import DOCS, sections

RECORDS = sorted((DOCS / "decisions").glob("*.md"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_says_why_what_it_costs_and_what_would_change_it_on_less_than_a_page(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(sections(text)) == ["", "Context", "Decision", "What it costs", "What would change it"]
    assert all(part.strip() for part in sections(text).values())
    assert 15 <= len(text.splitlines()) <= 40
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.search(r"^Since \d+\.\d+\.\d+[.;]", text, re.MULTILINE)


def test_records_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in RECORDS] == [f"{number:04}-" for number in range(1, len(RECORDS) + 1)]


def test_the_reference_shares_no_code_with_the_engine() -> None:
    folder, seen, waiting = (
        DOCS.parent,
        set(),
        ["tests.property.reference", "tests.property.reference_cadence"],
    )
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        tree = ast.parse((folder / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [one.name for one in node.names]
                )
                assert not [one for one in names if one.split(".")[0] in {"bpp_etl", "schemas", "assets"}], (
                    name
                )
                waiting += [one for one in names if one.startswith("tests.")]
    assert len(seen) >= 4
