"""Writes every table of a release as one Parquet file, with its comments.

Not here: choosing rows or columns; a table is told whole.
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.export.columnar import write_parquet
from bpp_etl.export.format import Format, Source, Written, WrittenTable
from bpp_etl.warehouse.connection import quoted
from bpp_etl.warehouse.ddl import describe, describe_table
from schemas.catalog import relations
from schemas.contract import columns_of, key_of

QUARANTINE = "quarantine"
LEFT_OUT = "quarantine is left out; --with-quarantine takes it along"
DIGESTS = 'select schema, "table", digest from meta."table"'


def write_tables(source: Source, folder: Path) -> Written:
    """Write each table to `<schema>/<table>.parquet`; the text of refused rows only where it is asked for."""
    con = source.con
    digests = {(schema, table): digest for schema, table, digest in con.execute(DIGESTS).fetchall()}
    tables = []
    for schema, table, contract in relations():
        if schema == QUARANTINE and not source.with_quarantine:
            continue
        (folder / schema).mkdir(exist_ok=True)
        file, key = f"{schema}/{table}.parquet", key_of(contract)
        columns = columns_of(contract)
        names = ", ".join(quoted(column.name) for column in columns)
        order = ", ".join(map(quoted, key))
        rows = write_parquet(
            con,
            f"select {names} from {quoted(schema)}.{quoted(table)} order by {order}",
            folder / file,
            describe_table(contract),
            {column.name: describe(column) for column in columns},
            release_id=source.release_id,
        )
        digest = digests.get((schema, table))
        more = {"schema": schema, **({"content_digest": digest} if digest else {})}
        tables.append(WrittenTable(f"{schema}.{table}", (file,), rows, key, more))
    if source.with_quarantine:
        return Written(tuple(tables))
    return Written(tuple(tables), (LEFT_OUT,))


PARQUET = Format(
    name="parquet",
    title="Parquet",
    sentence="Every table of the release as one Parquet file, with the comments of table and columns.",
    lacks=(
        "The text of refused rows (quarantine) is left out unless it is asked for: nobody judged it.",
        "Keys are named in `export.json`; Parquet itself has none.",
    ),
    in_r="""\
library(arrow)
library(dplyr)

events <- open_dataset("out/event/pseudoprogression.parquet") |>
  filter(protocol == "xu2025", state == "pseudoprogression") |>
  collect()""",
    options=frozenset({"with_quarantine"}),
    datasets=(),
    write=write_tables,
)
