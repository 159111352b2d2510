"""The adapter that docs/add/adapter.md makes, written by the page itself.

Not here: assertions, and how a page is read (`walk.py`).
"""

from __future__ import annotations

from pathlib import Path

from tests.support.walk import ROOT, blocks

PAGE = ROOT / "docs" / "add" / "adapter.md"
NAME = "clinic"
"""What the page calls its adapter."""


def files() -> dict[str, str]:
    """Read what the page has its reader write, by place."""
    return {block.file: block.text for block in blocks(PAGE) if block.action == "new"}


def write_page(folder: Path) -> Path:
    """Write what the page has its reader write into a folder; return its folder of adapters."""
    for place, text in files().items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "adapters"


def deliver_example(landing: Path, registry: str = "north", patient: str = "P1") -> Path:
    """Deliver the page's example by a registry of its format, its first patient under another id."""
    folder = landing / registry / "2024-12-31"
    folder.mkdir(parents=True)
    example = f"adapters/{NAME}/example/"
    for place, text in files().items():
        if place == f"{example}registry.toml":
            (folder.parent / "registry.toml").write_text(text, encoding="utf-8")
        elif place.startswith(example):
            (folder / place.removeprefix(example)).write_text(text.replace("P1", patient), encoding="utf-8")
    return folder
