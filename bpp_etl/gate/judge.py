"""Judging a delivery that has been read: stage, row rules, set rules, quarantine, counts.

Not here: what the counts lead to (`gate/decide.py`), and the rules.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from bpp_etl.adapters import CANONICAL
from bpp_etl.gate.decide import Findings, decide
from bpp_etl.gate.row_rules import ensure_judging_works, judge_rows
from bpp_etl.gate.set_rules import (
    duplicate_keys,
    duplicate_rows,
    out_of_time,
    rules_by_parent,
    without_parent,
)
from bpp_etl.gate.stage import stage, stage_nothing
from bpp_etl.gate.verdict import Verdict
from bpp_etl.harmonise.flags import flag_suspect_units
from bpp_etl.landing import Delivery
from bpp_etl.reading.delivery import ReadDelivery
from bpp_etl.timeline import derive_cadence
from bpp_etl.warehouse.connection import Connection, count_of, one_row, quoted
from bpp_etl.warehouse.ddl import create_table
from schemas.contract import delivered_columns
from schemas.quarantine import quarantine_contract
from schemas.tables import TABLES, DeliveredTable


def judge(con: Connection, delivery: Delivery, read: ReadDelivery) -> Verdict:
    """Judge a delivery in its working file; then `core` holds what would be admitted, `quarantine` the rest.

    Nothing outside the working file changes. The verdict says whether the file may take the place of the
    registry's admitted one.
    """
    for schema in ("core", "quarantine"):
        con.execute(f"create schema {schema}")
    con.execute("create temp table broken (table_name varchar, rule varchar, row_number bigint)")
    findings = Findings(read)
    ensure_judging_works(TABLES["patients"], delivery.date)
    for table in TABLES.values():
        if table.name in read.rows:
            _judge_table(con, table, delivery, read, findings)
        else:
            stage_nothing(con, table)
    if "lab_results" in read.rows:
        findings.flagged["lab_results", "unit_suspect"] = flag_suspect_units(con)
        findings.flag_judged["lab_results"] = count_of(
            con, "select count(*) from core.lab_results where analyte = 'ALP_TOTAL'"
        )
    derive_cadence(con, delivery.registry, keep=True)
    findings.intervals, findings.off_schedule = _cadence_counts(con)
    verdict = decide(delivery, findings)
    for table in TABLES.values():
        _quarantine(con, table, verdict, is_delivered=table.name in read.rows)
    con.execute("drop table broken")
    return verdict


def _judge_table(
    con: Connection, table: DeliveredTable, delivery: Delivery, read: ReadDelivery, findings: Findings
) -> None:
    relation = f"core.{quoted(table.name)}"
    findings.ignored[table.name] = stage(con, table, read.config)

    def broke(rule: str, row_numbers: pl.Series) -> None:
        if row_numbers.len() == 0:
            return
        con.register("newly_broken", row_numbers.alias("row_number").to_frame().to_arrow())
        con.execute(
            "insert into broken select $table_name, $rule, row_number from newly_broken",
            {"table_name": table.name, "rule": rule},
        )
        con.unregister("newly_broken")

    findings.judged[table.name] = judge_rows(con, table, relation, delivery.date, broke)
    broke("duplicate_row", _judged_only(con, relation, duplicate_rows(con, table)))
    broke("duplicate_key", duplicate_keys(con, table, relation))
    if table.parent is not None and table.parent.table in read.rows:
        broke(table.parent.rule, without_parent(con, table, relation))
        for rule, row_numbers in out_of_time(con, table, relation).items():
            broke(rule, row_numbers)
    else:
        findings.not_judged.update((table.name, rule) for rule in rules_by_parent(table))
    con.execute(
        f"delete from {relation}"
        " where row_number in (select row_number from broken where table_name = $name)",
        {"name": table.name},
    )
    con.execute(f"alter table {relation} drop column problems")
    if read.config.format != CANONICAL:
        con.execute(
            f"update {relation} as kept set row_number = raw.source_row_number"
            f" from raw.{quoted(table.name)} as raw where raw.row_number = kept.row_number"
        )
    findings.delivered[table.name] = read.rows[table.name]
    findings.admitted[table.name] = count_of(con, f"select count(*) from {relation}")
    findings.broken_rows[table.name] = count_of(
        con,
        "select count(distinct row_number) from broken where table_name = $name",
        {"name": table.name},
    )
    counted: Iterable[tuple[str, int]] = con.execute(
        "select rule, count(distinct row_number) from broken where table_name = $name group by rule",
        {"name": table.name},
    ).fetchall()
    findings.broken.update({(table.name, rule): count for rule, count in counted})


def _judged_only(con: Connection, relation: str, row_numbers: pl.Series) -> pl.Series:
    """Leave out copies of rows that are ignored: they are counted once, as ignored."""
    if row_numbers.len() == 0:
        return row_numbers
    con.register("copied", row_numbers.to_frame().to_arrow())
    kept = con.execute(
        f"select copied.row_number from copied semi join {relation} as judged"
        " on judged.row_number = copied.row_number"
    ).fetchnumpy()["row_number"]
    con.unregister("copied")
    return pl.Series("row_number", kept, dtype=pl.Int64)


def _quarantine(con: Connection, table: DeliveredTable, verdict: Verdict, *, is_delivered: bool) -> None:
    create_table(con, "quarantine", table.name, quarantine_contract(table.name))
    if not is_delivered:
        return
    columns = ", ".join(f"raw.{quoted(column.name)}" for column in delivered_columns(table.contract))
    con.execute(
        f"""
        insert into quarantine.{quoted(table.name)}
        select raw.registry, raw.delivery, $status, raw.file, raw.source_row_number,
            broke.broken_rules, {columns}
        from raw.{quoted(table.name)} as raw
        join (
            select row_number, list_sort(list_distinct(list(rule))) as broken_rules
            from broken where table_name = $name group by row_number
        ) as broke on broke.row_number = raw.row_number
        order by raw.row_number
        """,
        {"name": table.name, "status": verdict.status},
    )


def _cadence_counts(con: Connection) -> tuple[int, int]:
    intervals, off_schedule = one_row(
        con,
        "select count(*), count(*) filter (where cadence_class <> 'on_time')"
        " from core.assessment_cadence where line_number = 1",
    )
    return int(intervals), int(off_schedule)
