"""The part of the report that says what changed since the release before.

Not here: finding what changed (`tests/unit/test_compare.py`, `tests/unit/test_moves.py`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.difference.releases import Difference, RuleChange
from bpp_etl.release.history import compare
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.report import write_report
from bpp_etl.report.sections.changes import typeset
from bpp_etl.warehouse.connection import opened
from tests.support.releases import MadeRelease, publish_made
from tests.support.report_page import Node, named_cells, read_page

COURSE = "day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT"
LATER = "pseudoprogression_to_progression"
NONE = "day -10 CT\n day 42 CT"


def estimate(value: float, metric: str = "time_to_pseudoprogression") -> dict[str, object]:
    told = {"protocol": "xu2025", "metric": metric, "stratum": "all", "unit": "days"}
    return told | {
        "estimate": value,
        "patients": 20,
        "method": "made up",
        "warnings": [],
        "is_suppressed": False,
    }


BEFORE = MadeRelease(
    {"east": {f"SECRET-{place}": NONE for place in range(12)}, "west": {"SECRET-W": NONE}},
    estimates=(estimate(52), estimate(385, LATER)),
)
AFTER = dataclasses.replace(
    BEFORE,
    courses={
        "east": {f"SECRET-{place}": COURSE if place < 6 else NONE for place in range(1, 12)},
        "west": {"SECRET-W": NONE},
    },
    created_at=dt.datetime(2021, 4, 1, tzinfo=dt.UTC),
    delivery="2021-03-04",
    estimates=(estimate(-55), estimate(385 + 1e-9, LATER)),
)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Difference]:
    home = tmp_path_factory.mktemp("changes")
    shelf = Shelf.of(home)
    first, second = (shelf.releases / publish_made(home, made) / FILE for made in (BEFORE, AFTER))
    with opened(second) as con:
        found = compare(con, first)
    assert isinstance(found, Difference)
    rules = (
        RuleChange("east", "patients", "date_invalid", 0, 9),
        RuleChange("east", "patients", "code_unknown", 7, 0),
        RuleChange("east", "bone_lesions", "code_unknown", 3, 2),
    )
    return second, dataclasses.replace(found, rules=rules)


@pytest.fixture(scope="module")
def page(compared: tuple[Path, Difference], tmp_path_factory: pytest.TempPathFactory) -> Node:
    release, found = compared
    target = tmp_path_factory.mktemp("page") / "report.html"
    write_report(release, target, found)
    return read_page(target)


def cells(page: Node, table: str) -> list[list[str]]:
    return [[cell.words for cell in row.with_tag("th", "td")] for row in page.by_id(table).with_tag("tr")[1:]]


def test_patients_are_counted_by_where_they_were_and_are(page: Node) -> None:
    assert cells(page, "changes-patients") == [
        ["No new osteoblastic lesion on such a CT", "Indeterminate", "5"],
        ["No new osteoblastic lesion on such a CT", "not in the release", "1"],
    ]


def test_a_headline_number_says_what_it_was_what_it_is_and_which_rows_moved_it(page: Node) -> None:
    (name, before, now, moved), unseen = cells(page, "changes-headlines")
    assert "time_to_pseudoprogression" in name
    assert (before, now) == ("52 days, 20 patients", "\u221255 days, 20 patients")
    assert moved.startswith("east: bone_lesions 5 added; imaging_assessments")
    assert {one.relation for one in named_cells(page) if one.field == "estimate_after"} == {"quality.change"}
    assert unseen[1] == unseen[2] == "385 days, 20 patients"
    assert unseen[3].endswith(". It moved in digits that are not shown")
    assert "shown" not in moved
    assert "2 of 2 headline numbers moved" in page.by_id("changes").words


def test_each_registry_says_what_changed_in_it(page: Node) -> None:
    east, west = (page.by_id(f"registry-{name}").words for name in ("east", "west"))
    assert "Delivery 2021-02-04 \u2192 2021-03-04." in east
    rows = {name: numbers for name, *numbers in cells(page, "registry-east-rows-changed")}
    assert rows["Bone lesions"] == ["5", "0", "0"]
    assert rows["Patients"] == ["0", "0", "1"]
    assert "Admitted rows that changed" not in west


def test_a_breach_is_new_resolved_or_still_there(page: Node) -> None:
    told = [row[-3:] for row in cells(page, "registry-east-rules-changed")]
    assert told == [
        ["0", "9", "NEW"],
        ["7", "0", "RESOLVED"],
        ["3", "2", "STILL THERE"],
    ]


def test_nobody_is_named(page: Node) -> None:
    assert "SECRET" not in page.words


def test_a_first_release_says_so(compared: tuple[Path, Difference], tmp_path: Path) -> None:
    write_report(compared[0], tmp_path / "report.html")
    words = read_page(tmp_path / "report.html").by_id("changes").words
    assert "This is the first release: there is none before it to compare with." in words


def test_a_release_that_cannot_be_compared_says_why(
    compared: tuple[Path, Difference], tmp_path: Path
) -> None:
    write_report(compared[0], tmp_path / "report.html", "the two releases hold other tables")
    words = read_page(tmp_path / "report.html").by_id("changes").words
    assert "cannot be compared with: the two releases hold other tables." in words


def test_words_are_set_as_the_page_sets_its_own() -> None:
    assert typeset("2024-03-01 -> 2024-04-01-2") == "2024-03-01 \u2192 2024-04-01-2"
    assert typeset("-18 U/L (-22.7 to -13.1), p < 0.001") == (
        "\u221218\u202fU/L (\u221222.7 to \u221213.1), p\u202f<\u202f0.001"
    )
