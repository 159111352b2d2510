"""The adapter that docs/add/adapter.md makes, written by the page itself.

Not here: assertions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "add" / "adapter.md"
NAME = "clinic"
"""What the page calls its adapter."""

FENCE = re.compile(r"(?P<above>[^\n]+)\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
NEW_FILE = re.compile(r"New file `([^`]+)`:$")
RUN = re.compile(r"\bRun:$")


class Walk(NamedTuple):
    """What the page has its reader write, by place, and the commands to run then, one a line."""

    files: dict[str, str]
    commands: list[str]


def walk() -> Walk:
    """Read the page's blocks; one of which the line above does not say what becomes of it is an error."""
    files, commands = {}, []
    for fence in FENCE.finditer(PAGE.read_text(encoding="utf-8")):
        if named := NEW_FILE.search(fence["above"]):
            files[named[1]] = fence["text"]
        elif RUN.search(fence["above"]):
            commands += fence["text"].splitlines()
        else:
            raise ValueError(f"{PAGE.name}: nothing says what becomes of the block below {fence['above']!r}")
    return Walk(files, commands)


def write_page(folder: Path) -> Path:
    """Write what the page has its reader write into a folder; return its folder of adapters."""
    for place, text in walk().files.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "adapters"


def deliver_example(landing: Path, registry: str = "north", patient: str = "P1") -> Path:
    """Deliver the page's example by a registry of its format, its first patient under another id."""
    folder = landing / registry / "2024-12-31"
    folder.mkdir(parents=True)
    example = f"adapters/{NAME}/example/"
    for place, text in walk().files.items():
        if place.startswith(example):
            (folder / place.removeprefix(example)).write_text(text.replace("P1", patient), encoding="utf-8")
    (landing / registry / "registry.toml").write_text(f'format = "{NAME}"\n', encoding="utf-8")
    return folder
