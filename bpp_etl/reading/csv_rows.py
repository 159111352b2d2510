"""Setting aside the rows of a csv file that have another number of fields than its header has names.

Such a row is never read: which of its cells is which, nobody knows. Not here: a file's text and header
(`csv_text.py`), and what a gate makes of such rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from bpp_etl.reading.header import clean_name
from bpp_etl.reading.problems import UnreadableError
from schemas.codes import NULL_WORDS

MOST_SHARE = 0.5
"""Where more rows than this have another number of fields, it is header or delimiter that are wrong."""


@dataclass(frozen=True)
class Aligned:
    """A file whose rows all have a cell for each column: those that had not are empty there.

    `rows` are the places of these, counted from 0 as DuckDB counts: lines without a character are none. Those
    of no filled cell are not among them: they are no rows.
    """

    path: Path
    rows: tuple[int, ...]


@dataclass
class _Seen:
    """How the rows of a file are made: their number, those of another width, what those have in common."""

    rows: int = 0
    is_changed: bool = False
    odd: list[int] = field(default_factory=list)
    first_line: int = 0
    has_one_more: bool = True
    ends_empty: bool = True


class _Lines:
    """Gives out the lines of a text, and remembers those that made the last record."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self._taken.append(line)
            yield line

    def taken(self) -> list[str]:
        lines, self._taken = self._taken, []
        return lines


def aligned(path: Path, name: str, delimiter: str, columns: int, lines_above: int) -> Aligned | None:
    """Copy a csv file, its rows of another number of fields than `columns` emptied.

    None where the file cannot be told apart into rows for sure: a quote that is not closed, and so takes in
    the lines after it, makes one row of many, and a file that ends within a row is not whole. Errors:
    UnreadableError where most rows are such.
    """
    place = path.with_suffix(".aligned.csv")
    try:
        with (
            path.open(encoding="utf-8", newline="") as text,
            place.open("w", encoding="utf-8", newline="") as out,
        ):
            seen = _copied(text, out, delimiter, columns)
    except (csv.Error, UnicodeError):
        return None
    if seen is None or not seen.is_changed:
        return None
    if len(seen.odd) > MOST_SHARE * seen.rows:
        raise UnreadableError(
            "file_unreadable", f"{name} {_why(seen, lines_above)}", "check its delimiter, and its header"
        )
    return Aligned(place, tuple(seen.odd))


def _copied(text: TextIO, out: TextIO, delimiter: str, columns: int) -> _Seen | None:
    lines, seen = _Lines(text), _Seen()
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    next(reader, None)
    out.writelines(lines.taken())
    for fields in reader:
        taken = lines.taken()
        if len(fields) in {0, columns}:
            out.writelines(taken)
            seen.rows += len(fields) > 0
            continue
        ending = taken[0][len(taken[0].rstrip("\r\n")) :]
        is_filled = not all(map(_is_empty, fields))
        if len(taken) > 1 or (is_filled and not ending and len(fields) < columns):
            return None
        out.write(delimiter * (columns - 1) + ending)
        seen.is_changed = True
        if is_filled:
            seen.first_line = seen.first_line or reader.line_num
            seen.has_one_more &= len(fields) == columns + 1
            seen.ends_empty &= _is_empty(fields[-1])
            seen.odd.append(seen.rows)
        seen.rows += 1
    return seen


def _is_empty(cell: str) -> bool:
    bare = clean_name(cell)
    return not bare or bare.casefold() in NULL_WORDS


def _why(seen: _Seen, lines_above: int) -> str:
    """Say of a file that is odd throughout what its rows have in common."""
    line = f"(line {seen.first_line + lines_above})"
    if not seen.has_one_more or len(seen.odd) < seen.rows:
        return f"has another number of columns than its header in most rows {line}"
    if seen.ends_empty:
        return f"ends every row with a delimiter that its header does not end with {line}"
    return (
        f"has a field more in every row than its header has names {line}: R's write.table does not name its"
        " row names; write row.names = FALSE, or col.names = NA, there"
    )
