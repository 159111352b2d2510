"""A table in one file, in a folder of files, on a sheet of a workbook; a header below a title.

Not here: how the cells are written (`test_formats.py`, `test_typed_cells.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from schemas.tables import TABLES
from tests.gates.written_tables import ROWS, table_of
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.support.gating import Rows, gated, problems_of, typed


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    texts = {f"{name}.csv": ROWS[name] for name in ROWS}
    return typed(write_texts(tmp_path_factory.mktemp("canonical"), texts))


def fill(sheet: Any, name: str, above: tuple[str, ...] = ()) -> None:
    for title in above:
        sheet.append([title])
    for row in table_of(name):
        sheet.append([text or None for text in row])


def without(tmp_path: Path, name: str, toml: str = "") -> Path:
    """Write every table but one."""
    return write_texts(tmp_path, {f"{one}.csv": ROWS[one] for one in ROWS if one != name}, toml=toml)


def test_a_folder_of_files_is_one_table_whose_rows_are_counted_on(tmp_path: Path, canonical: Rows) -> None:
    folder = without(tmp_path, "patients")
    header, *rows = ROWS["patients"].splitlines(keepends=True)
    parts = folder / "patients"
    parts.mkdir()
    (parts / "1.csv").write_text(header + rows[0] + ",,,,,,,\n", encoding="utf-8")
    pl.read_csv("".join([header, *rows[1:]]).encode(), infer_schema=False).write_parquet(parts / "2.parquet")
    (parts / "_SUCCESS").touch()
    (parts / ".2.parquet.crc").write_text("nothing of ours", encoding="utf-8")
    (parts / "3.CSV").write_text(header, encoding="utf-8")
    one = gated(folder)
    assert one.decision.is_open
    assert one.read.unknown_files == ("patients/3.CSV",)
    # The empty row of the first part keeps its number.
    assert [row[:-1] for row in one.core["patients"]] == [row[:-1] for row in canonical["patients"]]
    assert [row[-1] for row in one.core["patients"]] == [1, 3, 4]


def test_a_refused_row_of_a_part_is_named_by_file_and_row(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, patients=None)
    header, *rows = TINY["patients"].splitlines(keepends=True)
    (folder / "patients").mkdir()
    for number, part in enumerate((rows[:2], [rows[2], "D,odd,2024-12-01\n"])):
        (folder / "patients" / f"{number}.csv").write_text("".join([header, *part]), encoding="utf-8")
    assert gated(folder).refused == {("patients", 2): ["code_unknown"]}


def test_every_part_of_a_table_must_have_its_columns(tmp_path: Path) -> None:
    folder = without(tmp_path, "patients")
    (folder / "patients").mkdir()
    (folder / "patients" / "1.csv").write_text(ROWS["patients"], encoding="utf-8")
    (folder / "patients" / "2.csv").write_text("patient_id,sex\nD,female\n", encoding="utf-8")
    assert problems_of(folder) == [
        ("patients", "column_missing", "patients/2.csv lacks the column last_contact_date")
    ]


def test_a_table_in_a_file_and_a_folder_is_ambiguous(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder / "patients").mkdir()
    for name in ("1.csv", "2.csv"):
        (folder / "patients" / name).write_text(TINY["patients"], encoding="utf-8")
    assert problems_of(folder) == [
        ("patients", "file_ambiguous", "patients is delivered in 2 files, folders or sheets")
    ]


def test_one_workbook_may_hold_every_table(tmp_path: Path, canonical: Rows) -> None:
    folder = write_texts(tmp_path, {}, toml='[read.patients]\nsheet = "Patienten"\nheader_row = 2\n')
    book = openpyxl.Workbook()
    book.active.title = "Read me first"
    for name in TABLES:
        sheet = book.create_sheet("Patienten" if name == "patients" else f" {name.title()}")
        fill(sheet, name, ("made up",) if name == "patients" else ())
    book["Read me first"].append(["A note"])
    book.create_sheet("lists").append(["female"])
    # A hidden sheet is a table by its name, and else nobody's.
    for hidden in ("lists", " Lab_Results"):
        book[hidden].sheet_state = "hidden"
    book.save(folder / "delivery.xlsx")
    assert typed(folder) == canonical
    assert gated(folder).read.unknown_files == ("delivery.xlsx/Read me first",)


def test_a_table_that_is_no_sheet_of_the_workbook_may_lie_beside_it(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    book = openpyxl.Workbook()
    fill(book.active, "her2_tests")
    book.active.title = "her2_tests"
    book.create_sheet("lab_results")
    book.save(folder / "delivery.xlsx")
    # Of results there is an empty sheet: that is none.
    assert problems_of(folder) == [
        ("her2_tests", "file_ambiguous", "her2_tests is delivered in 2 files, folders or sheets")
    ]


@pytest.mark.parametrize("spoiled", [b"", b"no workbook"])
def test_a_workbook_of_tables_that_cannot_be_read_shuts_the_gate(tmp_path: Path, spoiled: bytes) -> None:
    folder = write_delivery_of(tmp_path)
    (folder / "delivery.xlsx").write_bytes(spoiled)
    assert problems_of(folder) == [
        ("delivery", "file_unreadable", "delivery.xlsx is not a readable xlsx file")
    ]


def test_of_the_sheets_of_a_workbook_the_only_one_that_is_filled_and_shown_counts(
    tmp_path: Path, canonical: Rows
) -> None:
    folder = without(tmp_path, "patients")
    book = openpyxl.Workbook()
    fill(book.create_sheet("export"), "patients")
    book.create_sheet("lists").append(["female"])
    book["lists"].sheet_state = "hidden"
    # What stands on another sheet is nobody's: cells in error there lose nothing.
    book["lists"].append(["#N/A"])
    book.save(folder / "patients.xlsx")
    assert typed(folder)["patients"] == canonical["patients"]


def test_of_several_filled_sheets_one_must_be_stated_or_named_as_the_table(
    tmp_path: Path, canonical: Rows
) -> None:
    folder = without(tmp_path, "patients")
    book = openpyxl.Workbook()
    fill(book.active, "patients")
    book.create_sheet("notes").append(["a note"])
    book.save(folder / "patients.xlsx")
    assert problems_of(folder) == [
        (
            "patients",
            "file_unreadable",
            "patients.xlsx has 2 filled sheets: state sheet in [read.patients] of registry.toml",
        )
    ]
    (folder.parent / "registry.toml").write_text('[read.patients]\nsheet = "sheet"', encoding="utf-8")
    assert typed(folder)["patients"] == canonical["patients"]
    (folder.parent / "registry.toml").write_text('[read.patients]\nsheet = "other"', encoding="utf-8")
    assert problems_of(folder) == [
        ("patients", "file_unreadable", "patients.xlsx has no sheet of the name that registry.toml states")
    ]
    (folder.parent / "registry.toml").unlink()
    book.active.title = "Patients"
    book.save(folder / "patients.xlsx")
    assert typed(folder)["patients"] == canonical["patients"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_header_may_stand_below_titles(tmp_path: Path, canonical: Rows, ending: str) -> None:
    folder = without(tmp_path, "patients", "[read.patients]\nheader_row = 4\n")
    if ending == "csv":
        text = 'Export of "today"\n\n;;;\n' + ROWS["patients"]
        (folder / "patients.csv").write_text(text, encoding="utf-8-sig")
    else:
        book = openpyxl.Workbook()
        fill(book.active, "patients", ("Export of today", "", "made up"))
        book.save(folder / "patients.xlsx")
    assert typed(folder)["patients"] == canonical["patients"]


def test_a_line_below_titles_is_told_as_the_file_counts_it(tmp_path: Path) -> None:
    folder = without(tmp_path, "patients", "[read.patients]\nheader_row = 3\n")
    (folder / "patients.csv").write_text(f"a\nb\n{ROWS['patients']}D", encoding="utf-8")
    assert problems_of(folder) == [
        (
            "patients",
            "file_unreadable",
            "patients.csv has a row with another number of columns than its header (line 7)",
        )
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_header_that_is_stated_where_there_is_none_shuts_the_gate(tmp_path: Path, ending: str) -> None:
    folder = without(tmp_path, "patients", "[read.patients]\nheader_row = 9\n")
    if ending == "csv":
        (folder / "patients.csv").write_text(ROWS["patients"], encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        fill(book.active, "patients")
        book.save(folder / "patients.xlsx")
    ((_, rule, message),) = problems_of(folder)
    assert rule == "file_unreadable"
    assert message in {"patients.csv has no readable header", "patients.xlsx has no header in row 9"}


def test_a_row_without_a_filled_cell_is_no_row_and_is_counted(tmp_path: Path) -> None:
    folder = write_delivery_of(
        tmp_path,
        patients=TINY["patients"] + ',,\n"", \u3000,\u00a0\u200b\nNULL, n/a ,\n',
        # "none" is a code of lysis_change.
        bone_lesions=TINY["bone_lesions"] + "NULL,-,,,,,none\nNULL,-,,,,none,\n",
        # Something stands in this row, though in no column of ours.
        her2_tests="patient_id,test_date,specimen_site,note\n,,,\nA,2023-12-01,primary,\n,,,total 1\n",
    )
    one = gated(folder)
    assert one.read.rows["patients"] == 3
    assert one.read.empty_rows == {"patients": 3, "bone_lesions": 1, "her2_tests": 1}
    assert one.refused == {
        ("bone_lesions", 4): ["required_value_missing"],
        ("her2_tests", 3): ["required_value_missing"],
    }
    assert [row[-1] for row in one.core["her2_tests"]] == [2]


def test_empty_rows_of_a_workbook_are_no_rows(tmp_path: Path, canonical: Rows) -> None:
    folder = without(tmp_path, "patients")
    book = openpyxl.Workbook()
    fill(book.active, "patients")
    book.active.cell(300, 1).value = " "
    book.save(folder / "patients.xlsx")
    one = gated(folder)
    assert one.core["patients"] == canonical["patients"]
    assert one.read.empty_rows == {"patients": 296}


def test_two_tables_may_write_their_dates_in_two_ways(tmp_path: Path, canonical: Rows) -> None:
    toml = 'date_format = "%Y%m%d"\n[read.lab_results]\ndate_format = "%d/%m/%Y"\n'
    folder = write_texts(tmp_path, {f"{name}.csv": text for name, text in ROWS.items()}, toml=toml)
    patients, results = (folder / f"{name}.csv" for name in ("patients", "lab_results"))
    patients.write_text(ROWS["patients"].replace("-", ""), encoding="utf-8")
    days = {day: f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in ("2024-03-01", "2023-12-28", "2024-02-12")}
    text = ROWS["lab_results"]
    for day, written in days.items():
        text = text.replace(day, written)
    results.write_text(text, encoding="utf-8")
    assert typed(folder) == canonical


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("inside", ["\r", "\n", "\r\n"])
def test_a_line_break_of_any_kind_inside_quotes_is_of_the_cell(
    tmp_path: Path, ending: str, inside: str
) -> None:
    folder = write_delivery_of(tmp_path)
    text = TINY["therapy_lines"].replace("\n", ending).replace("made up", f'"made{inside}up"')
    (folder / "therapy_lines.csv").write_text(text, encoding="utf-8", newline="")
    assert [row[3] for row in typed(folder)["therapy_lines"]] == [f"made{inside}up"] * 3
