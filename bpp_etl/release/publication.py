"""Who publishes releases, and on what terms: `[tool.bpp.publication]` in pyproject.toml.

Not here: what a registry says of itself in `registry.toml`, and where it is told (`crate.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.errors import UsageError, shown
from bpp_etl.settings import PROJECT, written_settings

SECTION = "publication"
WHERE = f"[tool.bpp.{SECTION}] of pyproject.toml"
KEYS = ("licence", "publisher", "publisher_id", "authors")


@dataclass(frozen=True)
class Author:
    """Who made a release; `orcid` is the whole address, as https://orcid.org/0000-0002-1825-0097."""

    name: str
    orcid: str | None = None


@dataclass(frozen=True)
class Publication:
    """What the house states of its releases; None, or nobody, where it states nothing.

    `licence` is the address of a licence, `publisher_id` the publisher's own, such as one of https://ror.org.
    """

    licence: str | None = None
    publisher: str | None = None
    publisher_id: str | None = None
    authors: tuple[Author, ...] = ()


def publication(project: Path = PROJECT) -> Publication:
    """Read what the project states. Errors: UsageError that names the key at fault."""
    told = written_settings(project).get(SECTION, {})
    if not isinstance(told, dict):
        raise UsageError(f"{SECTION} in [tool.bpp] of pyproject.toml is no section", f"write {WHERE}")
    for key in told:
        if key not in KEYS:
            raise UsageError(f"{WHERE} has no key {shown(str(key))}", f"known: {', '.join(KEYS)}")
    authors = told.get("authors", [])
    if not isinstance(authors, list):
        raise UsageError(f"authors in {WHERE} is no list", 'write authors = [{ name = "..." }]')
    return Publication(
        _address(told, "licence"),
        _text(told, "publisher"),
        _address(told, "publisher_id"),
        tuple(_author(one) for one in authors),
    )


def _author(told: Any) -> Author:
    if not isinstance(told, dict) or not told.get("name") or {*told} - {"name", "orcid"}:
        raise UsageError(
            f"authors in {WHERE} are not all a name and an orcid",
            'write authors = [{ name = "...", orcid = "https://orcid.org/..." }]; the orcid may be left out',
        )
    return Author(str(_text(told, "name")), _address(told, "orcid"))


def _text(told: dict[str, Any], key: str) -> str | None:
    value = told.get(key)
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise UsageError(f"{key} in {WHERE} is no text", "write it in quotes, or leave it out")
    return value


def _address(told: dict[str, Any], key: str) -> str | None:
    value = _text(told, key)
    if value is not None and not value.startswith(("https://", "http://")):
        raise UsageError(f"{key} in {WHERE} is no address", "write it as https://...")
    return value
