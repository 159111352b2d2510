"""A part of the report is one record: contents, page, template and the pictures of the graph follow from it.

Not here: what a part shows (`test_report.py`) and how its pictures stand alone (`test_pictures.py`).
"""

from __future__ import annotations

from importlib import import_module, resources
from pathlib import Path
from pkgutil import iter_modules

import pytest

from bpp_etl.report import sections
from bpp_etl.report.contents import SECTIONS
from bpp_etl.report.page import page_of
from bpp_etl.report.pictures import pictures_of
from bpp_etl.report.section import Section
from bpp_etl.report.tables import read_release
from schemas.metric import METRIC_TABLES
from tests.support.report_page import Node

FOLDED = {"quality", "methods", "strata", "dictionary", "checklist"}
AROUND = {"report.html.j2", "macros.html.j2"}
"""Templates of the page itself."""


def test_the_contents_name_every_part_in_its_order(page: Node) -> None:
    (contents,) = page.with_tag("nav")
    named = [(link.attributes["href"], link.words) for link in contents.with_tag("a")]
    parts = [(f"#{section.anchor}", section.title) for section in SECTIONS]
    assert [one for one in named if one in parts] == parts
    inside = [href for href, _ in named if (href, _) not in parts]
    assert inside == ["#registry-north", "#registry-south"]


def test_every_part_stands_under_its_title(page: Node) -> None:
    for section in SECTIONS:
        part = page.by_id(section.anchor)
        if not section.has_own_heading:
            assert (part.tag, part.with_tag("h2")[0].words) == ("section", section.title)


def test_a_folded_part_shows_its_title_and_any_other_folds_its_tables(page: Node) -> None:
    assert {section.anchor for section in SECTIONS if section.is_folded} >= FOLDED
    for section in SECTIONS:
        part = page.by_id(section.anchor)
        folds = [node for node in part.inside if isinstance(node, Node) and node.tag == "details"]
        if section.is_folded:
            (fold,) = folds
            (title, *_) = fold.with_tag("summary")
            assert title.words == section.title
            assert not [node for node in fold.with_tag("details") if node is not fold]
        else:
            folded = {table.attributes["id"] for fold in folds for table in fold.with_tag("table")}
            assert folded == {table.attributes["id"] for table in part.with_tag("table")}
        assert not [fold for fold in folds if "open" in fold.attributes]


def test_what_changed_comes_right_after_the_head() -> None:
    assert [section.anchor for section in SECTIONS][:2] == ["summary", "changes"]


def test_every_module_with_a_part_is_in_the_contents_and_every_template_is_used() -> None:
    modules = (import_module(f"{sections.__name__}.{one.name}") for one in iter_modules(sections.__path__))
    declared = [module.SECTION for module in modules if hasattr(module, "SECTION")]
    assert len(declared) == len(SECTIONS)
    assert {id(section) for section in declared} == {id(section) for section in SECTIONS}
    templates = resources.files("bpp_etl.report") / "templates"
    found = {file.name for file in templates.iterdir() if file.name.endswith(".j2")}
    assert found == AROUND | {section.template for section in SECTIONS}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.anchor)
def test_what_a_part_draws_for_the_graph_is_on_its_page_too(
    release: Path, page: Node, section: Section
) -> None:
    plots = list(section.plots(read_release(release)))
    shown = {node.attributes["id"] for node in page.by_id(section.anchor).with_tag("svg")}
    assert {plot.picture.anchor for plot in plots} == shown
    assert {plot.table for plot in plots} <= set(METRIC_TABLES)
    assert all(plot.title for plot in plots)


def test_the_graph_shows_every_plot_of_every_part(release: Path) -> None:
    told = "\n".join(pictures_of(read_release(release)).values())
    titles = [plot.title for section in SECTIONS for plot in section.plots(read_release(release))]
    assert len(titles) > 10
    assert all(f"**{title}**" in told for title in titles)


def test_what_changed_reaches_the_parts_that_ask_for_it(release: Path) -> None:
    views = {part.section.anchor: part.view for part in page_of(read_release(release), "too old").parts}
    assert "too old" in views["changes"].why_not
    assert views["quality"].has_before is False
