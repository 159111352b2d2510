"""Reading a source whose columns have any names: those that its adapter names are loaded, and shown long.

Not here: which fields those are, which a step of the adapter says, and what becomes of the cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bpp_etl.adapters import Adapter, Source
from bpp_etl.adapters.run import relations
from bpp_etl.adapters.settings import SettingRow
from bpp_etl.adapters.sources import CELL
from bpp_etl.errors import shown
from bpp_etl.reading.contents import Content
from bpp_etl.reading.files import Opened
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.problems import shown_column
from bpp_etl.reading.raw_tables import IS_FILLED, SOURCE, Part
from bpp_etl.reading.tables import load
from bpp_etl.reading.wanted import Fields, Wanted
from bpp_etl.warehouse.connection import Connection, in_memory, literal, quoted

POSITION, _, VALUE = CELL


@dataclass(frozen=True)
class Places:
    """Where a file has the fields that are read, and others: place -> field.

    `twice` has names that stand there twice. `pair` are the places of a field's name and of its value, in a
    file that is long itself.
    """

    fields: Mapping[int, str]
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
    sources = [source for source in adapter.sources if source.fields]
    found: dict[str, Fields] = {}
    # Apart, for once an adapter's SQL has run, its connection reaches no file.
    with in_memory() as apart:
        there = {name: quoted(f"{name} as delivered") for name in delivered}
        for name in there:
            rows = con.execute(f"from {SOURCE}.{quoted(name)}").to_arrow_table()
            apart.register(f"{name} as delivered", rows)
        with relations(apart, adapter, there, settings):
            for source in sources:
                named = apart.execute(
                    "select lower(trim(field)), bool_or(coalesce(is_identifier, false))"
                    f" from {quoted(str(source.fields))} where field is not null group by all"
                ).fetchall()
                found[source.name] = Fields(
                    frozenset(name for name, _ in named), frozenset(name for name, told in named if told)
                )
    return found


def places_in(header: Sequence[str], source: Source, fields: Fields, rename: Mapping[str, str]) -> Places:
    """Find in a header the fields that are read, and what there is beside them."""
    names = [rename.get(theirs, theirs).lower() for theirs in header]
    pair = tuple(names.index(one) for one in source.pair if one in names)
    if len(pair) < len(source.pair):
        pair = ()
    read = {at: name for at, name in enumerate(names) if fields.are_read(name) and at not in pair}
    twice = sorted({name for name in read.values() if names.count(name) > 1})
    others = {at: name for at, name in enumerate(names) if at not in read and at not in pair}
    return Places(read, others, pair, tuple(twice))


def load_cells(
    con: Connection,
    opened: Opened,
    content: Content,
    wanted: Wanted,
    stamp: Mapping[str, str],
    limits: Limits,
    rename: Mapping[str, str],
) -> LoadedCells:
    """Load the fields of a file that are read, and say which there are beside them. Errors: UnreadableError."""
    source, fields = wanted.source, wanted.fields
    if source is None:
        raise ValueError(f"{wanted.table} has columns of its own")
    name, table = shown(wanted.file.name), wanted.table
    places = places_in(content.header, source, fields, rename)
    told = LoadedCells()
    if places.twice:
        listed = ", ".join(map(shown, places.twice))
        told.problem = ("column_duplicated", f"{name} names columns twice: {listed}", len(places.twice))
    elif not places.fields:
        told.problem = ("column_missing", f"{name} has none of the columns that are read of {table}", 1)
    else:
        columns = {f"c{at}": (at,) for at in (*places.fields, *places.pair)}
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
    beside = {name: at for at, name in places.others.items() if name}
    if told.part is not None and places.pair:
        others = _others_in(con, wanted.relation, places.pair[0], fields)
        beside |= dict.fromkeys(others, places.pair[1])
    for other, at in beside.items():
        among = told.identifiers if fields.identify(other) else told.extra
        among.append(shown_column(other, at + 1, header_is_sure=told.part is not None))
    return told


def _without_others(content: Content, places: Places, fields: Fields) -> Content:
    """Empty what a long file says of fields that are not read, so that it is never loaded."""
    if not places.pair:
        return content
    name, value = (content.texts[at] for at in places.pair)
    read = ", ".join(literal(one) for one in sorted(fields.read) if fields.are_read(one))
    texts = list(content.texts)
    texts[places.pair[1]] = f"case when lower(trim({name})) in ({read or 'null'}) then {value} end"
    return replace(content, texts=texts)


def _others_in(con: Connection, relation: str, place: int, fields: Fields) -> list[str]:
    """List the fields that a long file tells of and that are not read."""
    told = con.execute(f"select distinct lower(trim(c{place})) from {relation}").fetchall()
    return sorted(name for (name,) in told if name and not fields.are_read(name))


def view_cells(con: Connection, source: Source, parts: Sequence[Part]) -> int:
    """Show the loaded files of a source as its cells: a row for each, and one of position 0 for each row.

    `row_number` counts rows, on from file to file. Return how many there are.
    """
    selects, before = [], 0
    for part in parts:
        if not isinstance(part, LongPart):
            raise ValueError(f"{source.name} was not loaded as cells")
        shown_columns = [f"{literal(value)}::varchar as {quoted(name)}" for name, value in part.stamp.items()]
        shown_columns += [f"rowid + {1 + before} as {name}" for name in ("row_number", "source_row_number")]
        shown_columns += ["rowid + 1 as file_row_number", *_cells(part.places)]
        filled = f" where {IS_FILLED}" if part.empty_rows else ""
        selects.append(f"select {', '.join(shown_columns)} from {part.relation}{filled}")
        before += part.rows
    con.execute(
        f"create view {SOURCE}.{quoted(source.name)} as from ({' union all '.join(selects)})"
        f" where {POSITION} = 0 or {VALUE} is not null"
    )
    return sum(part.rows - part.empty_rows for part in parts)


def _cells(places: Places) -> list[str]:
    """Write the cells of a row as lists beside one another; the first of each is the row itself."""
    cells = [("0", "null", "null")]
    cells += [(f"{at + 1}", literal(name), f"c{at}") for at, name in places.fields.items()]
    if places.pair:
        name, value = places.pair
        cells.append((f"{value + 1}", f"lower(trim(c{name}))", f"c{value}"))
    kinds = ("bigint[]", "varchar[]", "varchar[]")
    lists = (f"[{', '.join(one)}]::{kind}" for one, kind in zip(zip(*cells, strict=True), kinds, strict=True))
    return [f"unnest({one}) as {name}" for name, one in zip(CELL, lists, strict=True)]
