"""Documents laid flat for an adapter's SQL: a row for each, its kind, and a cell for each path of its source.

Not here: what a description says of documents (`adapters/documents.py`), and making JSON of XML
(`adapters/xml_records.py`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bpp_etl.adapters.description import Adapter
from bpp_etl.adapters.documents import ABOVE, Documents, first_member
from bpp_etl.adapters.sources import Source
from bpp_etl.adapters.xml_records import BrokenDocumentsError, Members, write_as_json
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted

KIND = "kind"
"""The column of a flat relation that says of which kind a document is; null where no source is of it."""
MOST_PACKED = 2
"""How deep documents may be packed: a bundle may hold the bundles of several patients."""
LONGEST_LINE = 16 << 20
"""The bytes of the longest document in a file of several."""
SNIFFED = 1 << 20


@dataclass(frozen=True)
class Flat:
    """What was laid flat: the cells of a row, and of XML every name that the file has, read or not."""

    width: int
    names: frozenset[str] = frozenset()


def lay_flat(con: Connection, relation: str, adapter: Adapter, path: Path) -> Flat:
    """Create `relation` of a file of documents, a row for each in their order.

    A row's cells are text, in `c0`, `c1` and so on: those of the source of its kind, in the order
    of `_laid`. A document of no source's kind has none. `path` is a file of JSON in UTF-8, or of XML.
    Errors: BrokenDocumentsError, and any of DuckDB.
    """
    documents = adapter.documents
    if documents is None:
        raise ValueError(f"{adapter.name} reads no documents")
    sources = {source.kind: source for source in adapter.sources if source.kind is not None}
    lines, longest, names = path, None, frozenset[str]()
    if documents.format == "xml":
        lines = path.with_suffix(".records")
        written = write_as_json(path, lines, documents, _members(sources))
        longest, names = max(LONGEST_LINE, 1 + written.longest), written.names
    elif not _ends_its_last_line(path):
        # DuckDB reads a last line without an end out of turn, and documents are known by their order.
        lines = path.with_suffix(".lines")
        shutil.copyfile(path, lines)
        with lines.open("ab") as stream:
            stream.write(b"\n")
    width = max(len(_laid(source)) for source in sources.values())
    known = ", ".join(map(literal, (*sources, *documents.packed)))
    kind = f"case when kind in ({known}) then kind end as {KIND}"
    try:
        alone = _kind_alone(con, documents, lines)
        if alone in sources:
            # An export of many lines mostly has one kind in a file: its cells need not be chosen by row, and
            # one reading of a document finds its kind too.
            told = f"select json as document, null::json as above from {_objects(lines)}"
            listed = f"select {_cells(sources[alone], documents.kind)} as cells from ({told})"
            found = f"select cells[1] as kind, cells from ({listed})"
            con.execute(f"create table {relation} as select {kind}, {_spread(width, after=1)} from ({found})")
            others = f"select count(*) from {relation} where {KIND} <> {literal(alone)}"
            if not count_of(con, others):
                return Flat(width)
            con.execute(f"drop table {relation}")
        of_kind = " ".join(f"when {literal(one)} then {_cells(source)}" for one, source in sources.items())
        documents_found = _found(documents, lines, longest)
        found = f"select {kind}, case kind {of_kind} end as cells from ({documents_found})"
        con.execute(f"create table {relation} as select {KIND}, {_spread(width)} from ({found})")
    except duckdb.InvalidInputException:
        raise BrokenDocumentsError(_why(path)) from None
    return Flat(width, names)


def shown_source(source: Source, relation: str, others: str = "") -> str:
    """Write a source over a flat relation: a SELECT of its columns by their names, and of `others`.

    A nested column holds JSON, an object or a list, or nothing.
    """
    shown = []
    laid = [column for column, _ in _laid(source)]
    for name in places(source):
        cells = [_cell(place) for place, column in enumerate(laid) if column == name]
        text = cells[0] if len(cells) == 1 else _first_of(cells)
        if name in source.nested:
            text = f"case when {text}[1] in ('{{', '[') and json_valid({text}) then {text} end"
        shown.append(f"{text} as {quoted(name)}")
    return f"select {', '.join(shown)}{others} from {relation} where {KIND} = {literal(str(source.kind))}"


def places(source: Source) -> tuple[str, ...]:
    """Name a source's columns in the order in which they are shown: of the document, then from above it."""
    return tuple(sorted(source.columns, key=lambda name: source.paths[name][0].startswith(ABOVE)))


def _laid(source: Source) -> list[tuple[str, str]]:
    """Name column and path of each of a source's cells, in their order."""
    laid = [(column, path) for column in source.columns for path in source.paths[column]]
    return sorted(laid, key=lambda one: one[1].startswith(ABOVE))


def _first_of(cells: Sequence[str]) -> str:
    """Write the first cell that says something."""
    said = [f"nullif({cell}, '')" for cell in cells]
    return f"coalesce({', '.join(said)})"


def _members(sources: Mapping[str, Source]) -> Members:
    """Gather what is read of the records of each kind, and of what lies above one."""
    paths = {kind: [path for _, path in _laid(source)] for kind, source in sources.items()}
    own = {kind: [one for one in those if not one.startswith(ABOVE)] for kind, those in paths.items()}
    above = [path for those in paths.values() for path in those if path.startswith(ABOVE)]
    return Members(
        {kind: [*filter(None, map(first_member, those))] for kind, those in own.items()},
        [*filter(None, map(first_member, above))],
    )


def _cell(place: int) -> str:
    return f"c{place}"


def _spread(width: int, after: int = 0) -> str:
    """Write the cells of a list as columns; `after` so many that are none."""
    return ", ".join(f"cells[{place + after + 1}] as {_cell(place)}" for place in range(width))


def _cells(source: Source, *before: str) -> str:
    """Write a document's cells as a list: one reading of the document finds all of its paths.

    What lies at the paths `before` stands before the cells of its source.
    """
    paths = [*before, *(path for _, path in _laid(source))]
    own = [literal(path) for path in paths if not path.startswith(ABOVE)]
    above = [literal("$" + path.removeprefix(ABOVE)) for path in paths if path.startswith(ABOVE)]
    lists = [f"json_extract_string(document, [{', '.join(own)}])"] if own else []
    nothing = ", ".join(["null"] * len(above))
    if above:
        lists.append(
            f"case when above is null then [{nothing}]::varchar[]"
            f" else json_extract_string(above, [{', '.join(above)}]) end"
        )
    return " || ".join(lists)


def _objects(path: Path, longest: int | None = None) -> str:
    return (
        f"read_json_objects({literal(str(path))}, format='auto', compression='none',"
        f" maximum_object_size={longest or _longest(path)})"
    )


def _longest(path: Path) -> int:
    """Say how long an object of a file may be: its lines are documents, or as a whole it is one."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        line = stream.readline(SNIFFED)
    return LONGEST_LINE if size < LONGEST_LINE or _is_json(line) else size + 1


def _ends_its_last_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 1))
        return stream.read(1) == b"\n"


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _found(documents: Documents, lines: Path, longest: int | None) -> str:
    """Write the documents of a file: kind, document, and above, what it lies in."""
    if documents.format == "xml":
        return (
            "select json ->> '$.kind' as kind, json -> '$.document' as document, json -> '$.above' as above"
            f" from {_objects(lines, longest)}"
        )
    if not documents.packed:
        return _unpacked(documents, lines)
    found = f"select json, null::json as above from {_objects(lines)}"
    for _ in range(MOST_PACKED):
        found = _opened(documents, found)
    return f"select json ->> {literal(documents.kind)} as kind, json as document, above from ({found})"


def _opened(documents: Documents, found: str) -> str:
    """Write the documents in place of those that hold them, and leave the others as they are."""
    entries, inside = [], []
    for packed, (to_entries, to_document) in documents.packed.items():
        entries.append(f"when {literal(packed)} then json_extract(json, {literal(to_entries + '[*]')})")
        inside.append(f"when {literal(packed)} then json_extract(entry, {literal(to_document)})")
    return (
        f"select case packed {' '.join(inside)} else entry end as json,"
        " case when packed is not null then entry else above end as above"
        f" from (select packed, above, unnest(case packed {' '.join(entries)} else [json] end) as entry"
        f" from (select json, above, case when kind in ({', '.join(map(literal, documents.packed))})"
        f" then kind end as packed from (select json, above, json ->> {literal(documents.kind)} as kind"
        f" from ({found}))))"
    )


def _unpacked(documents: Documents, lines: Path) -> str:
    """Write the documents of a file of which none holds others."""
    kind = literal(documents.kind)
    return f"select json ->> {kind} as kind, json as document, null::json as above from {_objects(lines)}"


def _kind_alone(con: Connection, documents: Documents, lines: Path) -> str | None:
    """Name the kind of the first and of the last line of a long file, where it is the same."""
    size = lines.stat().st_size
    if documents.format != "json" or size < LONGEST_LINE:
        return None
    with lines.open("rb") as stream:
        first = stream.readline(SNIFFED)
        stream.seek(size - SNIFFED)
        last = stream.read().rstrip().rpartition(b"\n")[2]
    if not _is_json(first) or not _is_json(last):
        return None
    told = {"path": documents.kind, "first": first.decode(), "last": last.decode()}
    kinds = con.execute("select $first::json ->> $path, $last::json ->> $path", told).fetchall()
    return str(kinds[0][0]) if kinds[0][0] == kinds[0][1] else None


def _why(path: Path) -> str:
    """Say where JSON breaks, in words without a cell; DuckDB counts the lines otherwise, and quotes them."""
    with path.open("rb") as stream:
        first = stream.readline(SNIFFED)
        if not _is_json(first):
            return "is not readable JSON to its end"
        for number, line in enumerate(stream, start=2):
            if line.strip() and not _is_json(line):
                return f"is not readable JSON in line {number}"
    return f"has a document of more than {LONGEST_LINE >> 20} MiB"
