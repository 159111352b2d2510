"""The counts of rows of a share where some registry has few patients, or few other than it had.

Not here: small counts of refused rows (`test_row_counts.py`), and what stays in the house for its words
(`test_erasures_stay.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from bpp_etl.disclosure.quality import kept_in_flow, quality_told
from bpp_etl.share.before import FILE, registries_that_differ_by_few
from bpp_etl.warehouse.connection import Connection, in_memory, opened
from bpp_etl.warehouse.ddl import create_table
from schemas.quality import TableCount
from tests.support.relations import insert_rows

TABLES = ("patients", "lab_results")


def counted(registry: str, patients: int, refused: int = 0) -> list[dict[str, object]]:
    """Judge a delivery of so many patients, with ten laboratory rows of each."""
    return [
        {
            "registry": registry,
            "delivery": "2024-12-31",
            "table": table,
            "delivery_status": "admitted",
            "delivered": (patients + refused) * times,
            "admitted": patients * times,
            "refused": refused * times,
            "ignored": 0,
            "broken": refused * times,
            "refused_share_limit": 0.05,
        }
        for table, times in zip(TABLES, (1, 10), strict=True)
    ]


def admitted(rows: list[dict[str, object]], few: Collection[str] = ()) -> list[object]:
    told = quality_told({"table_count": rows, "rule_result": [], "delivery": []}, 5, few)
    return [row["admitted"] for row in told["table_count"]]


def test_of_a_registry_of_few_patients_no_rows_are_told_and_of_the_others_no_patients() -> None:
    assert admitted([*counted("a", 40), *counted("b", 5)]) == [40, 400, 5, 50]
    assert admitted([*counted("a", 40), *counted("b", 4)]) == [None, 400, None, None]


def test_where_few_patients_differ_from_a_share_before_no_patients_are_told() -> None:
    rows = [*counted("a", 40), *counted("b", 30)]
    assert admitted(rows, few=["b"]) == [None, 400, None, 300]


def test_who_is_not_told_in_the_flow_is_not_told_by_the_rows_of_a_delivery() -> None:
    def flow(step: str, stratum: str, patients: int | None) -> dict[str, object]:
        return {"step": step, "stratum": stratum, "patients": patients}

    told = [flow("admitted", "all", 70), flow("admitted", "registry=a", 40), flow("candidate", "all", None)]
    assert kept_in_flow(told) == set()
    kept = kept_in_flow([*told, flow("admitted", "registry=b", None)])
    assert kept == {"registry=b"}
    assert admitted([*counted("a", 40), *counted("b", 30)], kept) == [None, 400, None, 300]


def fill(con: Connection, rows: list[dict[str, object]]) -> None:
    create_table(con, "quality", "table_count", TableCount)
    insert_rows(con, "quality.table_count", rows)


@pytest.mark.parametrize(
    ("now", "found"), [((40, 0), set()), ((42, 0), {"a"}), ((45, 0), set()), ((40, 3), {"a"})]
)
def test_a_registry_differs_by_few_from_what_a_share_before_told_of_it(
    tmp_path: Path, now: tuple[int, int], found: set[str]
) -> None:
    with opened(tmp_path / FILE) as share:
        fill(share, [*counted("a", 40), *counted("gone", 9)])
    with in_memory() as con:
        fill(con, [*counted("a", *now), *counted("new", 3)])
        assert registries_that_differ_by_few(con, [tmp_path], 5) == found
