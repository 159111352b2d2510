"""The raw tables of a working file: as loaded, or as an adapter's SQL makes them of its sources.

Each is a view over a table of delivered text. What is the same in every row (registry, delivery, digest,
constants of `registry.toml`) is said by the view, not written once a row. Not here: loading files.
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.adapters import Adapter, AdapterError
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.adapters.run import HOW_TO, relation_of, relations, running
from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted, transaction
from schemas.contract import delivered_columns
from schemas.tables import TABLES

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
    """Turn an adapter's sources into the canonical raw tables, with its own SQL: all of them, or none.

    `rows` has the rows of each source, and those of each table afterwards. Errors: AdapterError.
    """
    if not rows:
        return
    delivered = {name: f"{SOURCE}.{quoted(name)}" for name in rows}
    with transaction(con), relations(con, adapter, delivered):
        origins = " union all ".join(
            "select max(file) as file, max(file_digest) as file_digest, count(*) as source_rows"
            f" from {source}"
            for source in delivered.values()
        )
        con.execute(f"create temp table _origin as {origins}")
        made = {table: _make(con, delivery, adapter, table) for table in adapter.tables_from(tuple(rows))}
        counted = relation_of(con, adapter, f"{SOURCE_ROWS}.sql")
        with running(adapter, f"{SOURCE_ROWS}.sql"):
            con.execute(
                f"create table raw.{quoted(SOURCE_ROWS)} as select source::varchar as source,"
                " meaning::varchar as meaning, table_name::varchar as table_name,"
                f" source_rows::bigint as source_rows from {counted}"
            )
        _ensure_all_counted(con, adapter, rows)
        con.execute("drop table temp._origin")
    rows.clear()
    rows.update(made)


def _make(con: Connection, delivery: Delivery, adapter: Adapter, table: str) -> int:
    """Make one raw table of the rows that an adapter yields, and return how many there are."""
    columns = [quoted(column.name) for column in delivered_columns(TABLES[table].contract)]
    texts = ", ".join(f"made.{column}::varchar as {column}" for column in columns)
    data, place = f"{DATA}.{quoted(table)}", f"{table}.sql"
    relation = relation_of(con, adapter, place)
    with running(adapter, place):
        con.execute(
            f"create table {data} as select made.file as file, origin.file_digest as file_digest,"
            f" made.row_number::bigint as row_number, {texts} from {relation} as made"
            " left join temp._origin as origin on origin.file = made.file"
            " and made.row_number between 1 and origin.source_rows"
            " order by made.file, made.row_number"
        )
    astray = count_of(con, f"select count(*) from {data} where file_digest is null")
    if astray:
        raise AdapterError(f"{adapter.name}/{place}: {astray} rows lead to no row of a source", HOW_TO)
    _ensure_rows_are_known(con, adapter, table)
    # Two sources may feed one table, so a row is known by its order here; its source's row goes with it.
    con.execute(
        f"create view raw.{quoted(table)} as select {literal(delivery.registry)}::varchar as registry,"
        f" {literal(delivery.name)}::varchar as delivery, file, file_digest, rowid + 1 as row_number,"
        f" row_number as source_row_number, {', '.join(columns)} from {data}"
    )
    return count_of(con, f"select count(*) from {data}")


def _ensure_rows_are_known(con: Connection, adapter: Adapter, table: str) -> None:
    """Refuse an adapter that makes several rows of a table out of one source row: nothing tells them apart.

    Where a row has no other name than its number, rows of one number from two sources are alike as well.
    """
    name = "file, row_number" if TABLES[table].delivered_key else "row_number"
    if count_of(con, f"select count(*) - count(distinct ({name})) from {DATA}.{quoted(table)}"):
        raise AdapterError(f"{adapter.name}/{table}.sql makes rows that nothing tells apart", HOW_TO)


def _ensure_all_counted(con: Connection, adapter: Adapter, rows: dict[str, int]) -> None:
    """Refuse an adapter that loses count of its sources' rows, or counts one meaning of them twice.

    A row without a meaning is not counted.
    """
    told: dict[str, int] = dict(
        con.execute(
            f"select source, sum(source_rows)::bigint from raw.{quoted(SOURCE_ROWS)}"
            " where meaning is not null and source_rows > 0 group by source"
        ).fetchall()
    )
    odd = {str(name) for name in rows | told if told.get(name, 0) != rows.get(name, 0)}
    odd |= {
        str(source)
        for (source,) in con.execute(
            f"select source from raw.{quoted(SOURCE_ROWS)} group by source, meaning having count(*) > 1"
        ).fetchall()
    }
    if odd:
        listed = ", ".join(map(shown, sorted(odd)))
        raise AdapterError(
            f"{adapter.name}/{SOURCE_ROWS}.sql does not count every row of {listed} once", HOW_TO
        )
