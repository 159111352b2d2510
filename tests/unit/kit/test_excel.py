"""The workbook of the kit: made from the contracts, and read back as a delivery once it is filled in."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bpp_etl.errors import UsageError
from bpp_etl.kit.excel import INSTRUCTIONS, LISTS, TRUTHS
from bpp_etl.kit.write import write_excel
from schemas.contract import Column, delivered_columns
from schemas.tables import TABLES
from tests.gates.written_tables import ROWS, table_of, value_of
from tests.support.deliveries import write_texts
from tests.support.gating import gated, typed

COLUMNS = [
    (table, column) for table, described in TABLES.items() for column in delivered_columns(described.contract)
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    folder = tmp_path_factory.mktemp("kit")
    write_excel(folder)
    return openpyxl.load_workbook(folder / "delivery.xlsx")


def filled(tmp_path: Path, **notes: str) -> Path:
    """Fill the workbook in as a person would, with notes on sheets of their own, and deliver it."""
    folder = write_texts(tmp_path, {})
    write_excel(folder)
    book = openpyxl.load_workbook(folder / "delivery.xlsx")
    for name in TABLES:
        sheet = book[name]
        places = {cell.value: cell.column for cell in sheet[1]}
        header, *rows = table_of(name)
        for number, row in enumerate(rows, start=2):
            for column, text in zip(header, row, strict=True):
                sheet.cell(number, places[column], value_of(text, column))
    for title, note in notes.items():
        book.create_sheet(title)["A1"] = note
    book.save(folder / "delivery.xlsx")
    return folder


def test_what_was_filled_in_is_read_as_the_files_of_the_tables_are(tmp_path: Path) -> None:
    canonical = write_texts(tmp_path / "csv", {f"{name}.csv": text for name, text in ROWS.items()})
    assert typed(filled(tmp_path / "book")) == typed(canonical)


def test_the_gate_is_open_for_a_filled_workbook_and_no_sheet_of_the_kit_alarms(tmp_path: Path) -> None:
    one = gated(filled(tmp_path))
    assert (one.causes(), one.refused, one.read.unknown_files) == (set(), {}, ())


def test_a_sheet_of_notes_is_left_alone_by_its_name_and_any_other_is_told(tmp_path: Path) -> None:
    one = gated(filled(tmp_path, _notes="ask the ward", notes="ask the ward"))
    assert one.read.unknown_files == ("delivery.xlsx/notes",)


def test_a_workbook_that_nobody_filled_in_shuts_the_gate_without_an_unreadable_file(tmp_path: Path) -> None:
    folder = write_texts(tmp_path, {})
    write_excel(folder)
    one = gated(folder)
    assert one.read.problems == ()
    assert one.decision.is_open is False


def test_a_sheet_has_the_columns_of_its_table_below_a_header_that_stays(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [INSTRUCTIONS, *TABLES, LISTS]
    for name, table in TABLES.items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == [one.name for one in delivered_columns(table.contract)]
        assert sheet.freeze_panes == "A2"
        assert sheet.max_row == 1


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: getattr(one, "name", one))
def test_a_column_says_what_it_asks_for_and_whether_it_must_be_filled(
    book: openpyxl.Workbook, table: str, column: Column
) -> None:
    comment = header_of(book[table], column.name).comment
    assert comment is not None
    assert comment.text.startswith(column.asked or column.description)
    assert comment.text.endswith("Must be filled." if column.required else "May be empty.")
    told = [row for row in book[INSTRUCTIONS].values if row[:2] == (table, column.name)]
    assert [row[2] for row in told] == ["yes" if column.required else "no"]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: getattr(one, "name", one))
def test_cells_below_a_header_are_held_to_what_the_gate_can_read(
    book: openpyxl.Workbook, table: str, column: Column
) -> None:
    sheet = book[table]
    letter = header_of(sheet, column.name).column_letter
    rules = [rule for rule in sheet.data_validations.dataValidation if f"{letter}2" in rule.sqref]
    shown = sheet.column_dimensions[letter].number_format
    if column.codes or column.kind == "boolean":
        (rule,) = rules
        assert rule.errorStyle == "stop"
        place = rule.formula1.removeprefix(f"'{LISTS}'!").replace("$", "")
        listed = tuple(cell.value for (cell,) in book[LISTS][place])
        assert listed == (column.codes or TRUTHS)
        assert shown == "@"
    elif column.kind in {"date", "number", "integer"}:
        assert [rule.type for rule in rules] == [
            {"date": "date", "number": "decimal", "integer": "whole"}[column.kind]
        ]
        assert shown != "@"
    else:
        assert all(rule.errorStyle == "warning" for rule in rules)
        assert shown == "@"


def test_a_workbook_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "delivery.xlsx").write_text("a year of work")
    with pytest.raises(UsageError, match="is there already"):
        write_excel(tmp_path)
    assert (tmp_path / "delivery.xlsx").read_text() == "a year of work"


def test_a_place_that_cannot_be_written_to_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written to"):
        write_excel(tmp_path / "file")


def header_of(sheet: Worksheet, name: str) -> openpyxl.cell.Cell:
    (found,) = [cell for cell in sheet[1] if cell.value == name]
    return found
