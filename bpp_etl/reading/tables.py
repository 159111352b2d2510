"""Loading one file's columns as text into a table: csv, parquet, xlsx and xpt alike.

Not here: which file is which table (`reading/delivery.py`), and what a file holds (`reading/contents.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import duckdb

from bpp_etl.errors import shown
from bpp_etl.reading.blame import OUT_OF_ITS_SENSES
from bpp_etl.reading.composed import composed, empty_cell
from bpp_etl.reading.contents import FRAME, Content, unreadable
from bpp_etl.reading.csv_rows import Aligned, aligned
from bpp_etl.reading.csv_text import OTHER_WIDTH, why_unreadable
from bpp_etl.reading.files import CSV, Opened
from bpp_etl.reading.limits import Limits, in_words
from bpp_etl.reading.raw_tables import IS_FILLED, IS_MISALIGNED, may_be_typed, typedness
from bpp_etl.reading.workbook import typed_cells
from bpp_etl.warehouse.connection import Connection, is_of_the_machine, literal, one_row, quoted
from bpp_etl.warehouse.ddl import working_column
from schemas.codes import NULL_WORDS
from schemas.contract import Column


@dataclass(frozen=True)
class LoadedRows:
    """How many rows a file has, how many of them are empty, and in SQL which cells of a column were typed.

    `has_misaligned` says that a column of the relation tells which rows had another number of fields.
    """

    rows: int
    empty_rows: int
    typed: Mapping[str, str]
    has_misaligned: bool = False


def load(
    con: Connection,
    opened: Opened,
    content: Content,
    *,
    relation: str,
    positions: Mapping[str, tuple[int, ...]],
    ours: Mapping[str, Column],
    limits: Limits,
    null_words: Collection[str] = (),
    may_set_aside: bool = False,
    decimal_of_numbers: str = ".",
) -> LoadedRows:
    """Create `relation` from a file: our columns as text, each from its position in the header.

    A key that is made of several columns has several positions; `null_words` are the registry's own. Rows of
    csv that have another number of fields than the header make the file unreadable, or `may_set_aside` them:
    they are empty then, and marked.

    What is the same in every row is not written: the view over the table says it (`reading/raw_tables.py`).
    Cells that are numbers by their type are written with `decimal_of_numbers`: of another standard's table it
    is the mark that is stated of text, for its adapter makes one column of both.
    Errors: UnreadableError with the line where it is known, or for more rows or longer cells than may be.
    """
    single = {name: places[0] for name, places in positions.items() if len(places) == 1}
    typed = {
        name: content.typed[position]
        for name, position in single.items()
        if name in ours and may_be_typed(ours[name])
    }
    marked = set(single.values()) if decimal_of_numbers != "." else set()
    codes = {single[name]: column.codes for name, column in ours.items() if name in single}
    frame = content.frame
    if content.sheet is not None and frame is not None and (typed or marked):
        told = typed_cells(opened.path, content.sheet, {single[name] for name in typed} | marked)
        frame = frame.with_columns(cells.alias(typedness(str(at))) for at, cells in told.items())
    by_cell = {name: f"{is_typed}::boolean" for name, is_typed in typed.items() if is_typed not in FIXED}
    declared = [working_column(name, "VARCHAR") for name in positions]
    declared += [f"{quoted(typedness(name))} boolean" for name in by_cell]
    columns = [
        _marked(content, places[0], decimal_of_numbers)
        if len(places) == 1
        else composed([content.texts[place] for place in places], null_words)
        for places in positions.values()
    ]
    columns += by_cell.values()
    con.execute(f"create table {relation} ({', '.join([*declared, f'{IS_FILLED} boolean'])})")
    columns.append(_filled(content.texts, codes))
    insert = f"insert into {relation} select {', '.join(columns)} from {content.source}"
    misaligned: tuple[int, ...] = ()
    try:
        if frame is not None:
            con.register(FRAME, frame.to_arrow())
        con.execute(insert, content.parameters)
    except (duckdb.Error, UnicodeError) as error:
        if is_of_the_machine(error) or isinstance(error, OUT_OF_ITS_SENSES):
            raise
        found = _aligned(opened, content, error)
        if found is None or (found.rows and not may_set_aside):
            raise unreadable(opened, why_unreadable(error, opened.lines_above)) from None
        misaligned = found.rows
        try:
            con.execute(insert, {**content.parameters, "path": str(found.path)})
        except duckdb.Error as other:
            raise unreadable(opened, why_unreadable(other, opened.lines_above)) from None
    finally:
        con.unregister(FRAME)
    if misaligned:
        con.execute(f"alter table {relation} add column {IS_MISALIGNED} boolean default false")
        con.execute(
            f"update {relation} set {IS_MISALIGNED} = true, {IS_FILLED} = true"
            " where rowid in (select unnest($at))",
            {"at": list(misaligned)},
        )
    rows, filled = _counted(con, opened, relation, positions, limits)
    fixed = {name: is_typed for name, is_typed in typed.items() if name not in by_cell}
    by_column = {**fixed, **{name: quoted(typedness(name)) for name in by_cell}}
    return LoadedRows(rows, rows - filled, by_column, bool(misaligned))


def _marked(content: Content, place: int, decimal: str) -> str:
    """Write a column as text, its numbers with a decimal mark."""
    text, is_typed = content.texts[place], content.typed[place]
    if decimal == "." or is_typed == "false":
        return text
    is_number = f"{is_typed} and regexp_full_match({text}, {literal(FRACTION)})"
    return f"case when {is_number} then replace({text}, '.', {literal(decimal)}) else {text} end"


def _counted(
    con: Connection, opened: Opened, relation: str, columns: Iterable[str], limits: Limits
) -> tuple[int, int]:
    """Count the rows that were loaded, and the filled ones. Errors: UnreadableError over a limit."""
    longest = "".join(f", max(strlen({quoted(name)}))" for name in columns)
    rows, filled, *lengths = one_row(
        con, f"select count(*), count(*) filter ({IS_FILLED}){longest} from {relation}"
    )
    if rows > limits.rows:
        raise unreadable(opened, f"has more than {limits.rows} rows (limit rows)")
    if max(filter(None, lengths), default=0) > limits.cell_bytes:
        raise unreadable(opened, f"has a cell of more than {in_words(limits.cell_bytes)} (limit cell_bytes)")
    return rows, filled


FIXED = ("true", "false")
FRACTION = r"-?\d+\.\d+(e[-+]?\d+)?"


def _aligned(opened: Opened, content: Content, error: Exception) -> Aligned | None:
    """Set aside the rows of csv for which reading failed; None where it failed for another reason."""
    if opened.source.format not in CSV or OTHER_WIDTH not in str(error):
        return None
    name, delimiter = shown(opened.source.name), str(content.parameters["delimiter"])
    return aligned(opened.path, name, delimiter, len(content.header), opened.lines_above)


def _filled(texts: list[str], codes: Mapping[int, Collection[str]]) -> str:
    """Say in SQL whether a row has a filled cell: more in it than blanks, or than a word that means empty.

    `codes` are those of the columns that have any: a word among them means what it says. In almost every row
    the first cell that is not empty says it, by its first letter.
    """
    first = f"coalesce({', '.join(texts)})"
    # Asked by the first letter, and not by `in`: DuckDB makes a join of a list of some length, also of one in
    # list_contains, and a join gives up the order of the rows, by which they are numbered.
    letters = "".join(sorted({word[0] for word in NULL_WORDS} | {word[0].upper() for word in NULL_WORDS}))
    is_plain = f"{first} >= '!' and {first} < '\x7f' and strpos({literal(letters)}, left({first}, 1)) = 0"
    cells = (
        f"not regexp_full_match({text}, {literal(_without_value(codes.get(position, ())))})"
        for position, text in enumerate(texts)
    )
    return f"case when {is_plain} then true else coalesce({' or '.join(cells)}, false) end"


def _without_value(codes: Collection[str]) -> str:
    return empty_cell(set(NULL_WORDS) - {code.casefold() for code in codes})
