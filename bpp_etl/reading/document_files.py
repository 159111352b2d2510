"""Reading files of documents: which of a delivery they are, laying each flat, and showing its sources.

Not here: what a document becomes in a flat relation (`bpp_etl/adapters/flat.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from bpp_etl.adapters import Adapter
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.adapters.flat import KIND, lay_flat, shown_source
from bpp_etl.adapters.xml_records import BrokenDocumentsError
from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import DeliveredFile
from bpp_etl.reading.limits import Limits, in_words
from bpp_etl.reading.problems import UnreadableError, looks_like_identifier
from bpp_etl.reading.raw_tables import SOURCE, Part
from bpp_etl.reading.wanted import Wanted
from bpp_etl.warehouse.connection import Connection, count_of, literal, one_row, quoted

DOCUMENTS = "documents"
"""What the files of documents are called together, and the source of those of a kind that is not read."""
OF_NO_SOURCE = "of a kind that is not read"


def of_documents(adapter: Adapter, files: Iterable[DeliveredFile]) -> list[Wanted]:
    """Ask what an adapter reads of the files of documents in a delivery: all of its format, by any name."""
    if adapter.documents is None:
        return []
    found = [file for file in files if file.format in adapter.documents.endings]
    return [
        Wanted(file, DOCUMENTS, (), frozenset(), SOURCE, part=part, adapter=adapter)
        for part, file in enumerate(found)
    ]


def load_documents(
    con: Connection, adapter: Adapter, path: Path, wanted: Wanted, stamp: Mapping[str, str], limits: Limits
) -> tuple[Part, list[str]]:
    """Lay one file of documents flat; return what in it is called like a direct identifier, too.

    Errors: UnreadableError.
    """
    name = shown(wanted.file.name)
    try:
        flat = lay_flat(con, wanted.relation, adapter, path)
    except BrokenDocumentsError as error:
        raise UnreadableError("file_unreadable", f"{name} {error}", "export the file again") from None
    longest = ", ".join(f"max(strlen(c{place}))" for place in range(flat.width))
    rows, *lengths = one_row(con, f"select count(*), {longest} from {wanted.relation}")
    if rows > limits.rows:
        raise UnreadableError("file_unreadable", f"{name} has more than {limits.rows} documents (limit rows)")
    if max(filter(None, lengths), default=0) > limits.cell_bytes:
        most = in_words(limits.cell_bytes)
        raise UnreadableError("file_unreadable", f"{name} has a cell of more than {most} (limit cell_bytes)")
    withheld = sorted(filter(looks_like_identifier, flat.names))
    return Part(wanted.relation, stamp, {}, {}, rows, 0), withheld


def documents_missing(adapter: Adapter, rows: Collection[str]) -> str | None:
    """Say which documents a delivery has to have, and has not; None where it has all."""
    lacking = [
        str(source.kind)
        for source in adapter.sources
        if source.kind is not None and source.is_required and source.name not in rows
    ]
    if adapter.documents is None or not lacking:
        return None
    endings = ", ".join(f".{ending}" for ending in adapter.documents.endings)
    return (
        f"there is no {' and no '.join(lacking)} in the files of documents ({endings}); what is read of this"
        f" format: {shown(adapter.page)}"
    )


def view_documents(con: Connection, adapter: Adapter | None, parts: Sequence[Part]) -> dict[str, int]:
    """Show each source over the files of documents; return the rows of each that has any, and of `DOCUMENTS`.

    `row_number` counts the documents of all kinds on from file to file, and `file_row_number` in each.
    """
    rows: dict[str, int] = {}
    for source in adapter.sources if adapter is not None else ():
        selects, before = [], 0
        for part in parts:
            others = [f"{literal(value)}::varchar as {quoted(name)}" for name, value in part.stamp.items()]
            others += [f"rowid + {1 + before} as {name}" for name in ("row_number", "source_row_number")]
            others += ["rowid + 1 as file_row_number"]
            selects.append(shown_source(source, part.relation, f", {', '.join(others)}"))
            before += part.rows
        view = f"{SOURCE}.{quoted(source.name)}"
        con.execute(f"create view {view} as {' union all '.join(selects)}")
        of_kind = " + ".join(
            f"(select count(*) from {part.relation} where {KIND} = {literal(str(source.kind))})"
            for part in parts
        )
        if found := count_of(con, f"select {of_kind}"):
            rows[source.name] = found
    return rows


def count_others(con: Connection, rows: int) -> None:
    """Count the documents of no source beside the meanings of all others."""
    con.execute(
        f"insert into raw.{quoted(SOURCE_ROWS)} values ($source, $meaning, null, $rows)",
        {"source": DOCUMENTS, "meaning": OF_NO_SOURCE, "rows": rows},
    )
