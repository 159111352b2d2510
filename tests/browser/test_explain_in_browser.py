"""The page of `bpp explain` in a real browser: it fits a telephone, and its words can be read there.

Screenshots go to `screenshots/`, for a person to look at.
Not here: what the page says (`tests/unit/explain`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bpp_etl.explain import explain_patient
from tests.browser.test_report_in_browser import (
    CHROMIUM,
    DESK,
    SCREENSHOTS,
    TELEPHONE,
    Visit,
    browser,
    visiting,
)
from tests.support.releases import MadeRelease, publish_made

__all__ = ["browser"]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")

COURSE = """
    day -10  CT
    day -5   ALP 110
    day 42   CT: new osteoblastic, SD
    day 42   ALP 95
    day 44   bone scan: new osteoblastic skull
    day 84   CT: SD
"""


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("explained")
    publish_made(home, MadeRelease({"east": {"awaiting": COURSE}}))
    target = home / "explain.html"
    target.write_text(explain_patient(home, "east", "awaiting", output="html"), encoding="utf-8")
    return target


@pytest.fixture(scope="module", params=[TELEPHONE, DESK], ids=["telephone", "desk"])
def visit(browser: object, explained: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with visiting(browser, explained, request.param) as opened:  # type: ignore[arg-type]
        SCREENSHOTS.mkdir(exist_ok=True)
        opened.page.screenshot(path=SCREENSHOTS / f"explain-{opened.width}.png", full_page=True)
        yield opened


def test_nothing_of_the_page_lies_beyond_the_window(visit: Visit) -> None:
    assert visit.page.evaluate("document.documentElement.scrollWidth") == visit.width
    beyond = visit.page.evaluate(
        """width => [...document.querySelectorAll('main *')]
            .filter(node => node.getBoundingClientRect().right > width + 0.5)
            .map(node => node.outerHTML.slice(0, 80))""",
        visit.width,
    )
    assert beyond == []
    assert visit.said == []


def test_one_drawing_is_shown_and_its_words_can_be_read_and_lie_on_no_other(visit: Visit) -> None:
    (shown,) = visit.page.evaluate(
        """[...document.querySelectorAll('svg')].filter(plot => plot.getBoundingClientRect().width > 0)
            .map(plot => [parseFloat(getComputedStyle(plot.querySelector('text')).fontSize)
                * plot.getBoundingClientRect().width / plot.viewBox.baseVal.width,
                [...plot.querySelectorAll('text')].map(word => word.textContent)])"""
    )
    size, words = shown
    assert 9.5 <= size <= 17
    assert {"CT due", "delivery", "line 1", "scans"} <= set(words)
    clashes = visit.page.evaluate(
        """[...document.querySelectorAll('svg')].filter(plot => plot.getBoundingClientRect().width > 0)
            .flatMap(plot => {
                const frame = plot.getBoundingClientRect();
                const words = [...plot.querySelectorAll('text')]
                    .map(word => [word.textContent, word.getBoundingClientRect()]);
                const outside = words.filter(([, box]) => box.left < frame.left - 1
                    || box.right > frame.right + 1 || box.top < frame.top - 1).map(([text]) => [text]);
                const shared = words.flatMap(([text, one], place) => words.slice(place + 1)
                    .filter(([, two]) => Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
                        && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 3)
                    .map(([other]) => [text, other]));
                return [...outside, ...shared];
            })"""
    )
    assert clashes == []


def test_every_cell_of_a_table_can_be_read_with_its_head(visit: Visit) -> None:
    narrow = visit.page.evaluate(
        """[...document.querySelectorAll('.stacks td')].map(cell => [cell.getBoundingClientRect().width,
            getComputedStyle(cell, '::before').content, cell.textContent])"""
    )
    assert len(narrow) > 10
    if visit.width == TELEPHONE:
        assert min(width for width, _, text in narrow if text) > 250
        assert all(head.startswith('"') for _, head, text in narrow if text)
    else:
        assert {head for _, head, _ in narrow} == {"none"}
