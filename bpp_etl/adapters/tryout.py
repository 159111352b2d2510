"""Trying an adapter out: in memory, over literal rows such as those of its example.

Not here: what must hold of the rows that come out (`adapters/conformance.py`).
"""

from __future__ import annotations

import csv
import io
import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from bpp_etl.adapters.description import SOURCE_ROWS, Adapter, text_of
from bpp_etl.adapters.fields import Fields, fields_of
from bpp_etl.adapters.flat import lay_flat, places, shown_source
from bpp_etl.adapters.run import LEADS, columns_made, relation_of, relations, running
from bpp_etl.adapters.settings import SettingRow, setting_rows
from bpp_etl.adapters.sources import Source
from bpp_etl.adapters.told import AdapterError
from bpp_etl.adapters.xml_records import BrokenDocumentsError
from bpp_etl.landing.deliveries import CONFIGURATION
from bpp_etl.landing.registry_config import checked
from bpp_etl.warehouse.connection import Connection, in_memory, quoted
from bpp_etl.warehouse.ddl import insert_rows

COMMENT = "#"
EXAMPLE = "example"
"""The folder beside the SELECTs that holds a small delivery: a csv file for each source, or files with tabs.

What its registry states lies with it, in a `registry.toml` that need not be there.
"""

MOST_ROWS = 100_000
"""More rows than any source is tried on."""

Rows = Mapping[str, Sequence[Mapping[str, str | None]]]
"""The rows of each source that is delivered, by column; row numbers count from 1."""


@dataclass(frozen=True)
class Made:
    """What an adapter makes: the types of the columns of each SELECT, and its rows, sorted.

    The cells of a row stand in the order of `columns_made`.
    """

    types: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Sequence[tuple[object, ...]]]

    def leads(self, table: str) -> set[tuple[object, object]]:
        """Return number and file of each row of a source that a table's rows come from."""
        return {(row[-len(LEADS)], row[-1]) for row in self.rows[table]}


def example_of(folder: Traversable, adapter: Adapter) -> dict[str, list[dict[str, str | None]]]:
    """Read the example of each source; AdapterError where one has none. An empty cell is null."""
    if adapter.documents is not None:
        return _documents_of(folder, adapter, adapter.documents.endings)
    found = {}
    for source in adapter.sources:
        files = [f"{source.name}.csv"]
        if source.is_tabbed:
            names = sorted(file.name for file in folder.joinpath(EXAMPLE).iterdir())
            files = [name for name in names if source.is_part(name.rpartition(".")[0])]
        found[source.name] = [
            row for name in files for row in _rows_of(text_of(folder, f"{EXAMPLE}/{name}"), name)
        ]
    return found


def _rows_of(text: str, name: str) -> Iterator[dict[str, str | None]]:
    """Read the rows of a csv file, or of text with tabs below lines that begin with #."""
    delimiter = "," if name.endswith(".csv") else "\t"
    lines = io.StringIO(text, newline="")
    below = lines if delimiter == "," else itertools.dropwhile(lambda line: line.startswith(COMMENT), lines)
    for row in csv.DictReader(below, delimiter=delimiter, restkey="(without a name)"):
        yield {name.strip().lower(): cell or None for name, cell in row.items()}


def _documents_of(
    folder: Traversable, adapter: Adapter, endings: Sequence[str]
) -> dict[str, list[dict[str, str | None]]]:
    """Lay the example's files of documents flat, one below the other in each source."""
    found: dict[str, list[dict[str, str | None]]] = {source.name: [] for source in adapter.sources}
    files = sorted(folder.joinpath(EXAMPLE).iterdir(), key=lambda file: file.name)
    with in_memory() as con, TemporaryDirectory() as scratch:
        for number, file in enumerate(one for one in files if one.name.endswith(tuple(endings))):
            path = Path(scratch, f"{number}.{adapter.documents.format if adapter.documents else ''}")
            path.write_bytes(file.read_bytes())
            try:
                lay_flat(con, f"flat_{number}", adapter, path)
            except BrokenDocumentsError as error:
                raise AdapterError(f"{EXAMPLE}/{file.name} {error}", "mend the example") from None
            for source in adapter.sources:
                rows = con.execute(f"{shown_source(source, f'flat_{number}')} order by rowid").fetchall()
                found[source.name] += [dict(zip(places(source), row, strict=True)) for row in rows]
    return found


def example_settings(folder: Traversable, adapter: Adapter) -> list[SettingRow]:
    """Read the settings of the example; none where its registry states nothing.

    Errors: AdapterError, or ConfigurationError where the registry could not be followed.
    """
    if not folder.joinpath(EXAMPLE, CONFIGURATION).is_file():
        return []
    try:
        told = tomllib.loads(text_of(folder, f"{EXAMPLE}/{CONFIGURATION}"))
    except tomllib.TOMLDecodeError:
        raise AdapterError(
            f"{folder.name}/{EXAMPLE}/{CONFIGURATION} cannot be read as TOML", "check its quotes and brackets"
        ) from None
    return setting_rows(adapter, checked({"format": adapter.name, **told}).own)


def file_of(source: str) -> str:
    """Name the file that a source's literal rows are said to come from."""
    return f"{source}.csv"


def numbers_of(adapter: Adapter, rows: Rows) -> dict[str, range]:
    """Number the rows of each source from 1: no two sources alike where a file has rows of several."""
    apart = MOST_ROWS if adapter.documents is not None else 0
    return {
        source.name: range(1 + place * apart, 1 + place * apart + len(rows[source.name]))
        for place, source in enumerate(adapter.sources)
        if source.name in rows
    }


def made_of(
    adapter: Adapter,
    rows: Rows,
    settings: Sequence[SettingRow] = (),
    *,
    backwards: bool = False,
    only: str | None = None,
) -> Made:
    """Run an adapter over rows; `backwards` lays them into the sources from the last to the first.

    Of its tables all are made, and what became of the sources' rows, or the `only` one that is asked for.
    Errors: AdapterError where a SELECT is none, or cannot be run.
    """
    numbers = numbers_of(adapter, rows)
    with in_memory() as con:
        con.execute("create schema delivered")
        fields = _fields(adapter, rows, settings)
        delivered = {
            source.name: _laid(
                con, source, rows[source.name], numbers[source.name], fields, backwards=backwards
            )
            for source in adapter.sources
            if source.name in rows
        }
        types, made = {}, {}
        with relations(con, adapter, delivered, settings):
            tables = (*adapter.tables_from(tuple(rows)), SOURCE_ROWS)
            for name in [one for one in tables if only in (None, one)]:
                relation = relation_of(con, adapter, f"{name}.sql")
                with running(adapter, f"{name}.sql"):
                    con.execute(f"create temp table _made as from {relation}")
                described = con.execute("describe temp._made").fetchall()
                types[name] = {str(column): str(kind) for column, kind, *_ in described}
                columns = ", ".join(map(quoted, columns_made(adapter, name)))
                made[name] = con.execute(f"select {columns} from temp._made order by all").fetchall()
                con.execute("drop table temp._made")
    return Made(types, made)


def _fields(adapter: Adapter, rows: Rows, settings: Sequence[SettingRow]) -> dict[str, Fields]:
    """Let the adapter name what it reads of sources that may have any columns, from its other sources."""
    if not any(source.fields for source in adapter.sources):
        return {}
    numbers = numbers_of(adapter, rows)
    with in_memory() as con:
        con.execute("create schema delivered")
        delivered = {
            source.name: _laid(con, source, rows[source.name], numbers[source.name], {}, backwards=False)
            for source in adapter.sources
            if source.name in rows and not source.fields
        }
        return fields_of(con, adapter, delivered, settings)


def _laid(
    con: Connection,
    source: Source,
    rows: Sequence[Mapping[str, str | None]],
    numbers: Iterable[int],
    fields: Mapping[str, Fields],
    *,
    backwards: bool,
) -> str:
    relation = f"delivered.{quoted(source.name)}"
    kinds = {"position": "bigint"} if source.fields else {}
    columns = "".join(f"{quoted(name)} {kinds.get(name, 'varchar')}, " for name in source.columns)
    con.execute(f"create table {relation} ({columns}file varchar, row_number bigint)")
    laid: list[list[object]] = []
    for number, row in zip(numbers, rows, strict=True):
        cells = _cells(source, row, fields[source.name]) if source.fields else [map(row.get, source.columns)]
        laid += [[*cell, file_of(source.name), number] for cell in cells]
    insert_rows(con, "delivered", source.name, laid[::-1] if backwards else laid)
    return relation


def _cells(source: Source, row: Mapping[str, str | None], fields: Fields) -> list[list[object]]:
    """Lay a row as its cells, as `reading/any_columns.py` does with those of a file."""
    told = {
        name: value
        for name, value in row.items()
        if name not in source.pair or len({*source.pair} & {*row}) < 2
    }
    cells: list[tuple[int, str | None, str | None]] = [(0, None, None)]
    cells += [(position, name, value) for position, (name, value) in enumerate(told.items(), start=1)]
    if len(told) < len(row):
        cells.append((len(row), row[source.pair[0]], row[source.pair[1]]))
    beside = {fields.beside[name]: value for name, value in told.items() if name in fields.beside}
    return [
        [position, name, value, *(beside.get(column) for column in source.beside)]
        for position, name, value in cells
        if position == 0 or (value is not None and name in fields.read and name not in fields.beside)
    ]
