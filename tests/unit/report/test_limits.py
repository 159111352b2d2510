"""What the report says of its own limits: limitations, the checklist of what is left to say, the dictionary.

Not here: how they are folded (`test_sections.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bpp_etl.report import write_report
from bpp_etl.report.contents import SECTIONS
from bpp_etl.report.sections.checklist import load_items
from tests.support.report_file import write_release
from tests.support.report_page import Node, read_page
from tests.support.report_rows import release_row


@pytest.mark.parametrize(
    "about",
    [
        "registries are no sample",
        "What nobody recorded need not have been absent",
        "An event happened at some time after the scan before",
        "Liver disease, fractures, growth factors",
        "no p-value is adjusted for their number",
    ],
)
def test_the_limitations_name_what_the_report_cannot_tell(page: Node, about: str) -> None:
    assert about in page.by_id("limits").words


def test_the_limitations_count_the_undecided_and_the_tests_of_this_release(page: Node, release: Path) -> None:
    with duckdb.connect(str(release), read_only=True) as con:
        (undecided,), (candidates,) = (
            con.execute(
                "select patients from metric.flow where protocol = 'xu2025' and stratum = 'all' and step = ?",
                [step],
            ).fetchall()[0]
            for step in ("indeterminate", "candidate")
        )
        (tests,) = con.execute(
            "select count(p_value) from metric.estimate where protocol = 'xu2025'"
        ).fetchall()[0]
    words = page.by_id("limits").words
    assert f"{undecided} of {candidates} candidates could not be decided" in words
    assert f"Tests were made {tests} times" in words


def test_every_item_of_both_checklists_is_there_once() -> None:
    numbers = [number for item in load_items() for number in item.number.replace("RECORD ", "").split(", ")]
    assert len(numbers) == len(set(numbers))
    assert {number for number in numbers if number.isdigit()} == {str(number) for number in range(1, 23)}
    extended = {number for number in numbers if not number.isdigit()}
    assert extended == {
        *("1.1 to 1.3", "6.1", "6.2", "6.3", "7.1"),
        *("12.1", "12.2", "12.3", "13.1", "19.1", "22.1"),
    }


def test_every_item_says_what_is_told_and_what_is_left_and_leads_to_parts_that_are_there(page: Node) -> None:
    anchors = {section.anchor for section in SECTIONS}
    for item in load_items():
        assert item.asks.endswith(".")
        assert item.told.endswith(".")
        assert item.left.endswith(".")
        assert set(item.see) <= anchors
    rows = page.by_id("checklist-items").with_tag("tr")[1:]
    assert len(rows) == len(load_items())
    assert {link.attributes["href"][1:] for row in rows for link in row.with_tag("a")} <= anchors


def test_the_dictionary_shows_each_table_with_its_columns_and_keys(tmp_path: Path) -> None:
    table = {"schema": "metric", "table": "flow", "grain": "One row per step.", "key_columns": ["step"]}
    table |= {"rows": 2, "digest": "0"}
    columns = [
        {"schema": "metric", "table": "flow", "column": name, "type": "BIGINT", "description": says}
        | {"is_nullable": False}
        for name, says in (("step", "The step."), ("patients", "How many."))
    ]
    refused = {"schema": "quarantine", "table": "patients", "grain": "One refused row."}
    refused |= {"key_columns": [], "rows": 1, "digest": "0"}
    held = {"meta.release": [release_row()], "meta.table": [table, refused], "meta.column": columns}
    write_report(write_release(tmp_path / "bpp.duckdb", held), tmp_path / "report.html")
    part = read_page(tmp_path / "report.html").by_id("dictionary")
    assert [one.words for one in part.with_tag("figcaption")] == ["metric.flow: One row per step."]
    rows = [[cell.words for cell in row.with_tag("th", "td")] for row in part.with_tag("tr")[1:]]
    assert rows == [["step (key)", "BIGINT", "The step."], ["patients", "BIGINT", "How many."]]
