"""However a registry writes its tables, the same rows come into core.

Not here: files that cannot be read (`tests/faults`).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from schemas.declared_laws import CONSTANT
from schemas.tables import TABLES
from tests.gates.written_tables import (
    GERMAN,
    ROWS,
    frame_of,
    german,
    table_of,
    value_of,
    write_parquet_of_moments,
)
from tests.support.deliveries import write_texts
from tests.support.gating import Rows, typed


def write_csv(folder: Path, change: Callable[[str, str], str] = lambda _, text: text) -> None:
    for name, text in ROWS.items():
        (folder / f"{name}.csv").write_text(change(name, text), encoding="utf-8", newline="")


def write_encoded(folder: Path, encoding: str) -> None:
    for name, text in ROWS.items():
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))


def write_packed(folder: Path) -> None:
    for name, text in ROWS.items():
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode("utf-8")))


def write_packed_gb18030(folder: Path) -> None:
    for name, text in ROWS.items():
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode("gb18030")))


def write_parquet(folder: Path) -> None:
    for name in ROWS:
        frame_of(name).write_parquet(folder / f"{name}.parquet")


def write_parquet_with_blanks(folder: Path) -> None:
    for name in TABLES:
        frame_of(name).rename(lambda column: f" {column}\t").write_parquet(folder / f"{name}.parquet")


def write_xlsx(folder: Path) -> None:
    """Typed dates, numbers and truths, with rows and columns that were only formatted behind the data."""
    for name in ROWS:
        book = openpyxl.Workbook()
        sheet = book.active
        header, *rows = table_of(name)
        sheet.append(header)
        for row in rows:
            sheet.append([value_of(text, column) for text, column in zip(row, header, strict=True)])
        sheet.cell(sheet.max_row + 5, 1).font = openpyxl.styles.Font(bold=True)
        for beyond in (2, 3):
            sheet.cell(1, len(header) + beyond).font = openpyxl.styles.Font(bold=True)
        book.save(folder / f"{name}.xlsx")


def write_xlsx_as_text(folder: Path) -> None:
    for name in ROWS:
        book = openpyxl.Workbook()
        sheet = book.active
        for row in table_of(name):
            sheet.append([text or None for text in row])
        book.save(folder / f"{name}.xlsx")


def write_in_another_order(folder: Path) -> None:
    """Columns from last to first, an unknown one between them, every cell quoted, lines ending in CR LF."""
    for name in ROWS:
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        for number, row in enumerate(table_of(name)):
            writer.writerow([row[-1], "note\nof the ward" if number == 0 else "a,b", *reversed(row[:-1])])
        (folder / f"{name}.csv").write_text(out.getvalue(), encoding="utf-8", newline="")


def without_unit(name: str, text: str) -> str:
    """Leave the unit to registry.toml, and write ukat/L as U/L."""
    if name != "lab_results":
        return text
    text = text.replace("B,ALP_TOTAL,2024-03-01,1.14,ukat/L,", "B,ALP_TOTAL,2024-03-01,68.4,U/L,")
    return "\n".join(
        ",".join(cell for at, cell in enumerate(line.split(",")) if at != 4) for line in text.splitlines()
    )


FORMATS: Mapping[str, tuple[Callable[[Path], None], str]] = {
    "csv with a byte order mark": (lambda folder: write_encoded(folder, "utf-8-sig"), ""),
    "gb18030": (lambda folder: write_encoded(folder, "gb18030"), 'encoding = "gb18030"'),
    "utf-16": (lambda folder: write_encoded(folder, "utf-16"), 'encoding = "utf-16"'),
    "csv.gz": (write_packed, ""),
    "csv.gz in gb18030": (write_packed_gb18030, 'encoding = "gb18030"'),
    "old line ends": (lambda folder: write_csv(folder, lambda _, text: text.replace("\n", "\r")), ""),
    "tabs": (
        lambda folder: write_csv(folder, lambda _, text: text.replace(",", "\t")),
        'delimiter = "\\t"',
    ),
    "blank lines": (
        lambda folder: write_csv(folder, lambda _, text: text.replace("\n", "\n\n").rstrip("\n")),
        "",
    ),
    "blanks around cells": (
        lambda folder: write_csv(
            folder,
            lambda _, text: (
                text.split("\n", 1)[0]
                + "\n"
                + text.split("\n", 1)[1].replace(",", "\t, \u00a0").replace("\n", "\u3000\n")
            ),
        ),
        "",
    ),
    "another order": (write_in_another_order, ""),
    "german": (lambda folder: write_csv(folder, german), GERMAN),
    "a constant unit": (
        lambda folder: write_csv(folder, without_unit),
        '[constants.lab_results]\nunit = "U/L"',
    ),
    "parquet": (write_parquet, ""),
    "parquet, blanks about its names": (write_parquet_with_blanks, ""),
    "parquet, timestamps": (write_parquet_of_moments, ""),
    "parquet, timestamps in UTC": (
        lambda folder: write_parquet_of_moments(folder, "UTC"),
        '[read]\ntimezone = "UTC"',
    ),
    "csv with two byte order marks": (
        lambda folder: write_csv(folder, lambda _, text: f"\ufeff\ufeff{text}"),
        "",
    ),
    "characters nobody sees in a header": (
        lambda folder: write_csv(
            folder, lambda _, text: "\u200b\u00a0\u200e" + text.replace(",", "\u2060\u00ad\u202c\u00a0,", 1)
        ),
        "",
    ),
    "xlsx": (write_xlsx, ""),
    "xlsx, all text": (write_xlsx_as_text, ""),
    "xlsx beside a date format": (write_xlsx, 'date_format = "%d.%m.%Y"'),
}


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    texts = {f"{name}.csv": ROWS[name] for name in ROWS}
    rows = typed(write_texts(tmp_path_factory.mktemp("canonical"), texts))
    assert {name: len(rows[name]) for name in TABLES} == {name: ROWS[name].count("\n") - 1 for name in TABLES}
    return rows


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_come_into_core(tmp_path: Path, canonical: Rows, name: str) -> None:
    write, toml = FORMATS[name]
    folder = write_texts(tmp_path, {}, toml=toml)
    write(folder)
    rows = typed(folder)
    for table in TABLES:
        assert _without_the_constants_flag(rows[table]) == canonical[table]


def _without_the_constants_flag(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple([] if cell == [CONSTANT] else cell for cell in row) for row in rows]
