"""Writes a gate decision into the `quality` tables of a working file.

Not here: deciding (`bpp_etl/gate/decide.py`), and where working files lie (`working.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.derived_lines import OF_A_LINE
from bpp_etl.landing.declared import Declaration
from bpp_etl.landing.registry_sections import NOTHING_SAID, About
from bpp_etl.warehouse.connection import Connection, is_there, quoted
from bpp_etl.warehouse.ddl import create_table, insert_rows
from schemas.quality import QUALITY_TABLES
from schemas.stated import NOTHING_STATED, Stated
from schemas.tables import DRUGS

LINES = "therapy_lines"
EMPTY = "no row: none of its cells is filled"
ERASED = "of a patient who was erased: left out"
NONE: Mapping[str, int] = MappingProxyType({})
NONE_STATED: Mapping[str, str] = MappingProxyType({})


def record(
    con: Connection,
    decision: GateDecision,
    *,
    input_digest: str,
    code_version: str,
    extra_columns: tuple[tuple[str, str], ...] = (),
    identifier_columns: tuple[tuple[str, str], ...] = (),
    about: About = NOTHING_SAID,
    stated: Stated = NOTHING_STATED,
    empty_rows: Mapping[str, int] = NONE,
    left_out: Mapping[str, int] = NONE,
    digests: Mapping[str, str] = NONE_STATED,
) -> None:
    """Write a decision into a working file's `quality` tables; a shut delivery keeps nothing in `core`."""
    for table, contract in QUALITY_TABLES.items():
        create_table(con, "quality", table, contract)
    stamp = (decision.registry, decision.delivery)
    judged = (*stamp, decision.status)
    insert_rows(
        con,
        "quality",
        "rule_result",
        [
            (*judged, r.table, r.rule, r.severity, r.category, r.judged, r.broken, r.limit, r.status)
            for r in decision.rules
        ],
        QUALITY_TABLES["rule_result"],
    )
    insert_rows(
        con,
        "quality",
        "table_count",
        [
            (*judged, c.table, c.delivered, c.admitted, c.refused, c.ignored, c.broken, c.refused_share_limit)
            for c in decision.tables
        ],
    )
    insert_rows(
        con,
        "quality",
        "delivery",
        [
            (
                *stamp,
                about.title,
                about.synthetic,
                about.contact,
                decision.delivery_date,
                decision.status,
                [f"{cause.table}.{cause.rule}" for cause in decision.causes],
                [cause.message for cause in decision.causes],
                [f"{breach.table}.{breach.rule}" for breach in decision.warnings],
                [breach.message for breach in decision.warnings],
                [f"{one.table}.{one.rule}" for one in decision.unanswered],
                [one.since for one in decision.unanswered],
                [one.message for one in decision.unanswered],
                list(decision.of_year),
                list(decision.of_year.values()),
                sum(count.delivered for count in decision.tables),
                sum(count.admitted for count in decision.tables),
                sum(count.refused for count in decision.tables),
                sum(count.ignored for count in decision.tables),
                list(stated.cadence.interval_days),
                stated.has_stable_lesion_ids,
                input_digest,
                code_version,
            )
        ],
    )
    insert_rows(
        con,
        "quality",
        "waiver",
        [
            (
                *judged,
                one.waiver.rule,
                one.waiver.until,
                one.waiver.reason,
                one.waiver.by,
                one.is_in_force,
                [breach.table for breach in one.breaches],
            )
            for one in decision.accepted
        ],
    )
    insert_rows(
        con,
        "quality",
        "null_word",
        [(*judged, one.table, one.column, one.cells) for one in decision.null_words],
    )
    insert_rows(
        con,
        "quality",
        "declaration",
        [
            (*judged, place, *_declaration_cells(one.declaration), one.rows)
            for place, one in enumerate(decision.declared, start=1)
        ],
    )
    insert_rows(con, "quality", "statement", [(*judged, *one) for one in digests.items()])
    # A header may say one name twice.
    columns = dict.fromkeys((*extra_columns, *identifier_columns))
    insert_rows(
        con,
        "quality",
        "extra_column",
        [(*judged, *column, column in identifier_columns) for column in columns],
    )
    if is_there(con, "raw", SOURCE_ROWS):
        con.execute(
            "insert into quality.source_row"
            " select $registry, $delivery, $status, source, meaning, table_name, source_rows"
            f" from raw.{quoted(SOURCE_ROWS)} where source_rows > 0 order by source, meaning",
            {"registry": decision.registry, "delivery": decision.delivery, "status": decision.status},
        )
    insert_rows(
        con,
        "quality",
        "source_row",
        [
            (*judged, DRUGS.name, meaning, LINES if meaning == OF_A_LINE else None, rows)
            for meaning, rows in decision.drugs.items()
        ],
    )
    insert_rows(
        con,
        "quality",
        "source_row",
        [
            (*judged, name, meaning, None, rows)
            for meaning, counted in ((EMPTY, empty_rows), (ERASED, left_out))
            for name, rows in sorted(counted.items())
        ],
    )
    if not decision.is_open:
        con.execute("drop schema core cascade")


def _declaration_cells(one: Declaration) -> tuple[str | None, ...]:
    """Write a declaration as `quality.declaration` has it."""
    return (one.section, one.states or None, one.source or None, one.table, one.column, one.flag or None)
