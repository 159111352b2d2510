"""Verifying a release before anybody sees it: it opens, its rows are all there, its contracts hold.

Not here: repairing one; a release that fails is never put in service.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from pandera.errors import SchemaErrors

from bpp_etl.errors import BppError
from bpp_etl.gate.row_rules import BATCH_ROWS
from bpp_etl.warehouse.connection import Connection, count_of, opened_read_only, quoted
from bpp_etl.warehouse.ddl import column_list
from bpp_etl.working import log_of
from schemas.catalog import relations
from schemas.contract import Contract, columns_of


class ReleaseError(BppError):
    """A release that was built does not stand its checks."""


def verify(path: Path, expected_rows: Mapping[tuple[str, str], int]) -> None:
    """Open the file afresh, compare each table's rows with what its sources held, judge its contracts."""
    if log_of(path).exists():
        # Its last rows are in the log beside it, which is not published.
        raise ReleaseError(
            "the release was not written to its end", "check the free space of the disk, then refresh again"
        )
    with opened_read_only(path) as con:
        for schema, table, contract in relations():
            rows = count_of(con, f"select count(*) from {quoted(schema)}.{quoted(table)}")
            expected = expected_rows.get((schema, table))
            if expected is not None and rows != expected:
                raise ReleaseError(
                    f"{schema}.{table} holds {rows} rows; its sources hold {expected}",
                    "the release is not published; report this as a fault",
                )
            _judge(con, schema, table, contract)


def _judge(con: Connection, schema: str, table: str, contract: type[Contract]) -> None:
    select = f"select {column_list(columns_of(contract))} from {quoted(schema)}.{quoted(table)}"
    judged = contract.to_schema()
    for batch in con.sql(select).to_arrow_reader(BATCH_ROWS):
        try:
            judged.validate(pl.DataFrame(batch), lazy=True)
        except SchemaErrors as errors:
            broken = sorted(
                {str(getattr(error.check, "name", error.check)) for error in errors.schema_errors}
            )
            raise ReleaseError(
                f"{schema}.{table} breaks its contract: {', '.join(broken)}",
                "the release is not published; report this as a fault",
            ) from None
