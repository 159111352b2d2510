"""In which columns rows broke the rules of how cells are read, and what those cells say, for one to see.

Not here: what would mend it (`proposals.py`). The texts are shown at the terminal of whoever checks a
delivery, never in a log, in Dagster or in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bpp_etl.errors import shown
from bpp_etl.harmonise.parse import parsed_select
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.raw_tables import DISPUTED
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from schemas.codes import ANALYTE
from schemas.contract import Column, delivered_columns
from schemas.tables import TABLES, DeliveredTable
from schemas.units import ALP_UNITS

MOST_TEXTS = 50
"""So many different texts of a column are looked at; more are no codes."""

DATES = frozenset(
    {"date_invalid", "date_is_partial", "date_has_zone", "date_century_unknown", "date_in_future"}
)
NUMBERS = frozenset({"number_invalid", "value_is_censored"})
UNREADABLE = frozenset(
    column.unreadable
    for table in TABLES.values()
    for column in delivered_columns(table.contract)
    if column.unreadable
)
"""Rules that flag a number that need not be there and cannot be read."""
OF_CELLS = (
    DATES
    | NUMBERS
    | UNREADABLE
    | {"code_unknown", "required_value_missing", "unit_not_convertible", "unit_missing"}
)
"""Rules that are broken in one column, which the row's rules do not name."""

DISAGREES = "side_table_disagrees"


@dataclass(frozen=True)
class ColumnFault:
    """A column whose cells broke a rule: in how many rows, what may stand there, and what does.

    `texts` are the different texts of those cells, the commonest first; none are kept for a rule of which
    they would not help.
    """

    table: str
    rule: str
    column: str
    rows: int
    allowed: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def column_faults(
    con: Connection,
    delivery: Delivery,
    read: ReadDelivery,
    broken: Iterable[tuple[str, str]],
    others: Sequence[tuple[str, int]] = (),
) -> tuple[ColumnFault, ...]:
    """Find the columns of each rule of cells that a judged delivery broke; `broken` are tables and rules.

    `others` are what `other_analytes` found of it, where rows are ignored.
    """
    wanted: dict[str, set[str]] = {}
    broken = set(broken)
    for table, rule in broken:
        if table in read.rows and rule in OF_CELLS:
            wanted.setdefault(table, set()).add(rule)
    found = [
        fault
        for name, rules in wanted.items()
        for fault in _in_table(con, delivery, read, TABLES[name], rules)
    ]
    if ("lab_results", "nothing_used") in broken:
        found += filter(None, [_analytes(con, others)])
    for table, rule in sorted(broken):
        if rule == DISAGREES:
            found += _disputed(con, table)
    return tuple(found)


def _in_table(
    con: Connection, delivery: Delivery, read: ReadDelivery, table: DeliveredTable, rules: set[str]
) -> list[ColumnFault]:
    name = quoted(table.name)
    con.execute(
        f"create or replace temp table to_mend as select raw.* from raw.{name} as raw semi join"
        f" (select file, row_number from quarantine.{name} where list_has_any(broken_rules, $rules))"
        " as refused on refused.file = raw.file and refused.row_number = raw.file_row_number"
        f" union all select raw.* from raw.{name} as raw semi join"
        f" (select row_number from core.{name} where list_has_any(flags, $rules))"
        " as flagged on flagged.row_number = raw.source_row_number",
        {"rules": sorted(rules)},
    )
    parsed = parsed_select(table, read.config, delivery.date, "to_mend")
    con.execute(f"create or replace temp table as_read as {parsed.sql}", parsed.parameters)
    found = []
    for place, column in enumerate(delivered_columns(table.contract)):
        cell, value = f"nullif(trim(told.{quoted(column.name)}), '')", f"as_read.{quoted(column.name)}"
        is_unread = (
            f"{cell} is not null and {value} is null and coalesce(as_read.null_words, 0) & {1 << place} = 0"
        )
        if column.kind == "date" and read.config.dates is not None:
            is_unread += f" and as_read.{column.name}_counted is null"
        for rule, predicate in _predicates(column, is_unread, value, delivery):
            if rule not in rules:
                continue
            rows = con.execute(
                f"select {cell}, sum(count(*)) over () from as_read join to_mend as told using (row_number)"
                f" where {predicate} group by all order by count(*) desc, 1 limit {MOST_TEXTS}"
            ).fetchall()
            if rows:
                texts = tuple(str(text) for text, _ in rows if text is not None)
                found.append(
                    ColumnFault(table.name, rule, column.name, int(rows[0][1]), allowed_in(column), texts)
                )
    return found


def _predicates(column: Column, is_unread: str, value: str, delivery: Delivery) -> list[tuple[str, str]]:
    """Say for each rule of cells that can concern a column, in SQL, which cells broke it."""
    found = []
    if column.required:
        rule = "unit_missing" if column.name == "unit" else "required_value_missing"
        found.append((rule, f"{value} is null and not ({is_unread})"))
    if column.kind == "code" and column.name != "analyte":
        codes = ", ".join(map(literal, column.codes))
        found.append(("code_unknown", f"{value} is not null and {value} not in ({codes})"))
    elif column.kind == "boolean":
        found.append(("code_unknown", is_unread))
    elif column.kind == "date":
        of_text = f"list_contains(as_read.problems, '%s') and {is_unread}"
        found += [(rule, of_text % rule) for rule in sorted(DATES - {"date_in_future"})]
        found.append(("date_in_future", f"{value} > date '{delivery.date}'"))
    elif column.kind in {"number", "integer"}:
        found += [
            (rule, f"list_contains(as_read.problems, '{rule}') and {is_unread}")
            for rule in sorted({*NUMBERS, *filter(None, [column.unreadable])})
        ]
    elif column.name == "unit":
        found.append(("unit_not_convertible", f"{value} is not null"))
    return found


def allowed_in(column: Column) -> tuple[str, ...]:
    """List what may stand in a column: its codes, the words of truth, or the units of ALP."""
    if column.name == "unit":
        return tuple(ALP_UNITS)
    return ("true", "false") if column.kind == "boolean" else column.codes


def _disputed(con: Connection, table: str) -> list[ColumnFault]:
    """List the columns in which a side table disagrees with the export: those of its key where it repeats."""
    rows = con.execute(
        "select column_name, count(*) from"
        f" (select unnest({DISPUTED}) as column_name from raw.{quoted(table)}) group by all order by all"
    ).fetchall()
    return [ColumnFault(table, DISAGREES, str(column), int(count)) for column, count in rows]


def _analytes(con: Connection, others: Sequence[tuple[str, int]]) -> ColumnFault | None:
    """List what a table of results calls its analytes, none of which is ours; None where one is, and refused.

    Finding `others` leaves the relation `analyte_read`: a row of each analyte.
    """
    if not others or count_of(
        con, f"select count(*) from analyte_read where analyte in ({', '.join(map(literal, ANALYTE))})"
    ):
        return None
    texts = tuple(text for text, _ in others)
    rows_in_all = count_of(con, "select count(*) from raw.lab_results")
    return ColumnFault("lab_results", "nothing_used", "analyte", rows_in_all, ANALYTE, texts)


def other_analytes(con: Connection, delivery: Delivery, read: ReadDelivery) -> tuple[tuple[str, int], ...]:
    """List what the rows of results call the analytes that are not ours, with how many rows each has."""
    table = TABLES["lab_results"]
    con.execute(
        "create or replace temp table analyte_told as select raw.* from raw.lab_results as raw semi join"
        " (select min(row_number) as row_number from raw.lab_results group by analyte) as first"
        " using (row_number)"
    )
    parsed = parsed_select(table, read.config, delivery.date, "analyte_told")
    con.execute(f"create or replace temp table analyte_read as {parsed.sql}", parsed.parameters)
    rows = con.execute(
        "select trim(raw.analyte), count(*) from raw.lab_results as raw"
        " join analyte_told as told using (analyte)"
        " join analyte_read as read on read.row_number = told.row_number"
        f" where read.analyte not in ({', '.join(map(literal, ANALYTE))})"
        f" group by all order by count(*) desc, 1 limit {MOST_TEXTS}"
    ).fetchall()
    return tuple((str(text), int(count)) for text, count in rows)


def in_words(texts: Iterable[str], most: int = 8) -> str:
    """Quote texts for a terminal, the first of them."""
    told = [f"'{shown(text)}'" for text in texts]
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")
