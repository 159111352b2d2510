"""What a format may do to a row unseen: moments, time zones, short years, headers of several lines or names.

Not here: ways of writing that must make no difference (`test_formats.py`).
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import opened
from tests.support.deliveries import write_texts
from tests.support.gating import Rows, gated, problems_of, typed
from tests.support.written_tables import GERMAN, ROWS, german, table_of, write_parquet_of_moments


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return typed(
        write_texts(tmp_path_factory.mktemp("canonical"), {f"{name}.csv": ROWS[name] for name in ROWS})
    )


def test_the_time_zone_of_the_machine_decides_nothing(tmp_path: Path, canonical: Rows) -> None:
    folder = write_texts(tmp_path, {}, toml='[read]\ntimezone = "UTC"')
    write_parquet_of_moments(folder, "UTC")
    delivery = delivery_of(folder)
    assert delivery is not None
    with opened(tmp_path / "east.duckdb") as con:
        con.execute("set timezone = 'Asia/Shanghai'")
        read_delivery(con, delivery, scratch_root=tmp_path)
        days = con.execute("select last_contact_date from raw.patients order by row_number").fetchall()
    assert [day for (day,) in days] == [str(row[7]) for row in canonical["patients"]]


def test_a_line_break_in_a_column_name_loses_no_row(tmp_path: Path, canonical: Rows) -> None:
    # Only lines of CR LF mislead DuckDB: it then yields nothing, and no error.
    text = ROWS["lab_results"].replace("\n", "\r\n").replace("laboratory", "x")
    text = text.replace("upper_limit_normal\r\n", '"upper_limit\n_normal"\r\n', 1)
    others = {f"{name}.csv": ROWS[name] for name in ROWS if name != "lab_results"}
    toml = '[rename.lab_results]\n"upper_limit\\n_normal" = "upper_limit_normal"\n'
    folder = write_texts(tmp_path, others, toml=toml)
    (folder / "lab_results.csv").write_text(text, encoding="utf-8", newline="")
    assert typed(folder)["lab_results"] == canonical["lab_results"]


def test_a_year_of_two_digits_is_no_year_of_four(tmp_path: Path) -> None:
    text = german("patients", ROWS["patients"]).replace("29.02.1960", "29.02.60")
    others = {f"{name}.csv": german(name, ROWS[name]) for name in ROWS if name != "patients"}
    one = gated(write_texts(tmp_path, {**others, "patients.csv": text}, toml=GERMAN))
    assert one.refused["patients", 1] == ["date_century_unknown"]


def test_a_workbook_may_leave_columns_unnamed_and_name_others_twice(tmp_path: Path, canonical: Rows) -> None:
    folder = write_texts(tmp_path, {f"{name}.csv": ROWS[name] for name in ROWS if name != "patients"})
    book = openpyxl.Workbook()
    header, *rows = table_of("patients")
    book.active.append([*header, "ward", "ward", None, None, "bed"])
    for row in rows:
        book.active.append([*(text or None for text in row), "1", "2", "3", "4", "5"])
    book.save(folder / "patients.xlsx")
    one = gated(folder)
    assert one.core["patients"] == canonical["patients"]
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
    assert problems_of(folder) == [
        ("patients", "column_duplicated", "patients.xlsx names columns twice: sex")
    ]


def with_a_cell(tmp_path: Path, put: str) -> Path:
    """Write patients as a workbook, with one optional cell that holds what `put` says."""
    folder = write_texts(tmp_path, {f"{name}.csv": ROWS[name] for name in ROWS if name != "patients"})
    book = openpyxl.Workbook()
    for number, row in enumerate(table_of("patients")):
        book.active.append([*(text or None for text in row)])
        if number == 1:
            book.active.cell(2, row_of_optional()).value = put
    book.save(folder / "patients.xlsx")
    return folder


def row_of_optional() -> int:
    return table_of("patients")[0].index("death_date") + 1


@pytest.mark.parametrize(
    ("put", "told"),
    [("#N/A", "holds cells in error, such as #N/A"), ("=A2", "holds formulas without their values")],
)
def test_a_cell_of_a_workbook_that_would_be_read_as_empty_shuts_the_gate(
    tmp_path: Path, put: str, told: str
) -> None:
    assert problems_of(with_a_cell(tmp_path, put)) == [
        ("patients", "file_unreadable", f"patients.xlsx {told}")
    ]


def test_a_column_in_other_letters_is_named(tmp_path: Path) -> None:
    texts = {f"{name}.csv": text for name, text in ROWS.items()}
    texts["patients.csv"] = texts["patients.csv"].replace("sex", "SEX", 1)
    assert problems_of(write_texts(tmp_path, texts)) == [
        (
            "patients",
            "column_missing",
            "patients.csv lacks the column sex;"
            " SEX is written in other letters: name it in [rename.patients]",
        )
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("45627", "date_invalid"), ("2024-1", "date_is_partial"), ("202412", "date_is_partial"),
     ("2024", "date_is_partial"), ("2024Dec", "date_is_partial")],
)  # fmt: skip
def test_a_day_counted_by_a_spreadsheet_is_no_partial_date(tmp_path: Path, text: str, rule: str) -> None:
    texts = {f"{name}.csv": text for name, text in ROWS.items()}
    lines = texts["patients.csv"].splitlines()
    at = lines[0].split(",").index("last_contact_date")
    cells = lines[1].split(",")
    cells[at] = text
    texts["patients.csv"] = "\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n"
    assert gated(write_texts(tmp_path, texts)).refused["patients", 1] == [rule]
