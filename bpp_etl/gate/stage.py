"""Typing one raw table into `core`, before its rows are judged.

Not here: judging. The table carries `problems` until the gate has read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

import duckdb

from bpp_etl.harmonise.last_contact import with_last_contact
from bpp_etl.harmonise.parse import may_lack, parsed_select
from bpp_etl.harmonise.relative_dates import with_relative_dates
from bpp_etl.harmonise.units import register_units
from bpp_etl.harmonise.upper_limits import register_limits
from bpp_etl.landing.declared import declarations, flag_of
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, count_of, one_row, quoted
from bpp_etl.warehouse.ddl import create_table, sql_type, word_type, working_column
from bpp_etl.warehouse.parsed import parsed
from schemas.contract import columns_of, delivered_columns
from schemas.tables import DeliveredTable

DERIVED = ("lab_results", "her2_tests")
"""Tables that work out more than they deliver, each with SQL of its own in `harmonise/sql`."""


@dataclass(frozen=True)
class Staged:
    """What was counted while a table was typed: rows ignored, null words by column, rows by declaration."""

    ignored: int
    null_words: Mapping[str, int]
    declared: Mapping[str, int] = field(default_factory=dict)


def stage(con: Connection, table: DeliveredTable, config: RegistryConfig, delivery: Delivery) -> Staged:
    """Create `core.<table>` with every row that is judged; count those that are ignored, and null words.

    What registry.toml declares fills rows, and flags them. Only rows of other analytes are ignored, and they
    are counted as text is read: a row that is lost or made afterwards is not among them, and shows as
    `rows_not_conserved`.
    """
    lacking = _lacking(con, table, config)
    typing = parsed_select(table, config, delivery.date, lacking=lacking)
    if config.dates is not None:
        typing = with_relative_dates(table, typing, config, lacking)
    fills = any(one.table == table.name for one in declarations(config))
    if table.name == "patients" and config.last_contact:
        typing = with_last_contact(con, typing, config, delivery.date)
    parameters = dict(typing.parameters)
    source, ignored, null_words = f"({typing.sql})", 0, "null_words"
    if table.name in DERIVED:
        # Typed apart, for the table's own SQL names its cells often, and each time would parse them anew.
        apart = f"create or replace temp table typed_{table.name} as {typing.sql}"
        con.execute(parsed(con, apart), parameters)
        parameters = {}
        source, ignored, null_words = (
            _worked_out(con, table, config, fills=fills),
            _ignored(con, table),
            "null",
        )
    columns = ", ".join(
        f"{_flags(table, fills=fills)}::varchar[] as flags"
        if column.name == "flags"
        else f"{quoted(column.name)}::{sql_type(column)} as {quoted(column.name)}"
        for column in columns_of(table.contract)
    )
    filling = (
        f"insert into core.{quoted(table.name)} select {columns},"
        f" case when len(problems) > 0 then problems end, {null_words},"
        f" {'declared' if fills else 'null'} from {source}"
    )
    if not _fill(con, table, filling, parameters, _words(table, delivery.registry)):
        _fill(con, table, filling, parameters, {})
    typed = f"typed_{table.name}" if table.name in DERIVED else f"core.{quoted(table.name)}"
    counted = _null_words(con, table, typed)
    filled = _filled(con, table) if fills else {}
    for name in ("null_words", "declared"):
        con.execute(f"alter table core.{quoted(table.name)} drop column {name}")
    if table.name in DERIVED:
        con.execute(f"drop view temp.parsed_{table.name}")
        con.execute(f"drop table temp.typed_{table.name}")
    return Staged(ignored, counted, filled)


def _words(table: DeliveredTable, registry: str) -> dict[str, tuple[str, ...]]:
    """Name the columns that say one of a few words in every row, and the words."""
    coded = {column.name: column.codes for column in columns_of(table.contract) if column.codes}
    return {"registry": (registry,), **coded}


def _fill(
    con: Connection,
    table: DeliveredTable,
    filling: str,
    parameters: Mapping[str, object],
    words: Mapping[str, tuple[str, ...]],
) -> bool:
    """Create `core.<table>` and fill it, or leave nothing where a column says another word than these.

    Words that are kept as numbers are written and compared in a part of the time. A code that is in no list
    must be kept as the text that it is, until it is judged.
    """
    declared = ", ".join(
        working_column(one.name, word_type(words[one.name]) if one.name in words else sql_type(one))
        for one in columns_of(table.contract)
    )
    con.execute(
        f"create table core.{quoted(table.name)} ({declared}, problems varchar[], null_words integer,"
        " declared varchar[])"
    )
    try:
        con.execute(parsed(con, filling), parameters)
    except duckdb.ConversionException:
        if not words:
            raise
        con.execute(f"drop table core.{quoted(table.name)}")
        return False
    return True


def _worked_out(con: Connection, table: DeliveredTable, config: RegistryConfig, *, fills: bool) -> str:
    """Select what a table's own SQL works out of its typed rows, and the marks of what filled them."""
    con.execute(
        f"create or replace temp view parsed_{table.name} as from typed_{table.name} where {_used(table)}"
    )
    if table.name == "lab_results":
        register_units(con)
        register_limits(con, config.upper_limit_normal)
    sql = resources.files("bpp_etl.harmonise").joinpath(f"sql/{table.name}.sql").read_text("utf-8")
    if not fills:
        return f"({sql})"
    return (
        f"(select made.*, told.declared from ({sql}) as made"
        f" join ({_marked(table)}) as told on told.row_number = made.row_number)"
    )


def _used(table: DeliveredTable) -> str:
    if table.name != "lab_results":
        return "true"
    return "(analyte is null or analyte in ('ALP_TOTAL', 'ALP_BONE'))"


def _ignored(con: Connection, table: DeliveredTable) -> int:
    return count_of(con, f"select count(*) from typed_{table.name} where not {_used(table)}")


def _marked(table: DeliveredTable) -> str:
    """Select the marks of the declarations that filled each row of a table with SQL of its own."""
    typed = f"temp.parsed_{table.name}"
    if table.name != "lab_results":
        return f"select row_number, declared from {typed}"
    return (
        "select row_number, case when filled.mark is null then result.declared"
        " else list_append(result.declared, filled.mark) end as declared"
        f" from {typed} as result left join temp.declared_limit as filled using (row_number)"
    )


def _flags(table: DeliveredTable, *, fills: bool) -> str:
    """Write the flags that a row has before any rule has looked at it."""
    own = "flags" if table.name in DERIVED else "[]::varchar[]"
    if not fills:
        return own
    told = f"list_transform(declared, lambda mark: {flag_of('mark')})"
    return (
        f"case when declared is null then {own} else list_sort(list_distinct(list_concat({own}, {told}))) end"
    )


def _filled(con: Connection, table: DeliveredTable) -> dict[str, int]:
    """Count the rows that each declaration filled, by its mark."""
    counted = con.execute(
        "select mark, count(*) from"
        f" (select unnest(declared) as mark from core.{quoted(table.name)} where declared is not null)"
        " group by mark"
    )
    return {str(mark): int(rows) for mark, rows in counted.fetchall()}


def _lacking(con: Connection, table: DeliveredTable, config: RegistryConfig) -> frozenset[str]:
    """Find the columns, of those that may be, without a cell in any row: most exports have such."""
    names = may_lack(table, config)
    if not names:
        return frozenset()
    cells = ", ".join(f"count({quoted(name)})" for name in names)
    found = one_row(con, f"select {cells} from raw.{quoted(table.name)}")
    return frozenset(name for name, count in zip(names, found, strict=True) if not count)


def _null_words(con: Connection, table: DeliveredTable, typed: str) -> dict[str, int]:
    """Count by column the cells that held a word which means empty."""
    names = [column.name for column in delivered_columns(table.contract)]
    counts = ", ".join(
        f"count(*) filter (where null_words & {1 << place} > 0)" for place in range(len(names))
    )
    found = one_row(con, f"select {counts} from {typed} where null_words is not null")
    return {name: int(count) for name, count in zip(names, found, strict=True) if count}


def stage_nothing(con: Connection, table: DeliveredTable) -> None:
    """Create `core.<table>` empty: the table was not delivered."""
    create_table(con, "core", table.name, table.contract)
