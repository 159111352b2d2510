"""Writes `docs/rules.md`: the page of rules, the edge cases, and the paragraphs of the spec tests.

    python -m tests.support.spec_page

Not here: the rules' own part (`bpp_etl/events/rules_page.py`). The tests are the documentation: a file is a
section, a test is a paragraph.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bpp_etl.events.rules_page import render_rules
from tests.spec.edge_cases import EDGE_CASES, ELSEWHERE, EdgeCase

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rules.md"
CAPITALS = ("CT", "CTs", "ALP", "HER2", "PD", "MRI", "MDA", "PCWG3", "iRECIST", "RECIST", "iUPD", "iCPD")
SPELLED = {"candidates": "candidate's", **{word.lower(): word for word in CAPITALS}}

EDGES = """\
## Edge cases

Each course is judged by a test under `xu2025`. Line 1 starts on day 0 unless the course says otherwise; the
registry delivers on day 400. Another reading that was weighed, and not taken, is named."""

PARAGRAPHS = """\
## What the spec tests hold

One line for each test in `tests/spec`, where its literal courses stand."""


def render() -> str:
    """Return the whole page as Markdown."""
    parts = [render_rules().rstrip("\n"), EDGES, *(_edge(case) for case in EDGE_CASES)]
    parts.append("### Cases without a course")
    parts.append("\n".join(f"- **{name}.** {ruling}" for name, ruling in ELSEWHERE.items()))
    parts += [PARAGRAPHS, *_sections()]
    return "\n\n".join(parts) + "\n"


def _edge(case: EdgeCase) -> str:
    course = "\n".join(f"    {line}" for line in case.course.splitlines())
    expected = ", ".join(f"`{column}` {_told(value)}" for column, value in case.expected.items())
    differs = f" *{case.differs}*" if case.differs else ""
    return f"### {case.id}. {case.case}\n\n{case.ruling}{differs}\n\n{course}\n\n{expected}"


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is None:
        return "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sections() -> Iterator[str]:
    for path in sorted((ROOT / "tests" / "spec").glob("test_*.py")):
        if path.stem == "test_edge_cases":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        title = (ast.get_docstring(tree) or path.stem).splitlines()[0]
        tests = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        lines = [f"- {_sentence(name)}" for name in tests if name.startswith("test_")]
        yield f"### {title.rstrip('.')}\n\n" + "\n".join(lines)


def _sentence(name: str) -> str:
    words = [SPELLED.get(word, word) for word in name.removeprefix("test_").split("_")]
    told = re.sub(r"^[a-z]", lambda first: first[0].upper(), " ".join(words))
    return f"{told}."


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
