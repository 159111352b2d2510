"""Judging one delivered table: stage, row rules, set rules, quarantine, counts.

Not here: in which order the tables are judged (`gate/judge.py`), and what the counts lead to
(`gate/decide.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from bpp_etl.adapters import CANONICAL
from bpp_etl.gate.judged import JudgedTable
from bpp_etl.gate.row_rules import judge_rows
from bpp_etl.gate.set_rules import (
    duplicate_keys,
    duplicate_rows,
    out_of_time,
    rows_alike,
    rules_by_parent,
    without_parent,
)
from bpp_etl.gate.stage import stage, stage_nothing
from bpp_etl.harmonise.flags import flag_suspect_units
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.delivery import ReadDelivery
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from bpp_etl.warehouse.ddl import create_table
from schemas.contract import delivered_columns
from schemas.quarantine import quarantine_contract
from schemas.tables import DeliveredTable


def judge_table(
    con: Connection, table: DeliveredTable, delivery: Delivery, read: ReadDelivery
) -> JudgedTable:
    """Put a table's rows into `core` or `quarantine`, and count what was found.

    Its parent has been judged. What is noted on the way lies in temporary tables of the connection, so that
    other tables may be judged beside it.
    """
    con.execute("create or replace temp table broken (rule varchar, row_number bigint)")
    outcome = JudgedTable(table.name)
    is_delivered = table.name in read.rows
    if is_delivered:
        _judge(con, table, delivery, read, outcome)
    else:
        stage_nothing(con, table)
    _quarantine(con, table, is_delivered=is_delivered)
    con.execute("drop table temp.broken")
    if table.name == "lab_results" and is_delivered:
        outcome.flagged["unit_suspect"] = flag_suspect_units(con)
        outcome.flag_judged = count_of(
            con, "select count(*) from core.lab_results where analyte = 'ALP_TOTAL'"
        )
    return outcome


def _judge(
    con: Connection, table: DeliveredTable, delivery: Delivery, read: ReadDelivery, outcome: JudgedTable
) -> None:
    relation = f"core.{quoted(table.name)}"
    outcome.ignored = stage(con, table, read.config)

    def broke(rule: str, row_numbers: pl.Series) -> None:
        if row_numbers.len() == 0:
            return
        con.register("newly_broken", row_numbers.alias("row_number").to_frame().to_arrow())
        con.execute("insert into temp.broken select $rule, row_number from newly_broken", {"rule": rule})
        con.unregister("newly_broken")

    outcome.judged = judge_rows(con, table, relation, delivery.date, broke)
    with rows_alike(con, table, relation):
        broke("duplicate_row", _judged_only(con, relation, duplicate_rows(con, table)))
        broke("duplicate_key", duplicate_keys(con, table, relation))
    if table.parent is not None and table.parent.table in read.rows:
        broke(table.parent.rule, without_parent(con, table, relation))
        for rule, row_numbers in out_of_time(con, table, relation).items():
            broke(rule, row_numbers)
    else:
        outcome.not_judged.update(rules_by_parent(table))
    con.execute(f"delete from {relation} where row_number in (select row_number from temp.broken)")
    con.execute(f"alter table {relation} drop column problems")
    if read.config.format != CANONICAL:
        con.execute(
            f"update {relation} as kept set row_number = raw.source_row_number"
            f" from raw.{quoted(table.name)} as raw where raw.row_number = kept.row_number"
        )
    outcome.admitted = count_of(con, f"select count(*) from {relation}")
    outcome.broken_rows = count_of(con, "select count(distinct row_number) from temp.broken")
    counted: Iterable[tuple[str, int]] = con.execute(
        "select rule, count(distinct row_number) from temp.broken group by rule"
    ).fetchall()
    outcome.broken = dict(counted)


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


def _quarantine(con: Connection, table: DeliveredTable, *, is_delivered: bool) -> None:
    """Keep the refused rows as delivered; a delivery counts as admitted until the decision on all of it."""
    create_table(con, "quarantine", table.name, quarantine_contract(table.name))
    if not is_delivered:
        return
    columns = ", ".join(f"raw.{quoted(column.name)}" for column in delivered_columns(table.contract))
    con.execute(
        f"""
        insert into quarantine.{quoted(table.name)}
        select raw.registry, raw.delivery, 'admitted', raw.file, raw.source_row_number,
            broke.broken_rules, {columns}
        from raw.{quoted(table.name)} as raw
        join (
            select row_number, list_sort(list_distinct(list(rule))) as broken_rules
            from temp.broken group by row_number
        ) as broke on broke.row_number = raw.row_number
        order by raw.row_number
        """
    )
