"""Writes every table of a release as a Delta table, with its comments.

Not here: choosing rows or columns; a table is told whole, as in `parquet.py`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bpp_etl.errors import UsageError
from bpp_etl.export.columnar import arrow_of
from bpp_etl.export.format import Format, Source, Written, WrittenTable
from bpp_etl.export.parquet import DIGESTS, LEFT_OUT, QUARANTINE
from bpp_etl.warehouse.connection import quoted
from bpp_etl.warehouse.ddl import describe, describe_table
from schemas.catalog import relations
from schemas.contract import columns_of, key_of

LONGEST_NAME = 255


def write_tables(source: Source, folder: Path) -> Written:
    """Write each table to the folder `<schema>/<table>`. Errors: UsageError without the package."""
    if find_spec("deltalake") is None:
        raise UsageError("delta needs the package deltalake", "pip install 'bpp-etl[lakehouse]'")
    from deltalake import write_deltalake  # noqa: PLC0415

    digests = {(schema, table): digest for schema, table, digest in source.con.execute(DIGESTS).fetchall()}
    tables = []
    for schema, table, contract in relations():
        if schema == QUARANTINE and not source.with_quarantine:
            continue
        place, key = folder / schema / table, key_of(contract)
        names = ", ".join(quoted(column.name) for column in columns_of(contract))
        order = ", ".join(map(quoted, key))
        rows = _Counted(
            arrow_of(
                source.con,
                f"select {names} from {quoted(schema)}.{quoted(table)} order by {order}",
                {column.name: describe(column) for column in columns_of(contract)},
            )
        )
        place.mkdir(parents=True)
        write_deltalake(
            place, rows.reader, name=f"{schema}.{table}"[:LONGEST_NAME], description=describe_table(contract)
        )
        digest = digests.get((schema, table))
        more = {"schema": schema, **({"content_digest": digest} if digest else {})}
        files = tuple(sorted(one.relative_to(folder).as_posix() for one in place.rglob("*") if one.is_file()))
        tables.append(WrittenTable(f"{schema}.{table}", files, rows.count, key, more))
    return Written(tuple(tables), () if source.with_quarantine else (LEFT_OUT,))


class _Counted:
    """Counts the rows of batches while somebody else reads them."""

    def __init__(self, batches: Any) -> None:
        import pyarrow as pa  # noqa: PLC0415

        self.count = 0
        self._batches = batches
        self.reader = pa.RecordBatchReader.from_batches(batches.schema, self._counting())

    def _counting(self) -> Any:
        for batch in self._batches:
            self.count += batch.num_rows
            yield batch


DELTA = Format(
    name="delta",
    title="Delta",
    sentence="Every table of the release as one Delta table, with the comments of table and columns.",
    lacks=(
        "It needs the package deltalake: `pip install 'bpp-etl[lakehouse]'`.",
        "The text of refused rows (quarantine) is left out unless it is asked for: nobody judged it.",
        "Keys are named in `export.json`; Delta itself has none. Rows stand in the order of their key, which"
        " readers of Delta do not keep.",
        "The names of its files, and the moment in its log, are others each time; the rows are not.",
    ),
    in_r="""\
library(reticulate)
library(dplyr)

events <- import("polars")$read_delta("out/event/pseudoprogression")$to_arrow() |>
  filter(protocol == "xu2025", state == "pseudoprogression") |>
  collect()""",
    options=frozenset({"with_quarantine"}),
    datasets=(),
    write=write_tables,
)
