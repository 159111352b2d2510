"""The rules that one row can break by itself, run as pandera on bounded batches streamed from DuckDB.

A check of one column is judged on the values that occur in it, each once, and leads back to their rows; a
check of several columns on every row. Not here: rules that need other rows (`gate/set_rules.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Protocol

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from bpp_etl.errors import BppError
from bpp_etl.gate.row_numbers import Numbers, select_numbers, shown
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from bpp_etl.warehouse.ddl import sql_type
from bpp_etl.warehouse.parsed import parsed
from schemas.contract import columns_of
from schemas.laws import CellLaw, DeclaredLaw, Law, NearLaw, RowLaw, SideLaw, TextLaw
from schemas.rules import rules_of
from schemas.tables import DeliveredTable

BATCH_ROWS = 200_000

_ONE_AT_A_TIME = Lock()
"""Pandera keeps what is to be validated in a global; two threads would switch it under each other."""


class Break(Protocol):
    """Takes a rule and the numbers of the rows that break it; and in which column, where that is known."""

    def __call__(self, rule: str, row_numbers: Numbers, column: str = "") -> None:
        """Take them."""


Breach = Callable[[str, pl.DataFrame], None]
"""Takes a rule and that part of a batch that breaks it."""


@dataclass(frozen=True)
class CellChecks:
    """The schema of a table's cells, on frames of their values; a row has one cell, the others are NULL."""

    columns: tuple[str, ...]
    schema: pa.DataFrameSchema


@cache
def cell_checks(table: DeliveredTable, day: dt.date) -> CellChecks:
    """Build the checks of cells that are judged by themselves: one for each law, over all its columns.

    A cell that could not be read is NULL, and is judged from the text.
    """
    held = {
        rule.law: {
            column.name: holds.fill_null(value=True)
            for column in columns_of(table.contract)
            if (holds := rule.law.holds(column, day)) is not None
        }
        for rule in rules_of(table.name)
        if isinstance(rule.law, CellLaw)
    }
    checks = [pa.Check(_all_of(holds.values()), name=law.id) for law, holds in held.items() if holds]
    columns = dict.fromkeys(name for holds in held.values() for name in holds)
    return CellChecks(tuple(columns), pa.DataFrameSchema(checks=checks, name=table.name))


def _all_of(held: Iterable[pl.Expr]) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    every = pl.all_horizontal(list(held))
    return lambda data: data.lazyframe.select(every)


@cache
def row_schema(table: DeliveredTable, *, with_flags: bool) -> pa.DataFrameSchema | None:
    """Build the schema of the rules that a row keeps or breaks by itself; None where a table has none.

    The contract's checks refuse a row; with flags, so are those built that only flag one. No column is
    streamed that none of them reads.
    """
    contract = table.contract.to_schema()
    laws = [rule.law for rule in rules_of(table.name) if isinstance(rule.law, RowLaw)]
    flags = [law for law in laws if law.severity == "flag" and with_flags]
    checks = [*contract.checks, *(pa.Check(law.judge, name=law.id) for law in flags)]
    if not checks:
        return None
    read = {name for law in laws if law.severity == "refuse" or with_flags for name in law.columns}
    columns = {
        column.name: pa.Column(contract.columns[column.name].dtype, nullable=True)
        for column in columns_of(table.contract)
        if column.name in read
    }
    return pa.DataFrameSchema(columns, checks=checks, name=table.name)


def is_seen_in_text(law: Law) -> bool:
    """Say whether a breach of the law is seen while text is read."""
    if isinstance(law, DeclaredLaw):
        return law.severity == "refuse"
    return isinstance(law, TextLaw | SideLaw | NearLaw) or (isinstance(law, CellLaw) and law.seen_in_text)


@cache
def problem_schema(table: DeliveredTable) -> pa.DataFrameSchema:
    """Build the schema of the rules whose breach was seen when text was read, and noted in `problems`."""
    return _of_problems(table.name, [rule.id for rule in rules_of(table.name) if is_seen_in_text(rule.law)])


@cache
def _canary() -> pa.DataFrameSchema:
    return _of_problems("canary", ["required_value_missing"])


def _of_problems(name: str, rules: Iterable[str]) -> pa.DataFrameSchema:
    checks = [pa.Check(_not_among_problems(rule), name=rule) for rule in rules]
    return pa.DataFrameSchema({"problems": pa.Column(pl.List(pl.String))}, checks=checks, name=name)


def judge_rows(con: Connection, table: DeliveredTable, relation: str, day: dt.date, broke: Break) -> int:
    """Judge a typed relation's rows by their contract; tell `broke` of each breach.

    Returns the number of rows judged. Memory is bounded by the batch, whatever the delivery's size.
    """

    def cells_broke(rule: str, cells: pl.DataFrame) -> None:
        for column in cells.columns:
            values = cells.select(column).drop_nulls()
            if not values.is_empty():
                broke(rule, _rows_with(con, relation, values), column)

    def rows_broke(rule: str, rows: pl.DataFrame) -> None:
        broke(rule, rows["row_number"])

    of_cells = cell_checks(table, day)
    # As their contract types them: a working file keeps codes as numbers.
    typed = {
        column.name: f"{quoted(column.name)}::{sql_type(column)} as {quoted(column.name)}"
        for column in columns_of(table.contract)
    }
    each = (
        f"select {typed[name]} from (select distinct {quoted(name)} from {relation}"
        f" where {quoted(name)} is not null)"
        for name in of_cells.columns
    )
    _judge(con, of_cells.schema, " union all by name ".join(each), cells_broke)
    in_rows = row_schema(table, with_flags=True)
    if in_rows is not None:
        names = ", ".join(typed[name] for name in in_rows.columns)
        _judge(con, in_rows, f"select row_number, {names} from {relation}", rows_broke)
    _judge(
        con,
        problem_schema(table),
        f"select row_number, problems from {relation} where problems is not null",
        rows_broke,
    )
    return count_of(con, f"select count(*) from {relation}")


def _judge(con: Connection, schema: pa.DataFrameSchema, select: str, broke: Breach) -> None:
    cursor = con.cursor()
    try:
        cursor.execute("use warehouse")
        for frame in gathered(cursor.sql(parsed(cursor, select)).to_arrow_reader(BATCH_ROWS)):
            judge_frame(schema, frame, broke)
    finally:
        cursor.close()


def gathered(batches: Iterable[Any]) -> Iterator[pl.DataFrame]:
    """Put small batches together: each thread and each part of a union yields its own."""
    held: list[pl.DataFrame] = []
    for batch in batches:
        held.append(pl.DataFrame(batch))
        if sum(frame.height for frame in held) >= BATCH_ROWS:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def _rows_with(con: Connection, relation: str, cells: pl.DataFrame) -> Numbers:
    """Find the rows that hold any of the values of a frame's only column."""
    (cell,) = map(quoted, cells.columns)
    with shown(con, "broken_cells", cells):
        return select_numbers(
            con,
            f"select row_number from {relation} semi join broken_cells using ({cell})",
        )


def validate(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> None:
    """Hold a frame to a schema, whole. Errors: SchemaErrors, which carry cell values."""
    with _ONE_AT_A_TIME:
        schema.validate(frame, lazy=True)


def judge_frame(schema: pa.DataFrameSchema, frame: pl.DataFrame, broke: Breach) -> None:
    """Validate one batch lazily and hand over, rule by rule, what of it breaks the rule."""
    try:
        validate(schema, frame)
    except SchemaErrors as errors:
        # The errors carry cell values: only the check's name and its boolean column are taken from them.
        for error in errors.schema_errors:
            name = getattr(error.check, "name", None)
            holds = error.check_output
            if (
                not isinstance(name, str)
                or not isinstance(holds, pl.DataFrame)
                or holds.height != frame.height
            ):
                raise BppError(
                    f"the contract of {schema.name} could not be judged", "report this as a fault"
                ) from None
            broke(name, frame.filter(~holds.to_series().fill_null(value=True)))


def ensure_judging_works() -> None:
    """Fail unless a row that is known to be bad turns red: validation can be switched off from outside."""
    frame = pl.DataFrame(
        {"row_number": [1], "problems": [["required_value_missing"]]},
        schema_overrides={"problems": pl.List(pl.String)},
    )
    seen: set[str] = set()
    judge_frame(_canary(), frame, lambda rule, _: seen.add(rule))
    if "required_value_missing" not in seen:
        raise BppError(
            "the contracts do not judge: a row known to be bad passed",
            "unset PANDERA_VALIDATION_ENABLED and PANDERA_VALIDATION_DEPTH",
        )


def _not_among_problems(rule: str) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~pl.col("problems").list.contains(rule).fill_null(value=False))

    return holds
