"""Every link of a page leads somewhere, every path that it names is there, and no page is out of reach.

Not here: addresses outside this project.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.pages import DOCS

ROOT = DOCS.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")), ROOT / "warehouse" / "README.md"]
CODE = ("", "bpp_etl", "schemas", "assets", "tests", "docs")
"""Folders that a path may be written from."""
OF_OTHERS = {"registry.toml", "workspace.yaml", "manifest.json", "share.json", "pool.json", "report.html"} | {
    "software.cdx.json",
    "datapackage.json",
    "ro-crate-metadata.json",
    "export.json",
    "latest.json",
}
"""What others hold and not this project: a registry, an instance, a release, a share, a pool, an export."""
PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|sql|toml|md|json|yaml|html|txt)|(?:tests|docs)/[\w./-]+)`")

MADE = re.compile(r"^New file `([^`]+)`:$", re.MULTILINE)


def prose(path: Path) -> str:
    """Return a page without its fenced and indented blocks."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<=\n\n)(?: {4}.*\n)+", "", text)


def links_of(path: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", prose(path))
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors_of(text: str) -> set[str]:
    """Return the anchors that GitHub gives to headings, numbered where two are alike."""
    anchors: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        position, anchor = 0, slug
        while anchor in anchors:
            position += 1
            anchor = f"{slug}-{position}"
        anchors.add(anchor)
    return anchors


def target_of(page: Path, link: str) -> tuple[Path, str]:
    place, _, anchor = link.partition("#")
    return ((page.parent / unquote(place)).resolve() if place else page), anchor


def written_by_reader(page: Path) -> set[str]:
    """Return the files that a page has its reader write, which are not there before."""
    return set(re.findall(r"New file `([^`]+)`:$", page.read_text(encoding="utf-8"), re.MULTILINE))


LINKS = [(page, link) for page in PAGES for link in links_of(page) if not re.match(r"[a-z]+:", link)]
NAMED = sorted(
    {
        (page, name)
        for page in PAGES
        for name in set(PATH.findall(prose(page))) - OF_OTHERS - written_by_reader(page)
    }
)


@pytest.mark.parametrize(
    ("page", "link"), LINKS, ids=[f"{page.relative_to(ROOT)}-{link}" for page, link in LINKS]
)
def test_a_link_leads_to_a_file_of_this_project_and_to_a_heading_of_it(page: Path, link: str) -> None:
    target, anchor = target_of(page, link)
    assert target.is_relative_to(ROOT)
    assert target.exists()
    if anchor:
        assert anchor in anchors_of(prose(target))


@pytest.mark.parametrize(
    ("page", "name"), NAMED, ids=[f"{page.relative_to(ROOT)}-{name}" for page, name in NAMED]
)
def test_a_path_that_a_page_names_is_there(page: Path, name: str) -> None:
    if page.name == "CHANGELOG.md":
        # An entry speaks of its day.
        return
    if name in MADE.findall(prose(page)):
        # A page on how to add a thing makes files, where a test walks it.
        return
    assert any((ROOT / folder / name).exists() for folder in CODE), f"{page.name} names {name}"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        waiting += [target for link in links_of(page) if (target := target_of(page, link)[0]) in PAGES]
    assert set(PAGES) - reached == {ROOT / "warehouse" / "README.md"}


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("## Why it is so", "why-it-is-so"),
        ("### `core.patients`", "corepatients"),
        ("## 1. The gate is shut: a table", "1-the-gate-is-shut-a-table"),
        ("## A [link](x.md), and more_words", "a-link-and-more_words"),
    ],
)
def test_an_anchor_is_made_as_github_makes_it(heading: str, anchor: str) -> None:
    assert anchors_of(heading) == {anchor}
    assert f"{anchor}-1" in anchors_of(f"{heading}\n\n{heading}\n")
