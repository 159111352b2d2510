"""Loading one file's columns as text into a table: csv, parquet, xlsx and xpt alike.

Not here: which file is which table (`reading/delivery.py`), and the formats' own ways (`reading/csv_text.py`,
`reading/workbook.py`, `reading/xpt.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from bpp_etl.errors import shown
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.blame import OUT_OF_ITS_SENSES
from bpp_etl.reading.composed import composed, empty_cell
from bpp_etl.reading.csv_rows import Aligned, aligned
from bpp_etl.reading.csv_text import LONGEST_LINE, OTHER_WIDTH, why_unreadable
from bpp_etl.reading.files import CSV, Opened
from bpp_etl.reading.header import clean_name
from bpp_etl.reading.limits import Limits, in_words
from bpp_etl.reading.measured import too_much_in_parquet
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.raw_tables import IS_FILLED, IS_MISALIGNED, may_be_typed, typedness
from bpp_etl.reading.workbook import Sheet, WorkbookError, read_sheet, typed_cells
from bpp_etl.warehouse.connection import Connection, is_of_the_machine, literal, one_row, quoted
from bpp_etl.warehouse.ddl import working_column
from schemas.codes import NULL_WORDS
from schemas.contract import Column

if TYPE_CHECKING:
    import polars as pl

FRAME = "delivered_frame"
"""What a frame's rows stand under while they are loaded."""
ZONED = frozenset({"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"})


@dataclass(frozen=True)
class Content:
    """What a file holds: the names of its columns, each column as SQL, and the relation they are read from.

    `texts` write each column as text, null where a cell is empty. `typed` says in SQL which of its cells had
    a type of their own; a workbook's `sheet` must be asked. `frame` has the rows where DuckDB reads no file.
    """

    header: list[str]
    source: str
    texts: list[str]
    typed: list[str]
    parameters: Mapping[str, object] = field(default_factory=dict)
    frame: pl.DataFrame | None = None
    sheet: Sheet | None = None


@dataclass(frozen=True)
class LoadedRows:
    """How many rows a file has, how many of them are empty, and in SQL which cells of a column were typed.

    `has_misaligned` says that a column of the relation tells which rows had another number of fields.
    """

    rows: int
    empty_rows: int
    typed: Mapping[str, str]
    has_misaligned: bool = False


def content_of(
    con: Connection, opened: Opened, settings: ReadSettings, wanted: str, limits: Limits
) -> Content:
    """Look into a file, whatever its format; of a workbook, into the sheet of the table that is `wanted`.

    Errors: UnreadableError.
    """
    if opened.source.format in CSV:
        return _csv(opened, settings)
    if opened.source.format == "parquet":
        return _parquet(con, opened, settings, limits)
    if opened.source.format == "xpt":
        return _xpt(opened, settings)
    return _xlsx(opened, settings, wanted)


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
) -> LoadedRows:
    """Create `relation` from a file: our columns as text, each from its position in the header.

    A key that is made of several columns has several positions; `null_words` are the registry's own. Rows of
    csv that have another number of fields than the header make the file unreadable, or `may_set_aside` them:
    they are empty then, and marked.

    What is the same in every row is not written: the view over the table says it (`reading/raw_tables.py`).
    Errors: UnreadableError with the line where it is known, or for more rows or longer cells than may be.
    """
    single = {name: places[0] for name, places in positions.items() if len(places) == 1}
    typed = {
        name: content.typed[position]
        for name, position in single.items()
        if name in ours and may_be_typed(ours[name])
    }
    codes = {single[name]: column.codes for name, column in ours.items() if name in single}
    frame = content.frame
    if content.sheet is not None and frame is not None and typed:
        told = typed_cells(opened.path, content.sheet, {single[name] for name in typed})
        frame = frame.with_columns(cells.alias(typedness(str(at))) for at, cells in told.items())
    by_cell = {name: f"{is_typed}::boolean" for name, is_typed in typed.items() if is_typed not in FIXED}
    declared = [working_column(name, "VARCHAR") for name in positions]
    declared += [f"{quoted(typedness(name))} boolean" for name in by_cell]
    columns = [
        content.texts[places[0]]
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
        found = _aligned(opened, content, error) if may_set_aside else None
        if found is None:
            raise _unreadable(opened, why_unreadable(error, opened.lines_above)) from None
        misaligned = found.rows
        try:
            con.execute(insert, {**content.parameters, "path": str(found.path)})
        except duckdb.Error as other:
            raise _unreadable(opened, why_unreadable(other, opened.lines_above)) from None
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


def _counted(
    con: Connection, opened: Opened, relation: str, columns: Iterable[str], limits: Limits
) -> tuple[int, int]:
    """Count the rows that were loaded, and the filled ones. Errors: UnreadableError over a limit."""
    longest = "".join(f", max(strlen({quoted(name)}))" for name in columns)
    rows, filled, *lengths = one_row(
        con, f"select count(*), count(*) filter ({IS_FILLED}){longest} from {relation}"
    )
    if rows > limits.rows:
        raise _unreadable(opened, f"has more than {limits.rows} rows (limit rows)")
    if max(filter(None, lengths), default=0) > limits.cell_bytes:
        raise _unreadable(opened, f"has a cell of more than {in_words(limits.cell_bytes)} (limit cell_bytes)")
    return rows, filled


FIXED = ("true", "false")


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
    words = ", ".join(map(literal, NULL_WORDS))
    is_plain = f"{first} >= '!' and {first} < '\x7f' and lower({first}) not in ({words})"
    cells = (
        f"not regexp_full_match({text}, {literal(_without_value(codes.get(position, ())))})"
        for position, text in enumerate(texts)
    )
    return f"case when {is_plain} then true else coalesce({' or '.join(cells)}, false) end"


def _without_value(codes: Collection[str]) -> str:
    return empty_cell(set(NULL_WORDS) - {code.casefold() for code in codes})


def _csv(opened: Opened, settings: ReadSettings) -> Content:
    names = [f"c{position}" for position in range(len(opened.header))]
    return Content(
        header=list(opened.header),
        # An empty cell is no NULL to DuckDB here: it would read over one behind the last column, and what
        # had shifted the row with it. A NUL is in no file that is read this far.
        source=(
            "read_csv($path, auto_detect=false, header=true, delim=$delimiter, quote='\"', escape='\"',"
            " strict_mode=true, null_padding=false, ignore_errors=false, columns=$columns, nullstr=chr(0),"
            f" max_line_size={LONGEST_LINE}, compression='none', hive_partitioning=false)"
        ),
        parameters={
            "path": str(opened.path),
            "delimiter": settings.delimiter,
            "columns": dict.fromkeys(names, "VARCHAR"),
        },
        texts=[f"nullif({name}, '')" for name in names],
        typed=["false"] * len(names),
    )


def _parquet(con: Connection, opened: Opened, settings: ReadSettings, limits: Limits) -> Content:
    try:
        described = con.execute(
            "describe select * from read_parquet($path)", {"path": str(opened.path)}
        ).fetchall()
        too_much = too_much_in_parquet(con, opened.path, opened.snapshot.size, len(described), limits)
    except duckdb.Error as error:
        if is_of_the_machine(error) or isinstance(error, OUT_OF_ITS_SENSES):
            raise
        raise _unreadable(opened, "is not a readable parquet file") from None
    if too_much is not None:
        raise _unreadable(opened, too_much)
    kinds = [(str(name), str(kind)) for name, kind, *_ in described]
    return Content(
        header=[clean_name(name) for name, _ in kinds],
        source="read_parquet($path, hive_partitioning=false)",
        parameters={"path": str(opened.path)},
        texts=[_text_of(quoted(name), kind, settings.timezone) for name, kind in kinds],
        typed=["false" if kind == "VARCHAR" else "true" for _, kind in kinds],
    )


def _text_of(column: str, kind: str, timezone: str | None) -> str:
    """Write a column of parquet as text: a moment at midnight as its day.

    A moment with a zone is one of the registry's own time where its zone is stated. Else it is told in UTC,
    with the zone, so that the machine's own decides nothing, and nobody takes it for a local day.
    """
    if kind in ZONED:
        if timezone is None:
            return f"strftime(timezone('UTC', {column}), '%Y-%m-%d %H:%M:%S+00')"
        column = f"timezone({literal(timezone)}, {column})"
    if kind.startswith("TIMESTAMP"):
        midnight = f"date_trunc('day', {column}) = {column}"
        return f"case when {midnight} then strftime({column}, '%Y-%m-%d') else {column}::varchar end"
    return f"{column}::varchar"


def _xpt(opened: Opened, settings: ReadSettings) -> Content:
    from bpp_etl.reading.xpt import read_xpt  # noqa: PLC0415

    read = read_xpt(opened.path, settings.encoding, shown(opened.source.name))
    names = [f"c{position}" for position in range(read.rows.width)]
    return Content(
        header=[clean_name(name) for name in read.rows.columns],
        source=FRAME,
        texts=names,
        typed=["true" if name in read.typed else "false" for name in read.rows.columns],
        frame=read.rows.rename(dict(zip(read.rows.columns, names, strict=True))),
    )


def _xlsx(opened: Opened, settings: ReadSettings, wanted: str) -> Content:
    try:
        sheet = read_sheet(opened.path, settings, wanted)
    except WorkbookError as error:
        raise _unreadable(opened, str(error)) from None
    return Content(
        header=sheet.header,
        source=FRAME,
        texts=sheet.rows.columns,
        typed=[typedness(str(position)) for position in range(sheet.rows.width)],
        frame=sheet.rows,
        sheet=sheet,
    )


def _unreadable(opened: Opened, reason: str) -> UnreadableError:
    return UnreadableError(
        "file_unreadable",
        f"{shown(opened.source.name)} {reason}",
        "export the file again; check delimiter and encoding in registry.toml",
    )
