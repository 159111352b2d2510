"""Every number on the page is a cell of the release, names it, and reads as it is.

Not here: words (`test_report.py`).
"""

from __future__ import annotations

import re
from pathlib import Path

from bpp_etl.report.tables import SHOWN
from bpp_etl.warehouse.connection import Connection, opened_read_only, quoted
from tests.support.report_page import Named, Node, named_cells

DIGIT = re.compile(r"\d")


def cells_of_release(con: Connection, named: Named) -> list[float | None]:
    """Read the cells that a number on the page names, or the sum or count that it says it is."""
    schema, table = named.relation.split(".")
    where = " and ".join(f"{quoted(key)} = ?" for key, _ in named.keys) or "true"
    field = quoted(named.field)
    if named.field == "count":
        field = "count(*)"
    elif named.field.startswith("sum of "):
        field = f"sum({quoted(named.field.removeprefix('sum of '))})"
    rows = con.execute(
        f"select {field} from {quoted(schema)}.{quoted(table)} where {where}",
        [text for _, text in named.keys],
    ).fetchall()
    return [row[0] for row in rows]


def test_every_number_on_the_page_is_the_cell_of_the_release_that_it_names(release: Path, page: Node) -> None:
    shown = named_cells(page)
    with opened_read_only(release) as con:
        wrong = [named for named in shown if named.value not in cells_of_release(con, named)]
    assert not wrong
    assert len(shown) > 300


def reads_as(named: Named, value: float) -> bool:
    """Say whether words are a number as it is rounded for reading, as a percentage, or as months of days."""
    plain = named.words.replace("\u202f", "").replace("\u2212", "-")
    if plain.startswith("<"):
        return value < float(plain[1:])
    number = re.match(r"-?[0-9]+(?:\.([0-9]+))?", plain)
    assert number, named.words
    rest = plain[number.end() :]
    half = 0.5 * 10.0 ** -len(number[1] or "") + 1e-9
    readings = {"%": [value * 100], "months": [value / 30.4375, value / 30]}.get(rest, [value])
    if named.field in {"ci_low", "ci_high"}:
        readings.append(value * 100)  # the sign of per cent stands once, after both limits
    return rest in {"", "%", "months", "day", "days", "U/L", "µg/L"} and any(
        abs(float(number[0]) - reading) <= half for reading in readings
    )


def test_every_number_on_the_page_reads_as_its_value(page: Node) -> None:
    shown = [named for named in named_cells(page) if named.value is not None]
    assert not [named for named in shown if not reads_as(named, named.value or 0.0)]


def test_numbers_come_from_every_metric_table_and_from_the_counts_of_quality(page: Node) -> None:
    expected = {
        *(
            f"metric.{table}"
            for table in (
                "estimate",
                "survival_curve",
                "flow",
                "baseline",
                "lesion_site",
                "alp_change",
                "alp_grade",
                "concordance",
                "cadence",
                "open_question",
                "paper_comparison",
            )
        ),
        *(f"quality.{table}" for table in ("rule_result", "delivery", "table_count", "history")),
        *(f"quality.{table}" for table in ("null_word", "source_row", "declaration")),
    }
    found = {named.relation for named in named_cells(page)}
    assert found <= set(SHOWN)
    assert found == expected


def test_a_column_of_numbers_holds_no_number_that_names_no_cell(page: Node) -> None:
    cells = [node for node in page.with_tag("td") if "number" in node.attributes.get("class", "").split()]
    loose = [cell.words for cell in cells if DIGIT.search(cell.without("data"))]
    assert not loose
    assert len(cells) > 200
