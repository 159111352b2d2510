"""Copies the tables of an attached file into a new one, without the rows that were found, and counts anew.

Not here: which rows (`find.py`). The new file never held what is left out: no free block of it can say it.
"""

from __future__ import annotations

from collections.abc import Collection

from bpp_etl.erasure.find import is_gone
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from bpp_etl.warehouse.ddl import working_column
from bpp_etl.warehouse.select import has_table
from schemas.contract import columns_of
from schemas.quality import TableCount


def copy_schemas(con: Connection, source: str, schemas: Collection[str]) -> dict[tuple[str, str], int]:
    """Copy all tables of these schemas, as they are declared there; return the rows that were left out."""
    removed = {}
    for schema, table in tables_in(con, source, schemas):
        columns = columns_in(con, source, schema, table)
        declared = ", ".join(working_column(name, kind) for name, kind in columns.items())
        con.execute(f"create schema if not exists {quoted(schema)}")
        con.execute(f"create table {quoted(schema)}.{quoted(table)} ({declared})")
        removed[schema, table] = copy_rows(con, source, schema, table, columns)
    return removed


def copy_rows(
    con: Connection,
    source: str,
    schema: str,
    table: str,
    columns: Collection[str],
    registry: str | None = None,
) -> int:
    """Copy a table's rows into one that is there; return how many were left out."""
    name = f"{quoted(schema)}.{quoted(table)}"
    listed = ", ".join(map(quoted, columns))
    gone = is_gone(schema, columns, registry)
    which = f" where not ({gone})" if gone else ""
    con.execute(f"insert into {name} ({listed}) select {listed} from {source}.{name}{which}")
    return count_of(con, f"select count(*) from {source}.{name} where {gone}") if gone else 0


def tables_in(con: Connection, source: str, schemas: Collection[str]) -> list[tuple[str, str]]:
    """List the tables of an attached file, and its views, in the order in which they were made."""
    rows = con.execute(
        "select schema_name, name from"
        " (select database_name, schema_name, table_name as name, table_oid as made from duckdb_tables()"
        " union all select database_name, schema_name, view_name, view_oid from duckdb_views())"
        " where database_name = $source and list_contains($schemas, schema_name) order by made",
        {"source": source, "schemas": list(schemas)},
    ).fetchall()
    return [(str(schema), str(table)) for schema, table in rows]


def columns_in(con: Connection, source: str, schema: str, table: str) -> dict[str, str]:
    """Describe a table of an attached file: its columns and their types."""
    rows = con.execute(f"describe {source}.{quoted(schema)}.{quoted(table)}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in rows}


def count_anew(con: Connection, source: str, registry: str) -> None:
    """Take what was left out off the counts of a registry's deliveries, so that rows add up.

    Of a shut delivery only the rows in quarantine are known by their patient; the others stay counted. What
    each rule judged stays as it was judged.
    """
    given = {"registry": registry}
    if not has_table(con, "quality", "table_count", [column.name for column in columns_of(TableCount)]):
        return  # of an earlier version
    for schema, table in tables_in(con, source, ("core", "quarantine")):
        gone = is_gone(schema, columns_in(con, source, schema, table), registry)
        if gone is None:
            continue
        status, column = (
            ("delivery_status", "refused") if schema == "quarantine" else ("'admitted'", "admitted")
        )
        broken = ", broken = broken - gone.rows" if schema == "quarantine" else ""
        counted = (
            f"select {status} as told, count(*) as rows from {source}.{schema}.{quoted(table)}"
            f" where {gone} group by all"
        )
        con.execute(
            "update quality.table_count set delivered = delivered - gone.rows,"
            f" {column} = {column} - gone.rows{broken} from ({counted}) as gone"
            ' where registry = $registry and "table" = $table and delivery_status = gone.told',
            given | {"table": table},
        )
    sums = ", ".join(f"{name} = counted.{name}" for name in COUNTS)
    con.execute(
        f"update quality.delivery set {sums} from (select delivery, delivery_status,"
        f" {', '.join(f'sum({name})::bigint as {name}' for name in COUNTS)} from quality.table_count"
        " where registry = $registry group by all) as counted where registry = $registry"
        " and quality.delivery.delivery = counted.delivery and status = counted.delivery_status",
        given,
    )


COUNTS = ("delivered", "admitted", "refused", "ignored")
