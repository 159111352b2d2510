"""Where a row of a raw table comes from: the row or document of a source, and what else filled its cells.

Not here: finding the row, and what became of it (`delivered_row.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bpp_etl.adapters import CANONICAL, AdapterError, load_adapter
from bpp_etl.explain.joined_rows import joined_rows
from bpp_etl.landing.declared import parted_mark
from bpp_etl.landing.deliveries import DOCUMENTS
from bpp_etl.pages.plain_text import joined
from bpp_etl.reading.raw_tables import DECLARED, MADE, SIDE, SOURCE, STAMP
from bpp_etl.reading.remembered import format_in
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.select import named_rows
from schemas.contract import delivered_columns
from schemas.declared_laws import CONSTANT, LAST_CONTACT, LINE
from schemas.tables import DELIVERABLE

AS_DELIVERED = "as delivered"
STATED = {
    CONSTANT: "stated in registry.toml",
    LAST_CONTACT: "follows from other records, as registry.toml states",
}
"""What is said of a cell that a declaration filled, by its flag."""
OF_THE_FILE = (*STAMP, "row_number", "source_row_number", "file_row_number")
CELLS = ("position", "field", "value")


@dataclass(frozen=True)
class Origin:
    """What the cells of a row are, where it lies in its file, and what else filled cells of it.

    `filled_by` says it of each cell that does not come of that row, by its column. `source` has the filled
    cells of the row or document of the export, `others` the sources beside it that the table is made of, and
    `joined` the rows in them that are of the same patient.
    """

    called: str = AS_DELIVERED
    place: str = ""
    filled_by: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()

    def note(self) -> str:
        """Say what the row does not tell of itself; nothing where it is a row of a file of ours."""
        if not self.others:
            return ""
        told = f"Cells that do not stand there come of rows of {joined(self.others)} that belong to it."
        return f"{told} Those of the same patient are {'; '.join(self.joined)}." if self.joined else told


def origin_of(con: Connection, table: str, file: str, number: int, source_number: int) -> Origin:
    """Find out where a row of `raw` comes from: `number` is that in its file, `source_number` in its source.

    Where ids were treated nothing of the sources is kept: then only that an adapter made the row is told.
    """
    at: dict[str, object] = {"file": file, "number": source_number}
    columns = [column.name for column in delivered_columns(DELIVERABLE[table].contract)]
    ((declared, *cells),) = con.execute(
        f"select {DECLARED}, {', '.join(map(quoted, columns))} from raw.{quoted(table)}"
        " where file = $file and source_row_number = $number limit 1",
        at,
    ).fetchall()
    marks = [parted_mark(mark) for mark in declared or ()]
    stated = {column: STATED[flag] for flag, column in marks if flag in STATED}
    name = format_in(con)
    if LINE in {flag for flag, _ in marks}:
        return Origin("as it follows from the drugs, of which this is the first", filled_by=stated)
    is_side = file.split("/", maxsplit=1)[0].split(".", maxsplit=1)[0] == table
    if name == CANONICAL or (is_side and not _has(con, MADE, table)):
        return Origin(filled_by=stated)
    called = f"as the adapter {name} made it"
    if not _has(con, MADE, table):
        return Origin(called, _place(file, number), stated)
    made = con.execute(
        f"select {', '.join(map(quoted, columns))} from {MADE}.{quoted(table)}"
        " where file = $file and source_row_number = $number",
        at,
    ).fetchall()
    if not made:
        return Origin(filled_by=stated)
    told = dict(zip(columns, cells, strict=True))
    beside = _beside(con, table, told) if _has(con, SIDE, table) else {}
    differing = {column for column, cell in zip(columns, made[0], strict=True) if told[column] != cell}
    filled = {column: words for column, words in beside.items() if column in differing}
    source, place, found = _source_row(con, file, number)
    others = _others(name, table, source)
    there = [one for one in others if _has(con, SOURCE, one)]
    unfilled = {column: cell for column, cell in told.items() if column not in filled | stated}
    further = joined_rows(con, there, unfilled, found, (file, number))
    return Origin(called, place, {**further.filled_by, **stated, **filled}, found, others, further.rows)


def _beside(con: Connection, table: str, told: Mapping[str, str | None]) -> dict[str, str]:
    """Name the file and row of the side table that completes a row, for each of its filled columns."""
    key = DELIVERABLE[table].delivered_key
    if not key or not all(told[name] for name in key):
        return {}
    same = " and ".join(f"trim({quoted(name)}) = trim($key_{place})" for place, name in enumerate(key))
    rows = named_rows(
        con.execute(
            f"select * from {SIDE}.{quoted(table)} where {same} order by row_number limit 1",
            {f"key_{place}": told[name] for place, name in enumerate(key)},
        )
    )
    return {
        name: f"from {row['file']}, row {row['file_row_number']}"
        for row in rows
        for name in told
        if name not in key and row[name] is not None
    }


def unmade(con: Connection, table: str, number: int, file: str | None) -> str | None:
    """Say which row or document of the export makes no row of a table; None where it is not there.

    `number` counts in the file, where one is named, else in all files of a source.
    """
    if not _has(con, MADE, table):
        return None
    for source in _views_of(con, SOURCE):
        found = con.execute(
            f"select file, file_row_number from {SOURCE}.{quoted(source)}"
            " where case when $file is null then row_number = $number"
            " else file = $file and file_row_number = $number end order by file limit 1",
            {"file": file, "number": number},
        ).fetchall()
        for name, own in found:
            _, place, _ = _source_row(con, str(name), int(own))
            return f"no row of {table} is made of {place} in {name}"
    return None


def _source_row(con: Connection, file: str, number: int) -> tuple[str, str, dict[str, str]]:
    """Find the row or document of the export that a row was made of: its source, its place, and its cells."""
    for source in _views_of(con, SOURCE):
        relation = f"{SOURCE}.{quoted(source)}"
        of_file = f"from {relation} where file = $file and file_row_number"
        at: dict[str, object] = {"file": file, "number": number}
        rows = named_rows(con.execute(f"select * {of_file} = $number", at))
        if not rows:
            continue
        place = _place(file, number)
        if _has_documents(file):
            ((own,),) = con.execute(f"select count(*) {of_file} <= $number", at).fetchall()
            place = f"{source} {own}, which is {place} of all"
        return source, place, _filled(rows)
    return "", _place(file, number), {}


def _place(file: str, number: int) -> str:
    return f"{'document' if _has_documents(file) else 'row'} {number}"


def _has_documents(file: str) -> bool:
    return file.endswith(tuple(f".{ending}" for ending in DOCUMENTS))


def _filled(rows: list[dict[str, object]]) -> dict[str, str]:
    """Name the filled cells of a row; one of any columns lies there cell by cell."""
    if set(CELLS) <= set(rows[0]):
        cells = [(row["field"], row["value"]) for row in rows if row["position"]]
    else:
        cells = [(name, cell) for name, cell in rows[0].items() if name not in OF_THE_FILE]
    return {str(name): str(cell) for name, cell in cells if cell is not None}


def _others(name: str, table: str, source: str) -> tuple[str, ...]:
    """Name the sources that a table is made of beside one; of an adapter from outside none is told."""
    try:
        made_of = load_adapter(name).derived_from.get(table, ())
    except AdapterError:
        return ()
    return tuple(one for one in made_of if one != source)


def _has(con: Connection, schema: str, table: str) -> bool:
    return table in set(_views_of(con, schema))


def _views_of(con: Connection, schema: str) -> Iterator[str]:
    found = con.execute(
        "select view_name from duckdb_views() where schema_name = $schema"
        " and database_name = current_database() order by view_name",
        {"schema": schema},
    ).fetchall()
    yield from (str(name) for (name,) in found)
