"""Verifying a release before anybody sees it: it opens, its rows are all there, contracts and keys hold.

Not here: repairing one; a release that fails is never put in service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pandera.polars as pa
from pandera.errors import SchemaError, SchemaErrors

from bpp_etl.errors import BppError
from bpp_etl.gate.row_rules import BATCH_ROWS, gathered, row_schema, validate
from bpp_etl.warehouse.connection import (
    Connection,
    count_of,
    log_of,
    one_row,
    opened_read_only,
    quoted,
)
from bpp_etl.warehouse.ddl import sql_type
from bpp_etl.warehouse.side_by_side import side_by_side
from schemas.catalog import relations
from schemas.contract import Contract, columns_of, key_of
from schemas.tables import TABLES


class ReleaseError(BppError):
    """A release that was built does not stand its checks."""


def verify(path: Path, expected_rows: Mapping[tuple[str, str], int]) -> None:
    """Open the file afresh, compare each table's rows with what its sources held, judge contract and key."""
    if log_of(path).exists():
        # Its last rows are in the log beside it, which is not published.
        raise ReleaseError(
            "the release was not written to its end", "check the free space of the disk, then refresh again"
        )

    def verified(schema: str, table: str, contract: type[Contract]) -> Callable[[Connection], None]:
        expected = expected_rows.get((schema, table))
        return lambda con: _verify_table(con, schema, table, contract, expected)

    with opened_read_only(path) as con:
        side_by_side(con, [verified(*one) for one in relations()])


def _verify_table(
    con: Connection, schema: str, table: str, contract: type[Contract], expected: int | None
) -> None:
    _ensure_columns(con, schema, table, contract)
    rows = _rows_without_gaps_or_copies(con, schema, table, contract)
    if expected is not None and rows != expected:
        raise ReleaseError(
            f"{schema}.{table} holds {rows} rows; its sources hold {expected}",
            "the release is not published; report this as a fault",
        )
    # A table without rows has nothing to judge, and to judge it takes as long as one with a few.
    for select, part in _parts(schema, table, contract) if rows else ():
        _judge(con, f"{schema}.{table}", select, part)


def _ensure_columns(con: Connection, schema: str, table: str, contract: type[Contract]) -> None:
    """Refuse a table whose columns are not those of its contract, or of other types."""
    described = con.execute(f"describe {quoted(schema)}.{quoted(table)}").fetchall()
    found = {(name, kind) for name, kind, *_ in described}
    wanted = {(column.name, sql_type(column)) for column in columns_of(contract)}
    if found != wanted:
        odd = sorted({name for name, _ in found ^ wanted})
        raise _broken(f"{schema}.{table}", (f"{name} is not as declared" for name in odd))


def _rows_without_gaps_or_copies(con: Connection, schema: str, table: str, contract: type[Contract]) -> int:
    """Count a table's rows; refuse a gap in a column that its contract wants filled, and a key that repeats.

    Keys are told apart by a hash, which never misses one that repeats and is half the work. Declared in the
    database, as PRIMARY KEY, they would make the file more than three times as large.
    """
    filled = [column.name for column in columns_of(contract) if not column.nullable]
    key = ", ".join(map(quoted, key_of(contract)))
    counts = ", ".join(f"count({quoted(name)})" for name in filled)
    rows, hashes, *held = one_row(
        con, f"select count(*), count(distinct hash({key})), {counts} from {quoted(schema)}.{quoted(table)}"
    )
    gaps = [name for name, count in zip(filled, held, strict=True) if count != rows]
    if gaps:
        raise _broken(f"{schema}.{table}", (f"{name} is not filled" for name in gaps))
    if hashes != rows:
        _ensure_keys_differ(con, schema, table, contract)
    return int(rows)


def _ensure_keys_differ(con: Connection, schema: str, table: str, contract: type[Contract]) -> None:
    """Refuse a table in which a key repeats, not only its hash."""
    key = ", ".join(map(quoted, key_of(contract)))
    repeated = count_of(
        con,
        f"select count(*) from (select {key} from {quoted(schema)}.{quoted(table)}"
        f" group by {key} having count(*) > 1)",
    )
    if repeated:
        told = "1 key repeats" if repeated == 1 else f"{repeated} keys repeat"
        raise _broken(f"{schema}.{table}", [f"{told} ({', '.join(key_of(contract))})"])


def _parts(schema: str, table: str, contract: type[Contract]) -> Iterator[tuple[str, pa.DataFrameSchema]]:
    """Split a contract by what it takes to judge it: the values that occur, whole rows.

    Text takes longest to hand over, so a code is handed over once, however many rows hold it: in a row of its
    own, where the other columns are empty. Which columns must be filled has been seen to by then.
    """
    whole = contract.to_schema()
    relation = f"from {quoted(schema)}.{quoted(table)}"
    coded = {
        column: pa.Column(judged.dtype, judged.checks, nullable=True)
        for column, judged in whole.columns.items()
        if judged.checks
    }
    if coded:
        each = (f"select distinct {quoted(column)} {relation}" for column in coded)
        yield " union all by name ".join(each), pa.DataFrameSchema(coded)
    by_row = row_schema(TABLES[table], with_flags=False) if whole.checks else None
    if by_row is not None:
        yield f"select {', '.join(map(quoted, by_row.columns))} {relation}", by_row


def _judge(con: Connection, relation: str, select: str, schema: pa.DataFrameSchema) -> None:
    for frame in gathered(con.sql(select).to_arrow_reader(BATCH_ROWS)):
        try:
            validate(schema, frame)
        except SchemaErrors as errors:
            raise _broken(relation, {_told(error) for error in errors.schema_errors}) from None


def _told(error: SchemaError) -> str:
    """Name the check that failed, and its column where it has one; never a value."""
    check = str(getattr(error.check, "name", error.check))
    return f"{error.schema.name} {check}" if isinstance(error.schema, pa.Column) else check


def _broken(relation: str, names: Iterable[str]) -> ReleaseError:
    return ReleaseError(
        f"{relation} breaks its contract: {', '.join(sorted(names))}",
        "the release is not published; report this as a fault",
    )
