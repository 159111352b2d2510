"""A cell with a type of its own is read by it, whatever is stated of text.

Not here: text (`test_odd_formats.py`), and formats that must make no difference (`test_formats.py`).
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.support.deliveries import write_texts
from tests.support.gating import gated

STATED = """
decimal = ","
date_format = "%Y-%d-%m"
"""
"""Of text only: a typed day or number read by it would be another."""
COLUMNS = ("patient_id", "analyte", "specimen_date", "value", "unit", "upper_limit_normal")
FEBRUARY = dt.date(2024, 2, 5)


def laboratory(tmp_path: Path, *rows: tuple[Any, ...], toml: str = STATED) -> Path:
    """Write a delivery whose results (day, value, limit) lie in a workbook; return its place."""
    folder = write_texts(
        tmp_path, {"patients.csv": "patient_id,sex,last_contact_date\nA,female,2024-12-12\n"}, toml=toml
    )
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    for day, value, limit in rows:
        book.active.append(("A", "ALP_TOTAL", day, value, "U/L", limit))
    book.save(folder / "lab_results.xlsx")
    return folder


def results(folder: Path) -> list[tuple[Any, ...]]:
    """Return day, value and limit of the results that are read."""
    return [(row[3], row[4], row[6]) for row in gated(folder).core["lab_results"]]


def test_typed_and_written_cells_of_one_column_are_each_read_in_their_own_way(tmp_path: Path) -> None:
    # Read as stated, the text is the second of May and 1.5; the typed cells are what the workbook shows.
    folder = laboratory(
        tmp_path,
        (FEBRUARY, 100.5, "104,5"),
        ("2024-05-02", "101,5", 104.5),
        (None, None, None),
        (dt.datetime(2024, 2, 5), 100, 104),  # noqa: DTZ001
    )
    assert results(folder) == [(FEBRUARY, 100.5, 104.5), (FEBRUARY, 101.5, 104.5), (FEBRUARY, 100, 104)]


def test_a_typed_moment_is_of_its_day(tmp_path: Path) -> None:
    folder = laboratory(tmp_path, (dt.datetime(2024, 2, 5, 7, 30), 100, 104), toml="")  # noqa: DTZ001
    assert results(folder) == [(FEBRUARY, 100, 104)]


def test_a_number_written_as_text_is_held_to_the_decimal_mark_that_is_stated(tmp_path: Path) -> None:
    folder = laboratory(tmp_path, (FEBRUARY, "100.5", 104))
    assert gated(folder).refused == {("lab_results", 1): ["number_invalid"]}


def test_the_dates_of_east_asia_are_dates(tmp_path: Path) -> None:
    formats = (*range(27, 37), *range(50, 59))
    folder = laboratory(tmp_path, *((FEBRUARY, 100 + one, 104) for one in formats))
    write_built_in_formats(folder / "lab_results.xlsx", formats)
    assert results(folder) == [(FEBRUARY, 100 + one, 104) for one in formats]


def test_a_format_that_a_workbook_declares_itself_is_what_it_declares(tmp_path: Path) -> None:
    folder = laboratory(tmp_path, (FEBRUARY, 100, 104))
    write_built_in_formats(
        folder / "lab_results.xlsx", (31,), declared='<numFmt numFmtId="31" formatCode="0.00"/>'
    )
    assert gated(folder).refused == {("lab_results", 1): ["date_invalid"]}


def write_built_in_formats(path: Path, formats: tuple[int, ...], declared: str = "") -> None:
    """Give the dates of a workbook, row by row, formats that Excel has built in and openpyxl has not."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode("utf-8") for name in book.namelist()}
    styles, sheet = "xl/styles.xml", "xl/worksheets/sheet1.xml"
    (plain,) = re.findall(r'<xf numFmtId="164"[^>]*>', parts[styles])
    (known,) = re.findall(r"<cellXfs.*?</cellXfs>", parts[styles])
    own = "".join(plain.replace('"164"', f'"{one}"') for one in formats)
    parts[styles] = parts[styles].replace("</cellXfs>", f"{own}</cellXfs>")
    parts[styles] = parts[styles].replace("</numFmts>", f"{declared}</numFmts>")
    for at in range(len(formats)):
        style = known.count("<xf ") + at
        parts[sheet] = re.sub(rf'(<c r="C{at + 2}" s=)"\d+"', rf'\1"{style}"', parts[sheet])
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)


def parquet_of(tmp_path: Path, day: pl.Series, toml: str) -> Path:
    folder = laboratory(tmp_path, toml=toml)
    (folder / "lab_results.xlsx").unlink()
    pl.DataFrame(
        {
            "patient_id": ["A"],
            "analyte": ["ALP_TOTAL"],
            "specimen_date": day,
            "value": pl.Series(["100.5"]).cast(pl.Decimal(9, 1)),
            "unit": ["U/L"],
            "upper_limit_normal": ["104,5"],
        }
    ).write_parquet(folder / "lab_results.parquet")
    return folder


@pytest.mark.parametrize(
    "day",
    [pl.Series([FEBRUARY]), pl.Series(["2024-05-02"]), pl.Series([dt.datetime(2024, 2, 5, 7)])],  # noqa: DTZ001
    ids=["a day", "text", "a moment"],
)
def test_a_column_of_parquet_is_read_by_its_type(tmp_path: Path, day: pl.Series) -> None:
    assert results(parquet_of(tmp_path, day, STATED)) == [(FEBRUARY, 100.5, 104.5)]


def test_a_moment_with_a_zone_is_of_the_day_that_it_is_where_the_registry_is(tmp_path: Path) -> None:
    morning = dt.datetime(2024, 2, 5, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    toml = STATED + "[read]\ntimezone = 'Asia/Shanghai'\n"
    assert results(parquet_of(tmp_path, pl.Series([morning]), toml)) == [(FEBRUARY, 100.5, 104.5)]


def test_a_moment_with_a_zone_is_no_day_where_no_zone_is_stated(tmp_path: Path) -> None:
    midnight = dt.datetime(2024, 2, 5, tzinfo=dt.UTC)
    one = gated(parquet_of(tmp_path, pl.Series([midnight]), STATED))
    assert one.refused == {("lab_results", 1): ["date_has_zone"]}


def test_a_constant_is_stated_in_our_own_words(tmp_path: Path) -> None:
    toml = STATED + "[constants.lab_results]\nupper_limit_normal = 104.5\nspecimen_date = '2024-02-05'\n"
    folder = write_texts(
        tmp_path,
        {
            "patients.csv": "patient_id,sex,last_contact_date\nA,female,2024-12-12\n",
            "lab_results.csv": 'patient_id,analyte,value,unit\nA,ALP_TOTAL,"100,5",U/L\n',
        },
        toml=toml,
    )
    assert results(folder) == [(FEBRUARY, 100.5, 104.5)]
