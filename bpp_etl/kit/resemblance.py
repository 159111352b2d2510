"""Which of our tables a file of theirs is most likely: by its name, else by how many of its columns are ours.

Not here: what would rename its columns (`bpp_etl/check/proposals.py`).
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from bpp_etl.check.guess import guess_column
from bpp_etl.check.layout import DELIMITERS
from bpp_etl.errors import UsageError, shown
from bpp_etl.landing.deliveries import TABLES as FORMATS
from bpp_etl.landing.deliveries import ending_of
from bpp_etl.reading.header import clean_name
from schemas.contract import delivered_columns
from schemas.tables import TABLES

BEGINNING = 1 << 16


def tables_of(files: Sequence[Path]) -> dict[Path, str]:
    """Find the table of each file; no two are of one.

    Errors: UsageError where a file cannot be opened, or it is not clear which table it is.
    """
    found: dict[Path, str] = {}
    for file in files:
        if ending_of(file.name.lower()) not in FORMATS:
            listed = ", ".join(f".{one}" for one in sorted(FORMATS))
            raise UsageError(f"{shown(file.name)} is no file of a table", f"one of {listed}")
        table = _by_name(file) or _by_header(file)
        if table is None:
            raise UsageError(
                f"it is not clear which table {shown(file.name)} is",
                f"name it after its table: {', '.join(TABLES)}",
            )
        if table in found.values():
            raise UsageError(
                f"two files are taken for {table}", f"name each after its table: {', '.join(TABLES)}"
            )
        found[file] = table
    return found


def name_delivered(file: Path, table: str) -> str:
    """Return the name under which a file of theirs is delivered as a table."""
    return f"{table}.{ending_of(file.name.lower())}"


def _by_name(file: Path) -> str | None:
    stem = file.name.lower().split(".")[0]
    return stem if stem in TABLES else None


def _by_header(file: Path) -> str | None:
    header = _header(file)
    known = {}
    for name, table in TABLES.items():
        ours = [column.name for column in delivered_columns(table.contract)]
        meant = {guess_column(theirs, ours) for theirs in header} - {None}
        # A key that every table has says nothing of which it is.
        known[name] = len(meant - {"patient_id"})
    best = max(known.values())
    names = [name for name, columns in known.items() if columns == best]
    return names[0] if best > 0 and len(names) == 1 else None


def _header(file: Path) -> list[str]:
    ending = ending_of(file.name.lower())
    try:
        if ending == "parquet":
            import polars as pl  # noqa: PLC0415 - only this kind of file needs it

            return list(pl.read_parquet_schema(file))
        if ending == "xlsx":
            from openpyxl import load_workbook  # noqa: PLC0415

            sheet = load_workbook(file, read_only=True).worksheets[0]
            first = next(sheet.iter_rows(max_row=1, values_only=True), ())
            return [clean_name(str(cell)) for cell in first if cell is not None]
        with gzip.open(file) if ending == "csv.gz" else file.open("rb") as stream:
            start = stream.read(BEGINNING)
    except OSError as error:
        raise UsageError(
            f"{shown(file.name)} cannot be opened: {error.strerror or type(error).__name__}",
            "check its name and permissions",
        ) from None
    except Exception:  # noqa: BLE001 - a broken file may fail its reader in any way
        raise UsageError(f"{shown(file.name)} cannot be read", "export the file again") from None
    text = start.decode("utf-8-sig", "replace").splitlines()
    line = text[0] if text else ""
    delimiter = max(DELIMITERS, key=line.count)
    return [clean_name(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
