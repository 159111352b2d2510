"""Rules broken before and after: of two judgements of one delivery's name the later one counts.

Not here: the words (`test_compare.py`).
"""

from __future__ import annotations

from bpp_etl.difference.changes import CATALOGS, selected
from bpp_etl.warehouse.connection import Connection, in_memory
from bpp_etl.warehouse.ddl import create_table
from schemas.quality import QUALITY_TABLES

ADMITTED, SHUT = "admitted", "shut"


def judged(con: Connection, catalog: str, judgements: list[tuple[str, int]]) -> None:
    """Write judgements of one name, each with its status and the rows that broke one rule."""
    con.execute(f"attach ':memory:' as {catalog}")
    con.execute(f"use {catalog}")
    for table in ("delivery", "rule_result"):
        create_table(con, "quality", table, QUALITY_TABLES[table])
    for status, broken in judgements:
        con.execute(
            "insert into quality.delivery by name select 'a' as registry, '2024-01-01' as delivery,"
            " date '2024-01-01' as delivery_date, ? as status, [] as why, [] as messages,"
            " [] as warned, [] as warnings, 0 as delivered,"
            " 0 as admitted, 0 as refused, 0 as ignored, '' as input_digest, '' as code_version",
            [status],
        )
        con.execute(
            "insert into quality.rule_result values"
            " ('a', '2024-01-01', ?, 'patients', 'code_unknown', 'refuse', 'conformance', 90, ?, 0.05,"
            " 'failed')",
            [status, broken],
        )


def test_a_delivery_that_came_again_and_was_shut_is_told_by_its_later_judgement() -> None:
    cases = [
        ([(ADMITTED, 3)], [(ADMITTED, 3), (SHUT, 1)], (3, 1)),
        ([(SHUT, 9), (ADMITTED, 20)], [(ADMITTED, 20)], (9, 20)),
    ]
    for before, after, expected in cases:
        with in_memory() as con:
            for catalog, judgements in zip(CATALOGS, (before, after), strict=True):
                judged(con, catalog, judgements)
            (row,) = selected(con, "rule_change")
            assert (row["broken_before"], row["broken_after"]) == expected


def test_what_stays_broken_is_told_and_what_is_within_its_limit_is_not() -> None:
    for status, told in (("failed", [(4, 4)]), ("waived", [(4, 4)]), ("passed", [])):
        with in_memory() as con:
            for catalog in CATALOGS:
                judged(con, catalog, [(ADMITTED, 4)])
                con.execute(f"update {catalog}.quality.rule_result set status = '{status}'")
            rows = selected(con, "rule_change")
            assert [(row["broken_before"], row["broken_after"]) for row in rows] == told
