"""The raw tables of a working file: as loaded, or as an adapter's SQL makes them of its sources.

Each is a view over a table of delivered text. What is the same in every row (registry, delivery, digest,
constants of `registry.toml`) is said by the view, not written once a row. Not here: loading files.
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.adapters import Adapter
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from schemas.contract import delivered_columns
from schemas.tables import TABLES

SOURCE_ROWS = "source_rows"
STAMP = ("registry", "delivery", "file", "file_digest")
DATA = "raw_data"
SOURCE = "raw_source"
SOURCE_DATA = "raw_source_data"


def create_schemas(con: Connection) -> None:
    """Create the schemas of delivered text in an empty working file."""
    for schema in ("raw", DATA):
        con.execute(f"create schema {schema}")


def create_source_schemas(con: Connection) -> None:
    """Create the schemas of an adapter's sources."""
    for schema in (SOURCE, SOURCE_DATA):
        con.execute(f"create schema {schema}")


def view_loaded(
    con: Connection,
    schema: str,
    table: str,
    stamp: Mapping[str, str],
    origins: Mapping[str, int | str | None],
) -> None:
    """Show a loaded table with its stamp and row numbers, which DuckDB keeps as the order of insertion.

    `origins` tells of each column of ours whether it was loaded (a position), is a constant, or is lacking.
    """
    data = SOURCE_DATA if schema == SOURCE else DATA
    same = [f"{literal(value)}::varchar as {quoted(name)}" for name, value in stamp.items()]
    columns = [_shown(name, origin) for name, origin in origins.items()]
    con.execute(
        f"create view {schema}.{quoted(table)} as select {', '.join(same)}, rowid + 1 as row_number,"
        f" rowid + 1 as source_row_number, {', '.join(columns)} from {data}.{quoted(table)}"
    )


def _shown(name: str, origin: int | str | None) -> str:
    if isinstance(origin, int):
        return quoted(name)
    value = "null" if origin is None else literal(origin)
    return f"{value}::varchar as {quoted(name)}"


def adapt(con: Connection, delivery: Delivery, adapter: Adapter, rows: dict[str, int]) -> None:
    """Turn an adapter's sources into the canonical raw tables, with its own SQL."""
    for source in adapter.sources:
        exists = source.name in rows
        names = [quoted(column) for column in source.columns]
        nothing = ", ".join(f"null::varchar as {name}" for name in names)
        select = (
            f"select {', '.join(names)}, file, file_digest, row_number from {SOURCE}.{quoted(source.name)}"
            if exists
            else f"select {nothing}, null::varchar as file,"
            " null::varchar as file_digest, null::bigint as row_number where false"
        )
        con.execute(f"create temp view {quoted(source.name)} as {select}")
    digests = " union all ".join(
        f"(select file, file_digest from {SOURCE}.{quoted(name)} limit 1)" for name in rows
    )
    stamp = (
        f"{literal(delivery.registry)}::varchar as registry, {literal(delivery.name)}::varchar as delivery,"
        " file, file_digest"
    )
    made_rows: dict[str, int] = {}
    for table in adapter.tables_from(tuple(rows)):
        sql = adapter.tables[table]
        columns = [quoted(column.name) for column in delivered_columns(TABLES[table].contract)]
        made = ", ".join(f"made.{column}::varchar as {column}" for column in columns)
        con.execute(
            f"create table {DATA}.{quoted(table)} as select made.file as file,"
            f" digest.file_digest as file_digest, made.row_number as row_number, {made}"
            f" from ({sql}) as made left join ({digests}) as digest on digest.file = made.file"
            " order by made.file, made.row_number"
        )
        # Two sources may feed one table, so a row is known by its order here; its source's row goes with it.
        con.execute(
            f"create view raw.{quoted(table)} as select {stamp}, rowid + 1 as row_number,"
            f" row_number as source_row_number, {', '.join(columns)} from {DATA}.{quoted(table)}"
        )
        made_rows[table] = count_of(con, f"select count(*) from {DATA}.{quoted(table)}")
        _ensure_rows_are_known(con, adapter, table)
    if adapter.source_rows is not None:
        con.execute(f"create table raw.{quoted(SOURCE_ROWS)} as {adapter.source_rows}")
        _ensure_all_counted(con, adapter, rows)
    for source in adapter.sources:
        con.execute(f"drop view {quoted(source.name)}")
    rows.clear()
    rows.update(made_rows)


def _ensure_rows_are_known(con: Connection, adapter: Adapter, table: str) -> None:
    """Refuse an adapter that makes several rows of a table out of one source row: nothing tells them apart.

    Where a row has no other name than its number, rows of one number from two sources are alike as well.
    """
    name = "file, row_number" if TABLES[table].delivered_key else "row_number"
    relation = f"{DATA}.{quoted(table)}"
    if count_of(con, f"select count(*) - count(distinct ({name})) from {relation}"):
        raise BppError(
            f"the adapter {adapter.name} makes rows of {table} that nothing tells apart",
            "its SQL may make at most one row of a table out of one source row",
        )


def _ensure_all_counted(con: Connection, adapter: Adapter, rows: dict[str, int]) -> None:
    """Refuse an adapter that loses count of its sources' rows, or counts one meaning of them twice."""
    told: dict[str, int] = dict(
        con.execute(
            f"select source, sum(source_rows)::bigint from raw.{quoted(SOURCE_ROWS)} group by source"
        ).fetchall()
    )
    odd = {name for name, number in rows.items() if told.get(name, 0) != number}
    odd |= {
        source
        for (source,) in con.execute(
            f"select source from raw.{quoted(SOURCE_ROWS)} group by source, meaning having count(*) > 1"
        ).fetchall()
    }
    if odd:
        raise BppError(
            f"the adapter {adapter.name} does not count every row of {', '.join(sorted(odd))} once",
            "report this as a fault",
        )
