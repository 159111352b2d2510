"""Following `docs/add/protocol.md` adds a protocol by its path, and a verdict set.

Not here: how a page is walked (`tests/support/walk.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from bpp_etl.release.shelf import FILE, REPORT, Shelf
from tests.support.deliveries import write_delivery_of
from tests.support.pages import DOCS
from tests.support.report_page import read_page
from tests.support.walk import apply, blocks, breaches, copy_of_project, run

OWN, SET = "tumour_board", "next_look"
BLOCKS = blocks(DOCS / "add" / "protocol.md")
LAST_OF_OWN = next(place for place, block in enumerate(BLOCKS) if block.action == "run") + 1
"""The blocks up to here are about a protocol of one's own, and change no line of the project."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with three patients in its landing."""
    made = copy_of_project(tmp_path_factory.mktemp("add_protocol"))
    write_delivery_of(made / "warehouse" / "landing")
    return made


@pytest.fixture(scope="module")
def by_own_protocol(copy: Path) -> Path:
    """The release by a protocol of one's own beside the default one."""
    (said,) = apply(copy, BLOCKS[:LAST_OF_OWN])
    assert "is in service" in said.out
    return in_service(copy)


@pytest.fixture(scope="module")
def with_verdict_set(copy: Path, by_own_protocol: Path) -> Path:
    """The release after the rest of the page."""
    *_, said = apply(copy, BLOCKS[LAST_OF_OWN:])
    assert "is in service" in said.out
    after = in_service(copy)
    assert after != by_own_protocol
    return after


def in_service(copy: Path) -> Path:
    shelf = Shelf.of(copy / "warehouse")
    return shelf.folder(str(shelf.in_service())) / FILE


def asked(release: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(release), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_protocol_of_ones_own_gives_events_beside_the_default_one(by_own_protocol: Path) -> None:
    calls = "select protocol, patient_id, state from event.pseudoprogression order by protocol, patient_id"
    assert asked(by_own_protocol, calls) == [
        (OWN, "A", "true_progression"),
        (OWN, "B", "true_progression"),
        ("xu2025", "A", "pseudoprogression"),
        ("xu2025", "B", "true_progression"),
    ]


def test_it_is_measured_and_stands_in_the_report(by_own_protocol: Path) -> None:
    assert asked(by_own_protocol, f"select count(*) > 50 from metric.estimate where protocol = '{OWN}'") == [
        (True,)
    ]
    page = read_page(by_own_protocol.with_name(REPORT))
    assert f"between-{OWN}" in {node.attributes.get("id") for node in page.all()}
    assert OWN in page.by_id("methods").words


def test_once_it_lies_in_the_folder_it_is_shipped_and_the_page_of_rules_has_its_words(
    copy: Path, with_verdict_set: Path
) -> None:
    shutil.copy(copy / f"{OWN}.toml", copy / "bpp_etl" / "events" / "protocols")
    told = run(copy, "python", "-c", "from bpp_etl.events import shipped; print(shipped())")
    assert f"'{OWN}'" in told.out, told.err
    assert run(copy, "python", "-m", "tests.support.spec_page").code == 0
    rules = (copy / "docs" / "rules.md").read_text(encoding="utf-8")
    assert f"### `{OWN}`: Bone pseudoprogression, three confirming CTs" in rules
    assert "Our tumour board: two CTs are not enough for us." in rules


def test_a_verdict_set_judges_every_candidate(with_verdict_set: Path) -> None:
    verdicts = f"""
        select patient_id, verdict_{SET}, verdict_{SET}_date::varchar from event.pseudoprogression
        where protocol = 'xu2025' order by patient_id
    """
    assert asked(with_verdict_set, verdicts) == [("A", "PD", "2024-06-17"), ("B", "PD", "2024-03-25")]


def test_it_is_compared_with_every_other_definition(with_verdict_set: Path) -> None:
    metrics = f"select distinct metric from metric.estimate where metric like '%{SET}%' order by metric"
    others = ("irecist", "irecist_line", "mda", "pcwg3", "recist11")
    assert {metric for (metric,) in asked(with_verdict_set, metrics)} == {
        f"agreement_{SET}",
        *(f"agreement_{other}_{SET}" for other in others),
    }
    strata = "select count(*) from metric.estimate where stratum = 'definition=next_look'"
    assert asked(with_verdict_set, strata) == [(8,)]


def test_its_words_are_in_the_report_in_an_explanation_and_on_the_page_of_rules(
    copy: Path, with_verdict_set: Path
) -> None:
    assert "The next look" in read_page(with_verdict_set.with_name(REPORT)).by_id("verdicts").words
    explained = run(copy, "bpp", "explain", "A", "--registry", "tiny")
    assert "Next look" in explained.out, explained.err
    rules = (copy / "docs" / "rules.md").read_text(encoding="utf-8")
    assert "Without a later CT it stays open." in rules


def test_what_the_page_adds_keeps_the_style_of_the_house(copy: Path, with_verdict_set: Path) -> None:
    assert breaches(copy, BLOCKS) == ""
