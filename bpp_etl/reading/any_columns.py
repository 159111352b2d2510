"""Reading a source whose columns have any names: those that its adapter names are loaded, and shown long.

Not here: which fields those are, which a step of the adapter says, and what becomes of the cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bpp_etl.adapters import Adapter, Source
from bpp_etl.adapters.fields import Fields, fields_of
from bpp_etl.adapters.settings import SettingRow
from bpp_etl.adapters.sources import CELL
from bpp_etl.errors import shown
from bpp_etl.reading.contents import Content
from bpp_etl.reading.files import Opened
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.problems import looks_like_identifier, shown_column
from bpp_etl.reading.raw_tables import IS_FILLED, SOURCE, Part
from bpp_etl.reading.tables import load
from bpp_etl.reading.wanted import Wanted
from bpp_etl.warehouse.connection import Connection, in_memory, literal, quoted

POSITION, FIELD, VALUE = CELL


@dataclass(frozen=True)
class Places:
    """Where a file has the fields that are read, and others: place -> field.

    `beside` has the places of the columns that stand beside every cell, `twice` names that are there twice.
    `pair` are the places of a field's name and of its value, in a file that is long itself.
    """

    fields: Mapping[int, str]
    beside: Mapping[str, int]
    others: Mapping[int, str]
    pair: tuple[int, ...]
    twice: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LongPart(Part):
    """One loaded file of a source that may have any columns."""

    places: Places


@dataclass
class LoadedCells:
    """What came of one file: its part where it could be loaded, the names of columns that were left out."""

    part: LongPart | None = None
    extra: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    problem: tuple[str, str, int] | None = None


def fields_named(
    con: Connection, adapter: Adapter, delivered: Iterable[str], settings: Sequence[SettingRow]
) -> dict[str, Fields]:
    """Let an adapter name the fields of each source that may have any, from what else is delivered.

    `delivered` names the sources that were loaded before. Errors: AdapterError.
    """
    # Apart, for once an adapter's SQL has run, its connection reaches no file.
    with in_memory() as apart:
        there = {name: quoted(f"{name} as delivered") for name in delivered}
        for name in there:
            rows = con.sql(f"from {SOURCE}.{quoted(name)}").to_arrow_table()
            apart.register(f"{name} as delivered", rows)
        return fields_of(apart, adapter, there, settings)


def is_read(fields: Fields, name: str) -> bool:
    """Say whether a field is loaded: one that identifies somebody never is."""
    return name in fields.read and not is_identifying(fields, name)


def is_identifying(fields: Fields, name: str) -> bool:
    """Say whether a field is held to be a direct identifier, by what is said of it or by its name."""
    return name in fields.identifying or looks_like_identifier(name)


def places_in(header: Sequence[str], source: Source, fields: Fields, rename: Mapping[str, str]) -> Places:
    """Find in a header the fields that are read, and what there is beside them."""
    names = [rename.get(theirs, theirs).lower() for theirs in header]
    pair = tuple(names.index(one) for one in source.pair if one in names)
    if len(pair) < len(source.pair):
        pair = ()
    read = {at: name for at, name in enumerate(names) if is_read(fields, name) and at not in pair}
    twice = sorted({name for name in read.values() if names.count(name) > 1})
    others = {at: name for at, name in enumerate(names) if at not in read and at not in pair}
    beside = {fields.beside[name]: at for at, name in read.items() if name in fields.beside}
    read = {at: name for at, name in read.items() if name not in fields.beside}
    return Places(read, beside, others, pair, tuple(twice))


def load_cells(
    con: Connection,
    opened: Opened,
    content: Content,
    wanted: Wanted,
    stamp: Mapping[str, str],
    limits: Limits,
    rename: Mapping[str, str],
) -> LoadedCells:
    """Load the fields of a file that are read, and name those beside them. Errors: UnreadableError."""
    source, fields = wanted.source, wanted.fields
    if source is None:
        raise ValueError(f"{wanted.table} has columns of its own")
    name, table = shown(wanted.file.name), wanted.table
    places = places_in(content.header, source, fields, rename)
    told = LoadedCells()
    if places.twice:
        listed = ", ".join(map(shown, places.twice))
        told.problem = ("column_duplicated", f"{name} names columns twice: {listed}", len(places.twice))
    elif not places.fields and not places.beside:
        way = (
            f"a header of one cell wants its delimiter stated in [read.{table}] of registry.toml"
            if len(content.header) == 1
            else "its header must name them by their variables, not by their labels"
        )
        message = f"{name} has none of the columns that are read of {table}: {way}"
        told.problem = ("column_missing", message, 1)
    else:
        columns = {f"c{at}": (at,) for at in (*places.fields, *places.beside.values(), *places.pair)}
        loaded = load(
            con,
            opened,
            _without_others(content, places, fields),
            relation=wanted.relation,
            positions=columns,
            ours={},
            limits=limits,
        )
        told.part = LongPart(wanted.relation, stamp, {}, {}, loaded.rows, loaded.empty_rows, places=places)
    is_sure = told.part is not None
    beside = {name: (at, is_sure) for at, name in places.others.items() if name}
    if is_sure and places.pair:
        for other in _others_in(con, wanted.relation, places.pair[0], fields):
            # A name that nobody has told of before may be a cell in the wrong place.
            beside[other] = (places.pair[0], other in fields.known)
    for other, (at, is_name) in beside.items():
        among = told.identifiers if is_identifying(fields, other) else told.extra
        if (label := shown_column(other, at + 1, header_is_sure=is_name)) not in among:
            among.append(label)
    return told


def _without_others(content: Content, places: Places, fields: Fields) -> Content:
    """Empty what a long file says of fields that are not read, so that it is never loaded."""
    if not places.pair:
        return content
    name, value = (content.texts[at] for at in places.pair)
    texts = list(content.texts)
    read = [one for one in sorted(fields.read) if is_read(fields, one)]
    texts[places.pair[1]] = f"case when {among(name, read)} then {value} end"
    return replace(content, texts=texts)


def among(name: str, names: Sequence[str]) -> str:
    """Say in SQL whether a cell has one of these names, in lower case and without blanks around it.

    DuckDB makes a join of `in` and of list_contains where the list is of some length, and a join gives up the
    order of the rows, by which they are numbered. A NUL is in no name.
    """
    listed = ", ".join(f"{literal(one)}, chr(0)" for one in names)
    return f"strpos(concat(chr(0), {listed or 'null'}), concat(chr(0), lower(trim({name})), chr(0))) > 0"


def _others_in(con: Connection, relation: str, place: int, fields: Fields) -> list[str]:
    """List the fields that a long file tells of and that are not read."""
    told = con.execute(f"select distinct lower(trim(c{place})) from {relation}").fetchall()
    return sorted(name for (name,) in told if name and not is_read(fields, name))


def view_cells(con: Connection, source: Source, parts: Sequence[Part]) -> int:
    """Show the loaded files of a source as its cells: a row for each, and one of position 0 for each row.

    `row_number` counts rows, on from file to file. Return how many there are.
    """
    selects, before = [], 0
    for part in parts:
        if not isinstance(part, LongPart):
            raise TypeError(f"{source.name} was not loaded as cells")
        stamp = [f"{literal(value)}::varchar as {quoted(name)}" for name, value in part.stamp.items()]
        stamp += [f"rowid + {1 + before} as {name}" for name in ("row_number", "source_row_number")]
        stamp += ["rowid + 1 as file_row_number"]
        stamp += [
            f"{f'c{part.places.beside[name]}' if name in part.places.beside else 'null'}::varchar as"
            f" {quoted(name)}"
            for name in source.beside
        ]
        filled = IS_FILLED if part.empty_rows else "true"
        # A SELECT for each column reads that column alone, and none where another field is asked for.
        selects += [
            f"select {', '.join(stamp)}, {position}::bigint as {POSITION}, {name}::varchar as {FIELD},"
            f" {value}::varchar as {VALUE} from {part.relation}"
            f" where {filled} and {'true' if position == 0 else f'{value} is not null'}"
            for position, name, value in _cells(part.places)
        ]
        before += part.rows
    con.execute(f"create view {SOURCE}.{quoted(source.name)} as {' union all '.join(selects)}")
    return sum(part.rows - part.empty_rows for part in parts)


def _cells(places: Places) -> Iterator[tuple[int, str, str]]:
    """Write position, field and value of each cell of a row; the first of them is the row itself."""
    yield 0, "null", "null"
    for at, name in places.fields.items():
        yield at + 1, literal(name), f"c{at}"
    if places.pair:
        of_name, of_value = places.pair
        yield of_value + 1, f"lower(trim(c{of_name}))", f"c{of_value}"
