"""Digests of tables that do not depend on the order of rows.

Not here: digests of delivered files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bpp_etl.warehouse.connection import Connection, one_row, quoted
from bpp_etl.warehouse.ddl import column_list
from schemas.contract import Contract, columns_of


def table_digest(con: Connection, schema: str, table: str, contract: type[Contract]) -> tuple[int, str]:
    """Return the number of rows and a digest of them: the sum of the rows' 64-bit hashes, exactly."""
    columns = column_list(columns_of(contract))
    rows, total = one_row(
        con,
        f"select count(*), coalesce(sum(hash({columns})::hugeint), 0)::varchar"
        f" from {quoted(schema)}.{quoted(table)}",
    )
    return int(rows), f"{rows}:{total}"


def content_digest(tables: Iterable[tuple[str, str, str]]) -> str:
    """Digest schema, table and digest of every table."""
    told = hashlib.sha256()
    for schema, table, digest in sorted(tables):
        told.update(f"{schema}.{table}={digest}\n".encode())
    return told.hexdigest()
