"""docs/glossary.md: every headword is in use, what it names is there, and no name is used as it must not be.

Not here: whether a meaning is well put.
"""

from __future__ import annotations

import io
import pkgutil
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

from schemas.catalog import catalog
from tests.support.pages import DOCS, page, sections

ROOT = DOCS.parent
PACKAGES = ("bpp_etl", "schemas", "assets")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for part in sections(page("glossary.md")).values()
    for line in part.splitlines()
    if line.startswith("| ") and not line.startswith(("| word |", "| ---"))
]
WORDS = {row[0]: row for row in ROWS}
NAMED = re.compile(r"`((?:\w+\.)+\w+)`")
NEVER = re.compile(r"never `(\w+)` in ((?:`\w+`(?:, )?)+)")
FORBIDDEN = [
    (word, place)
    for row in ROWS
    for word, places in NEVER.findall(row[2])
    for place in re.findall(r"`(\w+)`", places)
]


def sources(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".py", ".sql"} and "__pycache__" not in path.parts
    ]


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the words that the names in a source file are made of; comments and text hold no names."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        names = [token.string for token in tokens if token.type == tokenize.NAME]
    else:
        names = re.findall(r"\w+", re.sub(r"--.*|'[^']*'", "", text))
    parts = [re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name) for name in (*names, path.stem)]
    return frozenset(word.lower().removesuffix("s") for found in parts for word in found)


def folder_of(place: str) -> Path:
    (found,) = [path for path in (ROOT / place, ROOT / "bpp_etl" / place) if path.is_dir()]
    return found


@cache
def everything() -> str:
    """Return the text of all code, and of all pages but the glossary."""
    pages = [*ROOT.glob("*.md"), *(path for path in DOCS.rglob("*.md") if path.name != "glossary.md")]
    code = [path for package in PACKAGES for path in sources(ROOT / package)]
    return "\n".join(path.read_text(encoding="utf-8") for path in (*code, *pages)).lower()


def test_every_word_has_one_meaning() -> None:
    assert len(ROWS) > 50
    assert len(WORDS) == len(ROWS)
    for word, meaning, *rest in ROWS:
        assert len(rest) == 1, word
        assert meaning.endswith("."), word


@pytest.mark.parametrize("word", WORDS)
def test_a_headword_is_in_use(word: str) -> None:
    assert re.search(rf"\b{re.escape(word.lower())}s?\b", everything())


@pytest.mark.parametrize("name", sorted({name for row in ROWS for name in NAMED.findall(" ".join(row))}))
def test_what_a_meaning_names_is_there(name: str) -> None:
    schema, *table = name.split(".")
    if schema in catalog():
        assert table[0] in catalog()[schema]
    else:
        assert pkgutil.resolve_name(name if schema == "schemas" else f"bpp_etl.{name}") is not None


@pytest.mark.parametrize(("word", "place"), FORBIDDEN)
def test_no_name_is_used_as_it_must_not_be(word: str, place: str) -> None:
    wrong = [str(path.relative_to(ROOT)) for path in sources(folder_of(place)) if word in names_in(path)]
    assert wrong == []


def test_a_name_that_is_used_as_it_must_not_be_would_be_found(tmp_path: Path) -> None:
    assert ("verdict", "gate") in FORBIDDEN
    (tmp_path / "decide.py").write_text("class GateVerdicts: ...\n# verdict\n", encoding="utf-8")
    (tmp_path / "verdicts.sql").write_text("select 1\n", encoding="utf-8")
    (tmp_path / "words.py").write_text("# a verdict\nTOLD = 'verdict'\n", encoding="utf-8")
    found = {path.name for path in sources(tmp_path) if "verdict" in names_in(path)}
    assert found == {"decide.py", "verdicts.sql"}
