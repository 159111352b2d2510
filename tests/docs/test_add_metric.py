"""Following `docs/add/metric.md` adds a metric with its plot: measured, shown, known to the movers.

Not here: how a page is walked (`tests/support/walk.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support.pages import DOCS
from tests.support.report_page import Node, read_page
from tests.support.walk import apply, blocks, breaches, copy_of_project, run

METRIC = "early_candidate_share"
BLOCKS = blocks(DOCS / "add" / "metric.md")
MOVERS = f"from bpp_etl.difference.movers import basis_of; print(basis_of('{METRIC}', 'her2=*').tables)"
PICTURES = (
    "import sys; from pathlib import Path; from bpp_etl.report.pictures import pictures_of;"
    " from bpp_etl.report.tables import read_release;"
    " print(pictures_of(read_release(Path(sys.argv[1])))['estimate'])"
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which the page was applied, its last command a demonstration."""
    made = copy_of_project(tmp_path_factory.mktemp("add_metric"))
    *_, demo = apply(made, BLOCKS)
    assert "is in service" in demo.out
    return made


@pytest.fixture(scope="module")
def published(copy: Path) -> Path:
    return copy / "warehouse" / "demo-paper" / "published" / "bpp.duckdb"


@pytest.fixture(scope="module")
def page(published: Path) -> Node:
    (report,) = published.parent.glob("releases/*/report.html")
    return read_page(report)


def test_the_release_holds_the_metric_as_it_is_declared(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as con:
        rows = con.execute(
            "select stratum, events, patients, unit, warnings from metric.estimate where metric = ?", [METRIC]
        ).fetchall()
    strata = ["all", "registry=synthetic-paper"]
    assert rows == [(stratum, 17, 23, "share", ["interval_censored"]) for stratum in strata]


def test_the_report_lists_the_part_and_shows_its_plot_and_its_numbers(page: Node) -> None:
    (contents,) = page.with_tag("nav")
    assert "#onset" in {link.attributes["href"] for link in contents.with_tag("a")}
    part = page.by_id("onset")
    assert [picture.attributes["id"] for picture in part.with_tag("svg")] == ["plot-onset"]
    assert "73.9\u202f%" in part.words
    assert "late by about half the interval between scans" in part.words


def test_the_table_shows_the_picture_where_there_is_no_report(copy: Path, published: Path) -> None:
    told = run(copy, "python", "-c", PICTURES, published)
    assert told.out.startswith("**Candidates that appeared early**"), told.err


def test_the_movers_know_what_it_is_measured_of(copy: Path) -> None:
    told = run(copy, "python", "-c", MOVERS)
    assert "bone_lesions" in told.out, told.err
    assert "her2_tests" in told.out


def test_the_dictionary_names_it(copy: Path) -> None:
    assert METRIC in (copy / "docs" / "dictionary.md").read_text(encoding="utf-8")


def test_what_the_page_adds_keeps_the_style_of_the_house(copy: Path) -> None:
    assert breaches(copy, BLOCKS) == ""
