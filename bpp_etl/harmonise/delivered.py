"""Whether a table was delivered: what a declaration follows from may be absent.

Not here: what is in it.
"""

from __future__ import annotations

from bpp_etl.warehouse.connection import Connection, count_of


def is_delivered(con: Connection, table: str) -> bool:
    """Say whether `raw` has a table, be it one or a view."""
    sql = (
        "select count(*) from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'raw' and table_name = $table"
    )
    return count_of(con, sql, {"table": table}) > 0
