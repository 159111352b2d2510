"""Draws the page: reads the release, lays out each part, fills the templates.

Not here: what a part shows (`sections/`) and how it looks (`templates/`).
"""

from pathlib import Path


def write_report(release: Path, target: Path) -> None:
    """Draw the report of a release file."""
    target.write_text(f"<!doctype html><title>{release.name}</title>", encoding="utf-8")
