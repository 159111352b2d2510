"""The workbook to collect in: a sheet for each table with lists and validation, read back as delivery.xlsx.

Not here: what is asked (`kit/questions.py`), and reading it (`bpp_etl/reading/workbook.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bpp_etl.kit.questions import NO_NAMES, NOT_KNOWN, Question, questions_of
from schemas.contract import grain_of
from schemas.tables import TABLES

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

INSTRUCTIONS, LISTS = "_instructions", "_lists"
"""Sheets beside the tables: a name that begins with _ is that of no table, and is not read."""
LAST_ROW = 1_048_576
"""Of any sheet of an xlsx workbook."""
TRUTHS = ("yes", "no")
REQUIRED, OPTIONAL = "FFFDE68A", "FFE5E7EB"
"""Of the header's cells: amber and grey, as ARGB."""
FORMATS = {"date": "yyyy-mm-dd", "number": "General", "integer": "0"}
"""How cells of a kind are shown; all else is text, for a workbook would take 007 for 7."""
EARLIEST = dt.date(1900, 1, 1)
READ = (
    "This workbook collects what bpp_etl reads of people with metastatic breast cancer and bone metastases.",
    "One row is one patient, line of treatment, examination, lesion, result or test: the sheets say which.",
    "Leave sheets and headers named as they are. Columns may stand in any order, and others beside them.",
    "Amber columns must be filled in every row. " + NOT_KNOWN,
    NO_NAMES,
    "patient_id is the same in every sheet. A lesion names its examination by assessment_id.",
    "A date is a whole day. Where only month or year is known, leave it empty.",
    "A result such as <5 is no number: its row would be refused.",
    "Save it as delivery.xlsx in <landing>/<registry>/<YYYY-MM-DD>/, then run: bpp check <that folder>",
    "Sheets whose names begin with _ are not read.",
)


def workbook() -> Workbook:
    """Make the workbook: instructions, a sheet for each table with its header alone, and the lists."""
    from openpyxl import Workbook  # noqa: PLC0415 - nothing else of a command needs it

    book = Workbook()
    told = book.active
    told.title = INSTRUCTIONS
    _instruct(told)
    asked = {name: questions_of(table) for name, table in TABLES.items()}
    sheets = {name: book.create_sheet(name) for name in asked}
    places = _listed(book.create_sheet(LISTS), [one for questions in asked.values() for one in questions])
    for name, sheet in sheets.items():
        _fill(sheet, asked[name], places)
    return book


def _instruct(sheet: Worksheet) -> None:
    """Write what the workbook is, how it is filled in, and what each column asks for."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for line in READ:
        sheet.append([line])
    sheet.append([])
    for row in _table_of_columns():
        sheet.append(row)
    head = len(READ) + 2
    for cell in sheet[head]:
        cell.font = bold
    for letter, width in zip("ABCDE", (24, 28, 10, 70, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=head + 1):
        for cell in row:
            cell.alignment = wrapped


def _table_of_columns() -> Iterator[list[str]]:
    yield ["sheet", "column", "required", "what it asks for", "answers"]
    for name, table in TABLES.items():
        yield [name, "", "", grain_of(table.contract), ""]
        for one in questions_of(table):
            required = "yes" if one.column.required else "no"
            yield [name, one.name, required, one.sentence, ", ".join(_answers(one))]


def _answers(question: Question) -> tuple[str, ...]:
    return TRUTHS if question.column.kind == "boolean" else question.choices


def _listed(sheet: Worksheet, questions: Iterable[Question]) -> dict[tuple[str, str], str]:
    """Write each list into a column of its own, and return where it lies, by table and column."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    places: dict[tuple[str, str], str] = {}
    for one in questions:
        answers = _answers(one)
        if not answers:
            continue
        at = len(places) + 1
        letter = get_column_letter(at)
        for row, text in enumerate((f"{one.table}.{one.name}", *answers), start=1):
            cell = sheet.cell(row, at, text)
            cell.number_format = "@"
        sheet.column_dimensions[letter].width = 34
        places[one.table, one.name] = f"'{LISTS}'!${letter}$2:${letter}${len(answers) + 1}"
    sheet.freeze_panes = "A2"
    return places


def _fill(sheet: Worksheet, questions: Iterable[Question], places: dict[tuple[str, str], str]) -> None:
    """Write a table's header with what each column asks for, and hold the cells below to it."""
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    for at, one in enumerate(questions, start=1):
        cell = sheet.cell(1, at, one.name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=REQUIRED if one.column.required else OPTIONAL)
        words = "Must be filled." if one.column.required else "May be empty."
        cell.comment = Comment(f"{one.sentence}\n{words}", "bpp_etl", height=120, width=320)
        letter = cell.column_letter
        column = sheet.column_dimensions[letter]
        column.width = max(12, len(one.name) + 4)
        column.number_format = FORMATS.get(one.column.kind, "@")
        if (rule := _validation(one, places.get((one.table, one.name)))) is not None:
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"


def _validation(question: Question, place: str | None) -> DataValidation | None:
    """Hold a column's cells to its list, or to days or numbers; None for text, which may be anything."""
    from openpyxl.utils.datetime import to_excel  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    kind = question.column.kind
    if place is not None:
        rule = DataValidation("list", formula1=place, error="Take one of the list.")
        rule.errorStyle = "stop" if question.is_closed or kind == "boolean" else "warning"
    elif kind == "date":
        rule = DataValidation("date", formula1=str(int(to_excel(EARLIEST))), error="A day, as 2024-01-31.")
        rule.operator = "greaterThanOrEqual"
    elif kind in {"number", "integer"}:
        whole = kind == "integer"
        rule = DataValidation("whole" if whole else "decimal", formula1="0")
        rule.operator = "greaterThanOrEqual"
        rule.error = "A whole number." if whole else "A plain number, without < or a unit."
    else:
        return None
    rule.allow_blank, rule.showErrorMessage, rule.errorTitle = True, True, question.name
    return rule
