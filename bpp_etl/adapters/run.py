"""Running an adapter's SELECTs over its sources: one SELECT a file, and nothing else within its reach.

Not here: delivered files, and where the rows go (`bpp_etl/reading/raw_tables.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from bpp_etl.adapters.description import OUR_COLUMN, SETTING, SOURCE_ROWS, STEPS, Adapter
from bpp_etl.adapters.settings import SettingRow
from bpp_etl.adapters.sources import Source
from bpp_etl.adapters.told import AdapterError
from bpp_etl.errors import shown
from bpp_etl.warehouse.connection import Connection, quoted, shut_off
from bpp_etl.warehouse.ddl import insert_rows
from schemas.codes import FALSE_WORDS, TRUE_WORDS
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE, TABLES
from schemas.units import unit_spellings

LEADS = ("row_number", "file")
"""What a row of a table has beside the canonical columns: the row of a source that it comes from."""
APPROXIMATED = "approximated"
"""A further column that a table's SELECT may yield: which columns of a row are only near what they ask for.

Their names, with commas between, or nothing. A death_date among them that is empty is that of a patient who
died, nobody says when.
"""
COUNTED = ("source", "meaning", "table_name", "source_rows")
HOW_TO = "docs/add/adapter.md says how an adapter is made"

UNIT = ("lab_results", "unit")
"""The one column of free text of which the words are known all the same."""
NOT_OF_THE_SQL = (duckdb.OperationalError, duckdb.InterruptException, duckdb.InternalError)
"""A full disk, too little memory, Ctrl-C: what is no fault of the SELECT that ran just then."""


@contextmanager
def relations(
    con: Connection, adapter: Adapter, delivered: Mapping[str, str], settings: Sequence[SettingRow] = ()
) -> Iterator[None]:
    """Show each source and each step under its name, as temporary relations that are gone afterwards.

    `delivered` names the relation of each source that is there: the columns as VARCHAR, `file` and
    `row_number`; any other reads as empty. `settings` are the rows of the relation `setting`. `our_column`
    has our own columns (`table_name`, `column_name`, `kind`), one row for each `code` of those that have any.
    The connection's SQL reaches no file and no other database from here on. Errors: AdapterError names the
    file whose SELECT is none, or cannot be run.
    """
    shut_off(con)
    con.execute(f"create temp table {SETTING} (path varchar, name varchar, value varchar)")
    for row in settings:
        con.execute(f"insert into temp.{SETTING} values (?, ?, ?)", row)
    columns = ", ".join(f"{name} varchar" for name in ("table_name", "column_name", "kind", "code"))
    con.execute(f"create temp table {OUR_COLUMN} ({columns})")
    insert_rows(con, "temp", OUR_COLUMN, _our_columns())
    for source in adapter.sources:
        con.execute(f"create temp view {quoted(source.name)} as {_shown(source, delivered)}")
    for step in adapter.steps:
        select = relation_of(con, adapter, f"{STEPS}/{step}.sql")
        with running(adapter, f"{STEPS}/{step}.sql"):
            con.execute(f"create temp table {quoted(step)} as from {select}")
    yield
    for step in adapter.steps:
        con.execute(f"drop table temp.{quoted(step)}")
    for source in adapter.sources:
        con.execute(f"drop view temp.{quoted(source.name)}")
    for relation in (SETTING, OUR_COLUMN):
        con.execute(f"drop table temp.{relation}")


def columns_made(adapter: Adapter, table: str) -> tuple[str, ...]:
    """Name what the SELECT of a table yields: the canonical columns, and what leads back to the source.

    That of patients also yields the day of each record from which a last contact may follow.
    """
    if table == SOURCE_ROWS:
        return COUNTED
    contacts = tuple(adapter.contacts) if table == "patients" else ()
    return (*(column.name for column in delivered_columns(DELIVERABLE[table].contract)), *contacts, *LEADS)


def relation_of(con: Connection, adapter: Adapter, place: str) -> str:
    """Return the SELECT of a file as a relation, inside `relations`, after looking at what it is.

    In brackets, where DuckDB lets no statement change rows. No row is looked at before it runs, so DuckDB's
    own words on what it does not understand hold no cell. Errors: AdapterError where it is no SELECT, or not
    one alone, or lacks a column that its table has.
    """
    text = adapter.selects[place].strip().removesuffix(";")
    relation = f"(\n{text}\n)"
    try:
        kinds = [statement.type for statement in con.extract_statements(text)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise AdapterError(f"{adapter.name}/{place} is not one SELECT and nothing else", HOW_TO)
        described = con.execute(f"describe from {relation}").fetchall()
    except NOT_OF_THE_SQL:
        raise
    except duckdb.PermissionException:
        raise _reaches_out(adapter, place) from None
    except duckdb.Error as error:
        raise AdapterError(f"{adapter.name}/{place}: {shown(str(error).splitlines()[0])}", HOW_TO) from None
    if "/" not in place:
        lacking = set(columns_made(adapter, place.removesuffix(".sql"))) - {
            str(name) for name, *_ in described
        }
        if lacking:
            raise AdapterError(f"{adapter.name}/{place} does not yield {', '.join(sorted(lacking))}", HOW_TO)
    return relation


@contextmanager
def running(adapter: Adapter, place: str) -> Iterator[None]:
    """Tell which SELECT could not be run over the rows; DuckDB's own words may hold a cell of them."""
    try:
        yield
    except NOT_OF_THE_SQL:
        raise
    except duckdb.PermissionException:
        raise _reaches_out(adapter, place) from None
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise AdapterError(
            f"{adapter.name}/{place} cannot be run over the rows of this delivery ({kind})",
            "try_cast and try(...) read what is not always there",
        ) from None


def _reaches_out(adapter: Adapter, place: str) -> AdapterError:
    return AdapterError(f"{adapter.name}/{place} reaches for what is no source of it, such as a file", HOW_TO)


def _shown(source: Source, delivered: Mapping[str, str]) -> str:
    names = ", ".join(map(quoted, source.columns))
    if source.name in delivered:
        return f"select {names}, file, row_number from {delivered[source.name]}"
    kinds = {"position": "bigint"} if source.fields else {}
    nothing = ", ".join(f"null::{kinds.get(name, 'varchar')} as {quoted(name)}" for name in source.columns)
    return f"select {nothing}, null::varchar as file, null::bigint as row_number where false"


def _our_columns() -> list[tuple[str, str, str, str | None]]:
    """List our columns, those that are no free text once for each word they may hold: code, truth or unit."""
    words = {
        (name, column): (*TRUE_WORDS, *FALSE_WORDS) if column.kind == "boolean" else column.codes
        for name, table in TABLES.items()
        for column in delivered_columns(table.contract)
    }
    return [
        (table, column.name, column.kind, code)
        for (table, column), codes in words.items()
        for code in codes or (unit_spellings() if (table, column.name) == UNIT else (None,))
    ]
