"""The rules that one row can break by itself, run as pandera on bounded batches streamed from DuckDB.

Not here: rules that need other rows (`gate/set_rules.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from threading import Lock

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from bpp_etl.errors import BppError
from bpp_etl.warehouse.connection import Connection, quoted
from schemas.contract import columns_of
from schemas.rules import rules_of
from schemas.tables import DeliveredTable

BATCH_ROWS = 200_000
PARSED_RULES = (
    "required_value_missing",
    "date_invalid",
    "date_is_partial",
    "number_invalid",
    "value_is_censored",
    "unit_missing",
    "unit_not_convertible",
)
"""Rules whose breach is seen when text is read: the cell is NULL by then, and `problems` names the rule."""

_ONE_AT_A_TIME = Lock()
"""Pandera keeps what is to be validated in a global; two threads would switch it under each other."""

Break = Callable[[str, pl.Series], None]


@cache
def judging_schema(table: DeliveredTable, day: dt.date) -> pa.DataFrameSchema:
    """Build the pandera schema that judges a typed table: its contract's checks, each named after its rule.

    A cell that could not be read is NULL, so no column is held to be filled here: `required_value_missing`
    is judged from the text. Free text is not streamed, for no rule judges it, unless a rule reads it beside
    other columns (`text_in_rules`).
    """
    contract = table.contract.to_schema()
    known = {rule.id for rule in rules_of(table.name)}
    columns = {}
    for column in columns_of(table.contract):
        if column.name in {"row_number", "registry", "flags"}:
            continue
        if column.dtype == "String" and not column.codes and column.name not in table.text_in_rules:
            continue
        checks = []
        if column.codes and column.delivered and "code_unknown" in known:
            checks.append(pa.Check.isin(list(column.codes), name="code_unknown"))
        if column.kind == "date":
            checks.append(pa.Check.le(day, name="date_in_future"))
        columns[column.name] = pa.Column(contract.columns[column.name].dtype, checks, nullable=True)
    parsed = [pa.Check(_not_among_problems(rule), name=rule) for rule in PARSED_RULES if rule in known]
    if "code_unknown" in known:
        parsed.append(pa.Check(_not_among_problems("code_unknown"), name="code_unknown"))
    columns["problems"] = pa.Column(pl.List(pl.String), nullable=True)
    return pa.DataFrameSchema(columns, checks=[*contract.checks, *parsed], name=table.name)


def judge_rows(con: Connection, table: DeliveredTable, relation: str, day: dt.date, broke: Break) -> int:
    """Stream a typed relation through its judging schema; call `broke(rule, row_numbers)` for each breach.

    Returns the number of rows judged. Memory is bounded by the batch, whatever the delivery's size.
    """
    schema = judging_schema(table, day)
    names = [name for name in schema.columns if name != "problems"]
    cursor = con.cursor()
    try:
        cursor.execute("use warehouse")
        reader = cursor.sql(
            f"select row_number, {', '.join(quoted(name) for name in names)}, problems from {relation}"
        ).to_arrow_reader(BATCH_ROWS)
        judged = 0
        for batch in reader:
            frame = pl.DataFrame(batch)
            judged += frame.height
            judge_frame(schema, frame, broke)
        return judged
    finally:
        cursor.close()


def judge_frame(schema: pa.DataFrameSchema, frame: pl.DataFrame, broke: Break) -> None:
    """Validate one batch lazily and report, rule by rule, the numbers of the rows that break it."""
    try:
        with _ONE_AT_A_TIME:
            schema.validate(frame, lazy=True)
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
            broken = frame.filter(~holds.to_series().fill_null(value=True))["row_number"]
            broke(name, broken)


def ensure_judging_works(table: DeliveredTable, day: dt.date) -> None:
    """Fail unless a row that is known to be bad turns red: validation can be switched off from outside."""
    schema = judging_schema(table, day)
    frame = pl.DataFrame(
        {"row_number": [1], "problems": [["required_value_missing"]]},
        schema_overrides={"problems": pl.List(pl.String)},
    ).with_columns(
        *(
            pl.lit(None, dtype=column.dtype.type).alias(name)
            for name, column in schema.columns.items()
            if name != "problems"
        )
    )
    seen: set[str] = set()
    judge_frame(schema, frame, lambda rule, _: seen.add(rule))
    if "required_value_missing" not in seen:
        raise BppError(
            "the contracts do not judge: a row known to be bad passed",
            "unset PANDERA_VALIDATION_ENABLED and PANDERA_VALIDATION_DEPTH",
        )


def _not_among_problems(rule: str) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    def holds(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~pl.col("problems").list.contains(rule).fill_null(value=False))

    return holds
