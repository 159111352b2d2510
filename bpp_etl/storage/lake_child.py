"""What reads a table of a lakehouse, in a process of its own: its rows, sorted, as one Parquet file.

Sorted, because such a table yields its rows in another order each time, and their numbers have to stay.
Not here: who asks, and what becomes of a table that cannot be read (`tables.py`).
"""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bpp_etl.warehouse.connection import literal, opened

BATCH_ROWS = 100_000
CLOSED = 0o077


def work(asked: Mapping[str, Any]) -> None:
    """Do what is asked. Whatever goes wrong ends the process with a code that is not 0."""
    os.umask(CLOSED)
    seconds = int(asked["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (int(asked["memory"]), int(asked["memory"])))
    folder, to = Path(asked["folder"]).resolve(), Path(asked["to"])
    scratch = to.with_name(f"{to.name}.scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        _write(READERS[asked["kind"]](folder), scratch / "rows.parquet")
        with opened(scratch / "sort.duckdb") as con:
            con.execute(
                f"copy (select * from read_parquet({literal(str(scratch / 'rows.parquet'))}) order by all)"
                f" to {literal(str(to))} (format parquet, compression zstd)"
            )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write(batches: Any, to: Path) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetWriter(to, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _delta(folder: Path) -> Any:
    """Read the newest version of a Delta table."""
    from deltalake import DeltaTable  # noqa: PLC0415

    table = DeltaTable(str(folder))
    for address in table.file_uris():
        _ensure_inside(folder, urlsplit(address).path if "://" in address else address)
    return table.to_pyarrow_dataset().scanner(batch_size=BATCH_ROWS).to_reader()


def _iceberg(folder: Path) -> Any:
    """Read the newest version of an Iceberg table, whose files name each other by where they once lay."""
    from pyiceberg.table import StaticTable  # noqa: PLC0415

    from bpp_etl.storage.iceberg_files import FOLDER, LAY_AT, newest_metadata, written_location  # noqa: PLC0415

    metadata = newest_metadata(folder)
    table = StaticTable.from_metadata(
        str(metadata),
        properties={
            "py-io-impl": "bpp_etl.storage.iceberg_files.FilesInside",
            FOLDER: str(folder),
            LAY_AT: written_location(metadata),
        },
    )
    return table.scan().to_arrow_batch_reader()


def _ensure_inside(folder: Path, told: str) -> None:
    """Refuse a table that names files of others: a delivery brings what it brings, and reads nothing else.

    The folder may be written with codes such as %20, and what is in it with codes of codes.
    """
    starts = (f"{folder}/", f"{quote(str(folder))}/")
    below = next((told.removeprefix(start) for start in starts if told.startswith(start)), None)
    if below is None or ".." in Path(unquote(unquote(below))).parts:
        raise ValueError("a file outside its table")


READERS: Mapping[str, Callable[[Path], Any]] = {"delta": _delta, "iceberg": _iceberg}
