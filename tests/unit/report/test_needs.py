"""The head of the report says what needs a person, and what to do: of what the release was made of alone.

Not here: how a warehouse is now (`tests/operation/test_status.py`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bpp_etl.report.figures import Code, text
from bpp_etl.report.sections.needs import ASK, CHECK, Need, needs
from bpp_etl.report.sections.summary import summary
from bpp_etl.report.tables import ReleaseTables, read_release
from tests.support.report_page import Node
from tests.support.report_rows import delivery


def of(tables: ReleaseTables, *rows: dict[str, object]) -> ReleaseTables:
    """Put other deliveries into a release."""
    held = replace(tables["quality.delivery"], rows=rows)
    return replace(tables, tables={**tables.tables, "quality.delivery": held})


def test_shut_gates_come_first_and_each_says_what_to_do(release: Path) -> None:
    told = of(
        read_release(release),
        delivery("admitted", warnings=["half of the patients are gone", "all are male"]),
        delivery("zebra", is_shut=True, messages=["patients is not delivered", "her2 is odd"]),
        delivery("well"),
    )
    day = Code("2024-03-01")
    shut = text("gate shut for ", day, ": patients is not delivered; her2 is odd")
    assert needs(told) == (
        Need("registry-zebra", "zebra", shut, CHECK),
        Need("registry-admitted", "admitted", text(day, ": half of the patients are gone"), ASK),
        Need("registry-admitted", "admitted", text(day, ": all are male"), ASK),
    )


def test_a_warning_that_nobody_answered_is_told_after_those_of_the_delivery(release: Path) -> None:
    waiting = {
        "unanswered": ["patients.dates_moved"],
        "unanswered_since": ["2024-02-01"],
        "unanswered_warnings": ["9 of 90 patients have another birth date"],
    }
    (told, waits) = needs(
        of(read_release(release), delivery("admitted", warnings=["all are male"], **waiting))
    )
    assert told.what == text(Code("2024-03-01"), ": all are male")
    assert "dates_moved of 2024-02-01" in str(waits.what)


def test_it_stands_in_the_head_before_any_number(page: Node) -> None:
    head, told = page.by_id("summary").words, page.by_id("needs").words
    assert told in head
    assert head.index(told) < head.index("admitted patients")
    assert "What needs a person" in told or "needs a person;" in told
    assert "bpp status" in told


def test_where_nothing_does_it_says_so_and_a_share_says_nothing(release: Path) -> None:
    well = of(read_release(release), delivery("well"))
    assert needs(well) == ()
    assert summary(of(well, delivery("shut", is_shut=True, title=None))).needs
    controlled = replace(of(well, delivery("shut", is_shut=True, title=None)), is_controlled=True)
    assert summary(controlled).needs == ()
