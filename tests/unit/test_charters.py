"""Every module opens with a charter: what belongs in it, and what does not, naming only what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    path
    for package in ("schemas", "bpp_etl", "assets")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "__pycache__" not in path.parts
]
OF_OTHERS = {"registry.toml"}
"""What a registry or the machine holds, not this project."""
NAMED = re.compile(r"`([\w./]+\.(?:py|sql|toml)|(?:bpp_etl|schemas|assets|tests|docs)/[\w./]*|\w+/)`")


def charter(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_belongs_in_it_and_names_only_what_is_there(path: Path) -> None:
    told = charter(path)
    assert told, "a module begins with its charter"
    for name in set(NAMED.findall(told)) - OF_OTHERS:
        places = [path.parent, ROOT, *(ROOT / package for package in ("bpp_etl", "schemas", "assets"))]
        assert any((place / name).exists() for place in places), f"{name} is not there any more"
