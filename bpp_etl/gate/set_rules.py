"""The rules that need other rows: copies, keys, parents, and dates of the patient; set-based SQL.

Not here: what a breach leads to; each function yields the row numbers that break a rule.
"""

from __future__ import annotations

import polars as pl

from bpp_etl.warehouse.connection import Connection, quoted
from schemas.contract import delivered_columns
from schemas.tables import DeliveredTable

TIME_RULES = {
    "imaging_assessments": (
        ("assessment_after_death", "child.assessment_date > parent.death_date"),
        ("assessment_before_birth", "child.assessment_date < parent.birth_date"),
    ),
    "lab_results": (("specimen_after_death", "child.specimen_date > parent.death_date"),),
}
"""Rules of time order against the admitted patient. An examination on the day of death is no error."""


def duplicate_rows(con: Connection, table: DeliveredTable) -> pl.Series:
    """Find all but the first of the rows whose delivered text is identical.

    Rows are compared by a hash first; only rows that share one are compared to the letter.
    """
    names = [quoted(column.name) for column in delivered_columns(table.contract)]
    listed = ", ".join(names)
    return _numbers(
        con,
        f"""
        with hashed as (select row_number, hash({listed}) as row_hash from raw.{quoted(table.name)}),
        shared as (select row_hash from hashed group by row_hash having count(*) > 1),
        suspect as (
            select row_number, {listed} from raw.{quoted(table.name)}
            where row_number in (
                select hashed.row_number from hashed join shared on shared.row_hash = hashed.row_hash
            )
        )
        select row_number from (
            select row_number, row_number() over (partition by {listed} order by row_number) as copy
            from suspect
        ) where copy > 1
        """,
    )


def duplicate_keys(con: Connection, table: DeliveredTable, relation: str) -> pl.Series:
    """Find every row of a key whose delivered rows do not all say the same."""
    if not table.key:
        return pl.Series("row_number", [], dtype=pl.Int64)
    key = ", ".join(quoted(name) for name in table.key)
    filled = " and ".join(f"{quoted(name)} is not null" for name in table.key)
    listed = ", ".join(f"raw.{quoted(column.name)}" for column in delivered_columns(table.contract))
    return _numbers(
        con,
        f"""
        with hashed as (select hash({key}) as key_hash, row_number from {relation} where {filled}),
        shared as (select key_hash from hashed group by key_hash having count(*) > 1),
        suspect as (
            select row_number, {key} from {relation}
            where {filled} and row_number in (
                select hashed.row_number from hashed join shared on shared.key_hash = hashed.key_hash
            )
        ),
        told as (
            select suspect.row_number, {", ".join(f"suspect.{quoted(name)}" for name in table.key)},
                row({listed}) as delivered_row
            from suspect join raw.{quoted(table.name)} as raw on raw.row_number = suspect.row_number
        ),
        disagreeing as (select {key} from told group by {key} having count(distinct delivered_row) > 1)
        select told.row_number from told
        join disagreeing on {" and ".join(f"told.{quoted(n)} = disagreeing.{quoted(n)}" for n in table.key)}
        """,
    )


def without_parent(con: Connection, table: DeliveredTable, relation: str) -> pl.Series:
    """Find the rows whose parent is not among the admitted rows of its table."""
    if table.parent is None:
        return pl.Series("row_number", [], dtype=pl.Int64)
    column = quoted(table.parent.column)
    return _numbers(
        con,
        f"""
        select child.row_number from {relation} as child
        anti join core.{quoted(table.parent.table)} as parent on parent.{column} = child.{column}
        where child.{column} is not null
        """,
    )


def out_of_time(con: Connection, table: DeliveredTable, relation: str) -> dict[str, pl.Series]:
    """Find, for each rule of time order, the rows that break it against their admitted patient."""
    return {
        rule: _numbers(
            con,
            f"""
            select child.row_number from {relation} as child
            join core.patients as parent on parent.patient_id = child.patient_id
            where {condition}
            """,
        )
        for rule, condition in TIME_RULES.get(table.name, ())
    }


def rules_by_parent(table: DeliveredTable) -> tuple[str, ...]:
    """Name the rules of a table that cannot be judged without its parent's rows."""
    own = () if table.parent is None else (table.parent.rule,)
    return (*own, *(rule for rule, _ in TIME_RULES.get(table.name, ())))


def _numbers(con: Connection, sql: str) -> pl.Series:
    rows = con.execute(sql).fetchnumpy()["row_number"]
    return pl.Series("row_number", rows, dtype=pl.Int64)
