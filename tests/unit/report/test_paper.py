"""The part beside the seed study: what it prints as text, ours as compatible, and what is hidden says so.

Not here: that a cohort reproduces the figures (`tests/graph/test_paper_cohort.py`).
"""

from __future__ import annotations

from tests.support.report_page import Node, named_cells


def test_the_studys_figures_stand_as_it_prints_them(page: Node) -> None:
    words = page.by_id("paper-table").words
    for printed in ("1.73 (1.42 to 2.04)", "\u221220", "<\u202f0.001"):
        assert printed in words


def test_ours_is_called_compatible_and_never_an_estimate_of_ours(page: Node) -> None:
    part = page.by_id("paper")
    assert "Compatible, this release" in part.words
    assert {named.relation for named in named_cells(part)} == {"metric.paper_comparison"}
    assert "the estimates to read are in the parts above" in part.words


def test_a_suppressed_figure_says_so_and_gives_no_number(page: Node) -> None:
    hidden = [
        named
        for named in named_cells(page.by_id("paper-table"))
        if dict(named.keys)["figure"] == "alp_change_at_event"
    ]
    assert {(named.words, named.value) for named in hidden} == {("suppressed", None)}


def test_the_part_names_its_source(page: Node) -> None:
    (link,) = page.by_id("paper").with_tag("p")[0].with_tag("a")
    assert link.attributes["href"] == "https://doi.org/10.3389/fonc.2025.1643179"
