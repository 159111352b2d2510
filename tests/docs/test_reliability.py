"""docs/reliability.md against what is there: each promise has tests, and the figures are those of a soak.

Not here: the promises themselves, which the tests that the page names hold.
"""

from __future__ import annotations

import re

import pytest

from assets.descriptors import LEAST
from bpp_etl.settings import PROJECT
from tests.soak import figures, spark, test_crowd, test_full_disk, test_kills, test_many_refreshes
from tests.soak.deeds import DEEDS
from tests.support.pages import page, sections

PAGE = page("reliability.md")
PROMISES = dict(re.findall(r"^\| ([A-Z][^|]+) \| (`tests/.+`) \|$", PAGE, re.MULTILINE))
WORDS = {
    "kills at random moments": test_kills.KILLS,
    "readers through publishes": test_crowd.READERS * test_crowd.PUBLISHES,
    "refreshes at once": test_crowd.ROUNDS,
    "backups through refreshes": test_crowd.BACKUPS,
    "full disks": test_full_disk.SIZES,
    "refreshes with retention": test_many_refreshes.REFRESHES,
    **spark.FIGURES,
}


def test_the_page_promises_something() -> None:
    assert len(PROMISES) >= 12
    assert LEAST


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_held_by_tests_that_are_there(promise: str) -> None:
    for path in re.findall(r"`(tests/[^`]+)`", PROMISES[promise]):
        text = (PROJECT / path).read_text(encoding="utf-8")
        assert re.search(r"^def test_\w+\(", text, re.MULTILINE), path


def test_the_figures_are_those_that_the_last_soak_left() -> None:
    (shown,) = figures.TABLE.findall(PAGE)
    assert shown == figures.render_table(), "python -m tests.soak"
    assert {name: told["whole"] for name, told in figures.read_figures().items()} == WORDS


def test_nothing_was_lost_in_it() -> None:
    for name, told in figures.read_figures().items():
        found = told["found"]
        assert isinstance(found, dict)
        assert not any(found.get(key, 0) for key in ("lost", "not whole", "failed reads")), name
        assert isinstance(told["count"], int)
        assert told["count"] > 0


def test_the_page_says_how_much_a_whole_soak_is() -> None:
    told = " ".join(sections(PAGE)["How it is tested"].split())
    for words in (
        f"{ {1000: 'a thousand'}[test_kills.KILLS] } kills",
        f"{ {100: 'a hundred'}[test_crowd.READERS] } readers",
        f"{ {100: 'a hundred'}[test_crowd.PUBLISHES] } publishes",
        f"{ {5: 'five'}[test_crowd.AT_ONCE] } refreshes at once",
        f"{ {50: 'fifty'}[test_full_disk.SIZES] } sizes",
        f"{ {200: 'two hundred'}[test_many_refreshes.REFRESHES] } refreshes",
        f"`{figures.SHARE}=0.1 make soak`",
    ):
        assert words in told
    for deed in DEEDS.keys() - {"prune", "erase"}:
        assert deed.upper() in told.upper()
    assert "an erasure" in told
    assert sum(deed.of_a_thousand for deed in DEEDS.values()) == test_kills.KILLS
