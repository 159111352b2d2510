"""Ways to spoil a table's file, each with the reason that must be told; no cell in it may be.

Not here: which ways there are (`tests/faults/test_hostile_files.py`).
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from schemas.contract import delivered_columns
from schemas.tables import TABLES

TOKEN = "LEAK"
"""Stands in every cell of a hostile file; must never be shown."""


def header(table: str) -> str:
    return ",".join(column.name for column in delivered_columns(TABLES[table].contract))


def text(table: str, rows: int = 3) -> str:
    width = header(table).count(",") + 1
    cells = [[f"{TOKEN}{row:03d}{at:03d}" for at in range(width)] for row in range(rows)]
    return "\n".join([header(table), *(",".join(row) for row in cells)]) + "\n"


def parquet_of(table: str) -> bytes:
    cells = {name: [f"{TOKEN}{at}"] * 50 for at, name in enumerate(header(table).split(","))}
    out = io.BytesIO()
    pl.DataFrame(cells).write_parquet(out, compression="zstd")
    return out.getvalue()


def workbook_of(table: str = "") -> bytes:
    """Make a workbook with the rows of a table, or with none."""
    book = openpyxl.Workbook()
    for row in text(table).splitlines() if table else ():
        book.active.append(row.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True)
class Hostile:
    """One way to spoil a table's file: `write` puts it into the folder; `told` is what the reason says."""

    about: str
    write: Callable[[Path, str], None]
    told: str
    ending: str = "csv"
    rule: str = "file_unreadable"


SOUND: Mapping[str, Callable[[str], str | bytes]] = {
    "csv": text,
    "csv.gz": lambda table: text(table, 200).encode(),
    "parquet": parquet_of,
    "xlsx": workbook_of,
}
"""What is spoiled, by the ending of the file; a `csv.gz` is still to be packed."""


def spoiled(about: str, spoil: Callable[[Any], str | bytes], told: str, ending: str = "csv") -> Hostile:
    """Spoil what is sound of a table's file."""

    def write(folder: Path, table: str) -> None:
        made = spoil(SOUND[ending](table))
        (folder / f"{table}.{ending}").write_bytes(made.encode("utf-8") if isinstance(made, str) else made)

    return Hostile(about, write, told, ending)


def in_place(about: str, make: Callable[[Path], None], told: str, rule: str = "file_unreadable") -> Hostile:
    return Hostile(about, lambda folder, table: make(folder / f"{table}.csv"), told, rule=rule)


def another_zip(_: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", TOKEN)
    return out.getvalue()


def scrambled(data: bytes) -> bytes:
    """Overwrite the first data page, and leave the footer."""
    return data[:4] + random.Random(1).randbytes(60) + data[64:]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def link_to_other_delivery(place: Path) -> None:
    other = place.parent.parent / "2024-01-01"
    other.mkdir(exist_ok=True)
    (other / place.name).write_text(text("patients"), encoding="utf-8")
    place.symlink_to(other / place.name)
