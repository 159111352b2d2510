"""However a registry writes its tables, the same rows come into core.

Not here: files that cannot be read (`tests/faults`).
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from bpp_etl.landing import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import opened
from schemas.tables import TABLES
from tests.support.deliveries import TINY, with_rows
from tests.support.deliveries_of_rows import write_texts
from tests.support.gating import Gated, gated

ROWS: Mapping[str, str] = {
    **TINY,
    "patients": """\
patient_id,sex,birth_date,metastatic_diagnosis_date,er_status,pr_status,last_contact_date,death_date
A,female,1960-02-29,2023-10-01,positive,unknown,2024-12-01,
B,female,,,,,2024-12-01,2024-12-01
C,male,1955-12-31,,negative,negative,2024-12-31,
""",
    "lab_results": with_rows(
        "lab_results", "A,ALP_TOTAL,2024-03-01,1234.5,U/L,104.25", "B,ALP_TOTAL,2024-03-01,1.14,ukat/L,"
    ),
    "her2_tests": """\
patient_id,test_date,specimen_site,ihc_score,ish_result,her2_cep17_ratio,her2_copy_number,reported_status
A,2023-12-01,primary,2+,,2.1,4.5,
B,2023-12-01,metastasis,0,negative,,,negative
""",
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def table_of(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(ROWS[name])))


def typed(text: str, column: str) -> Any:
    """Give a cell the type that a registry's database would have."""
    if text == "":
        return None
    if DATE.fullmatch(text):
        return dt.date.fromisoformat(text)
    if text in {"true", "false"}:
        return text == "true"
    if column in {"line_number", "cycle_length_days"}:
        return int(text)
    if column in {"value", "upper_limit_normal", "her2_cep17_ratio", "her2_copy_number"}:
        return float(text)
    return text


def frame_of(name: str) -> pl.DataFrame:
    header, *rows = table_of(name)
    return pl.DataFrame(
        {c: [typed(row[at], c) for row in rows] for at, c in enumerate(header)}, infer_schema_length=None
    )


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


def write_parquet_of_moments(folder: Path, zone: str | None = None) -> None:
    """Dates as timestamps at midnight, small integers, 32-bit categories: what other databases export."""
    for name in ROWS:
        frame = frame_of(name)
        moments = [column for column, kind in frame.schema.items() if kind == pl.Date]
        frame = frame.with_columns(
            pl.col(moments).cast(pl.Datetime("ns")),
            *(pl.col(c).cast(pl.Int8) for c in ("line_number", "cycle_length_days") if c in frame.columns),
            *(pl.col(c).cast(pl.Categorical) for c in ("sex", "modality") if c in frame.columns),
        )
        if zone is not None:
            frame = frame.with_columns(pl.col(moments).dt.replace_time_zone(zone))
        frame.write_parquet(folder / f"{name}.parquet")


def write_xlsx(folder: Path) -> None:
    """Typed dates, numbers and truths, with rows and columns that were only formatted behind the data."""
    for name in ROWS:
        book = openpyxl.Workbook()
        sheet = book.active
        header, *rows = table_of(name)
        sheet.append(header)
        for row in rows:
            sheet.append([typed(text, column) for text, column in zip(row, header, strict=True)])
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


def german(name: str, text: str) -> str:
    """Semicolons, decimal commas, day before month, and another name and code for a few things."""
    text = text.replace(",", ";")
    text = re.sub(r"(\d{4})-(\d{2})-(\d{2})", r"\3.\2.\1", text)
    if name in {"lab_results", "her2_tests"}:
        text = re.sub(r"(?<=;)(\d+)\.(\d+)(?=[;\n])", r"\1,\2", text)
    if name == "patients":
        text = text.replace("patient_id", "Fall").replace("female", "w").replace("male", "m")
    if name == "lab_results":
        text = text.replace("ALP_TOTAL", "AP")
    return text


GERMAN = """
delimiter = ";"
decimal = ","
date_format = "%d.%m.%Y"
[rename.patients]
Fall = "patient_id"
[recode.patients.sex]
w = "female"
m = "male"
[recode.lab_results.analyte]
AP = "ALP_TOTAL"
"""


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
    "csv with a mark, said so": (lambda folder: write_encoded(folder, "utf-8-sig"), 'encoding = "utf-8-sig"'),
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
    "parquet, timestamps": (write_parquet_of_moments, ""),
    "parquet, timestamps in UTC": (lambda folder: write_parquet_of_moments(folder, "UTC"), ""),
    "xlsx": (write_xlsx, ""),
    "xlsx, all text": (write_xlsx_as_text, ""),
    "xlsx beside a date format": (write_xlsx, 'date_format = "%d.%m.%Y"'),
}


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Gated:
    folder = write_texts(tmp_path_factory.mktemp("canonical"), {f"{name}.csv": ROWS[name] for name in ROWS})
    one = gated(folder)
    assert one.verdict.is_open
    assert {table: len(rows) for table, rows in one.core.items()} == {
        table: ROWS[table].count("\n") - 1 for table in TABLES
    }
    return one


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_come_into_core(tmp_path: Path, canonical: Gated, name: str) -> None:
    write, toml = FORMATS[name]
    folder = write_texts(tmp_path, {}, toml=toml)
    write(folder)
    one = gated(folder)
    assert one.verdict.is_open, one.verdict.reasons
    for table in TABLES:
        assert one.core[table] == canonical.core[table]


def test_the_time_zone_of_the_machine_decides_nothing(tmp_path: Path, canonical: Gated) -> None:
    folder = write_texts(tmp_path, {})
    write_parquet_of_moments(folder, "UTC")
    delivery = delivery_of(folder)
    assert delivery is not None
    with opened(tmp_path / "east.duckdb") as con:
        con.execute("set timezone = 'Asia/Shanghai'")
        read_delivery(con, delivery, scratch_root=tmp_path)
        days = con.execute("select last_contact_date from raw.patients order by row_number").fetchall()
    assert [day for (day,) in days] == [str(row[7]) for row in canonical.core["patients"]]


def test_a_line_break_in_a_column_name_loses_no_row(tmp_path: Path, canonical: Gated) -> None:
    # Only lines of CR LF mislead DuckDB: it then yields nothing, and no error.
    text = ROWS["lab_results"].replace("\n", "\r\n").replace("laboratory", "x")
    text = text.replace("upper_limit_normal\r\n", '"upper_limit\n_normal"\r\n', 1)
    others = {f"{name}.csv": ROWS[name] for name in ROWS if name != "lab_results"}
    toml = '[rename.lab_results]\n"upper_limit\\n_normal" = "upper_limit_normal"\n'
    folder = write_texts(tmp_path, others, toml=toml)
    (folder / "lab_results.csv").write_text(text, encoding="utf-8", newline="")
    assert gated(folder).core["lab_results"] == canonical.core["lab_results"]


def test_a_year_of_two_digits_is_no_year_of_four(tmp_path: Path) -> None:
    text = german("patients", ROWS["patients"]).replace("29.02.1960", "29.02.60")
    others = {f"{name}.csv": german(name, ROWS[name]) for name in ROWS if name != "patients"}
    one = gated(write_texts(tmp_path, {**others, "patients.csv": text}, toml=GERMAN))
    assert one.refused["patients", 1] == ["date_invalid"]


def test_a_moment_of_a_day_is_no_date(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, {f"{name}.csv": ROWS[name] for name in ROWS if name != "patients"})
    at_noon = frame_of("patients").with_columns(
        pl.lit(dt.datetime(2024, 12, 1, 12)).alias("last_contact_date")  # noqa: DTZ001
    )
    at_noon.write_parquet(folder / "patients.parquet")
    assert gated(folder).refused["patients", 1] == ["date_invalid"]


def test_a_workbook_has_one_sheet(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, {f"{name}.csv": ROWS[name] for name in ROWS if name != "patients"})
    book = openpyxl.Workbook()
    book.active.append(["patient_id"])
    book.create_sheet("notes")
    book.save(folder / "patients.xlsx")
    assert gated(folder).message("file_unreadable") == "patients.xlsx has 2 sheets; one was expected"


def test_a_workbook_may_leave_columns_unnamed_and_name_others_twice(tmp_path: Path, canonical: Gated) -> None:
    folder = write_texts(tmp_path, {f"{name}.csv": ROWS[name] for name in ROWS if name != "patients"})
    book = openpyxl.Workbook()
    header, *rows = table_of("patients")
    book.active.append([*header, "ward", "ward", None, None, "bed"])
    for row in rows:
        book.active.append([*(text or None for text in row), "1", "2", "3", "4", "5"])
    book.save(folder / "patients.xlsx")
    one = gated(folder)
    assert one.core["patients"] == canonical.core["patients"]
    assert [column for _, column in one.read.extra_columns] == [
        "ward",
        "ward",
        "column 11 (name withheld)",
        "column 12 (name withheld)",
        "bed",
    ]


def test_a_column_of_ours_named_twice_in_a_workbook_shuts_the_gate(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, {f"{name}.csv": ROWS[name] for name in ROWS if name != "patients"})
    book = openpyxl.Workbook()
    book.active.append(["patient_id", "sex", "last_contact_date", "sex"])
    book.active.append(["A", "female", "2024-12-01", "male"])
    book.save(folder / "patients.xlsx")
    assert gated(folder).reasons() == {("patients", "column_duplicated")}
