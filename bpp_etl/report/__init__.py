"""The report of a release: one html file, no network.

Not here: any number that is not in the release.
"""

from pathlib import Path


def write_report(release: Path, target: Path) -> None:
    """Draw the report of a release file."""
    target.write_text(f"<!doctype html><title>{release.name}</title>", encoding="utf-8")
