"""The rows to mend as a workbook, to hand back to whoever keeps the record: each with its rules.

Not here: finding them (`run.py`, `cells.py`). It holds patients' values: only its owner can read the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from bpp_etl.check.cells import ColumnFault
from bpp_etl.errors import UsageError, shown
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, quoted
from schemas.contract import delivered_columns
from schemas.rules import Rule, rule_of, rules_of
from schemas.tables import TABLES

HEADS = ("file", "row", "rules", "columns", "what to do")
MARK = "FFFDE68A"
"""Amber, as ARGB."""
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576."""


def write_rows(path: Path, con: Connection, read: ReadDelivery, faults: Sequence[ColumnFault]) -> int:
    """Write every row of a judged delivery that broke a rule into a new workbook; return how many there are.

    A sheet for each table: where the row is, the rules that it broke, the columns that they are about and how
    to mend them, then its cells as delivered. Those of these columns are marked. Text stays text, whatever it
    begins with. Errors: UsageError where the file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - nothing else of a check needs it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    # First: a workbook that is begun has to be saved.
    stream = _created(path)
    fill, bold = PatternFill("solid", fgColor=MARK), Font(bold=True)
    book, count = Workbook(write_only=True), 0

    def cell(sheet: Any, value: object, *, is_marked: bool = False, is_head: bool = False) -> Any:
        text = "" if value is None else ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))
        made = WriteOnlyCell(sheet, text)
        # What begins with an equals sign would be worked out by whoever opens it.
        made.data_type, made.number_format = "s", "@"
        if is_marked:
            made.fill = fill
        if is_head:
            made.font = bold
        return made

    for name in TABLES:
        if name not in read.rows:
            continue
        columns = tuple(column.name for column in delivered_columns(TABLES[name].contract))
        called = {ours: f"{theirs} ({ours})" for theirs, ours in read.config.rename.get(name, {}).items()}
        sheet = None
        for file, number, rules, about, cells in _rows(con, name, columns):
            if sheet is None:
                sheet = book.create_sheet(name)
                sheet.freeze_panes = "A2"
                sheet.append([cell(sheet, head, is_head=True) for head in _heads(columns, called)])
            broken = [rule_of(name, rule) for rule in rules]
            # Of a flagged row nothing else says in which cells it broke the rule.
            named = set(about or (column for rule in broken for column in _columns_of(rule, faults)))
            told = "\n".join(rule.mend for rule in broken)
            sheet.append(
                [cell(sheet, text) for text in (file, number, ", ".join(rules), _joined(named, called), told)]
                + [
                    cell(sheet, text, is_marked=column in named)
                    for column, text in zip(columns, cells, strict=True)
                ]
            )
            count += 1
    if not book.worksheets:
        book.create_sheet("nothing to mend")
    with stream:
        book.save(stream)
    return count


def _heads(columns: Sequence[str], called: Mapping[str, str]) -> tuple[str, ...]:
    """Name each column as whoever keeps the record knows it, and then as we do."""
    return (*HEADS, *(called.get(column, column) for column in columns))


def _joined(columns: Iterable[str], called: Mapping[str, str]) -> str:
    return ", ".join(called.get(column, column) for column in sorted(columns))


def _created(path: Path) -> BinaryIO:
    """Open a new file that its owner alone can read."""
    try:
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")  # noqa: PTH123
    except OSError as error:
        raise UsageError(
            f"{shown(str(path))} cannot be written: {error.strerror or type(error).__name__}",
            "name another file with --to",
        ) from None


def _columns_of(rule: Rule, faults: Sequence[ColumnFault]) -> set[str]:
    own = {fault.column for fault in faults if (fault.table, fault.rule) == (rule.table, rule.id)}
    return own or set(rule.columns)


def _rows(
    con: Connection, table: str, columns: Sequence[str]
) -> Iterator[tuple[str, int, list[str], list[str] | None, tuple[Any, ...]]]:
    """List the rows that were refused or flagged, in the order of the files; null columns of flagged ones."""
    cells = ", ".join(f"raw.{quoted(column)}" for column in columns)
    flags = [rule.id for rule in rules_of(table) if rule.severity == "flag"]
    name = quoted(table)
    found = con.execute(
        f"""
        select raw.file, raw.file_row_number, list_intersect(kept.flags, $flags), null, {cells},
            raw.row_number
        from raw.{name} as raw join core.{name} as kept on kept.row_number = raw.source_row_number
        where list_has_any(kept.flags, $flags)
        union all
        select raw.file, raw.file_row_number, refused.broken_rules, refused.broken_columns, {cells},
            raw.row_number
        from raw.{name} as raw join quarantine.{name} as refused
            on refused.file = raw.file and refused.row_number = raw.file_row_number
        order by {5 + len(columns)} limit {MOST_ROWS}
        """,
        {"flags": flags},
    )
    while rows := found.fetchmany(1000):
        for file, number, rules, about, *texts, _ in rows:
            yield str(file), int(number), sorted(rules), about, tuple(texts)
