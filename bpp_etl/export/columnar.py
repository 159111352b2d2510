"""Writes the rows of a SELECT as Parquet, with what its columns hold, or as a SAS transport file.

Not here: which rows and columns (`dataset.py`, `cells.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpp_etl.export.cells import shaped
from bpp_etl.export.dataset import Dataset
from bpp_etl.warehouse.connection import Connection, quoted

BATCH_ROWS = 100_000
COMMENT = b"comment"
"""The key under which a Parquet file says what it, and each column, holds."""
SAS_EPOCH = "date '1960-01-01'"


def write_parquet(
    con: Connection, select: str, path: Path, comment: str, comments: Mapping[str, str], **more: str
) -> int:
    """Write the rows of a SELECT in batches; return how many there are.

    `comment` and `more` become metadata of the file, `comments` of its columns.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    reader = arrow_of(con, select, comments)
    told: dict[bytes, bytes] = {COMMENT: comment.encode()}
    told |= {name.encode(): value.encode() for name, value in more.items()}
    schema = reader.schema.with_metadata(told)
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def arrow_of(con: Connection, select: str, comments: Mapping[str, str]) -> Any:
    """Read the rows of a SELECT in batches of Arrow's, with what each column holds in its metadata."""
    import pyarrow as pa  # noqa: PLC0415

    reader = con.sql(select).to_arrow_reader(BATCH_ROWS)
    schema = pa.schema(
        column.with_metadata({COMMENT: comments[column.name].encode()}) if column.name in comments else column
        for column in reader.schema
    )
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in reader))


def write_xpt(con: Connection, dataset: Dataset, path: Path) -> None:
    """Write a dataset, whose rows stand in a temporary table, as a SAS transport file of version 5."""
    import pyreadstat  # noqa: PLC0415

    pyreadstat.write_xport(
        con.sql(_as_sas(dataset)).pl(),
        path,
        file_label=dataset.title[:40],
        column_labels={column.name: column.label for column in dataset.columns},
        table_name=dataset.name,
        file_format_version=5,
        variable_format={column.name: "DATE9" for column in dataset.columns if column.kind == "date"},
    )


def _as_sas(dataset: Dataset) -> str:
    """Show days as SAS counts them, and every number as the only kind it has."""
    columns: list[Any] = []
    for column in dataset.columns:
        name = quoted(column.name)
        if column.kind == "date":
            columns.append(f"cast(date_diff('day', {SAS_EPOCH}, {name}) as double) as {name}")
        elif column.kind in {"count", "number"}:
            columns.append(f"cast({name} as double) as {name}")
        else:
            columns.append(name)
    return f"select {', '.join(columns)} from ({shaped(dataset)})"
