"""One row as it was delivered, and what became of it: `bpp raw`.

Not here: a patient's call (`run.py`). The row is told as the warehouse has it: where ids are pseudonyms, with
pseudonyms. It is for the terminal of whoever asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from bpp_etl.admission.ids import LEFT_OUT
from bpp_etl.admission.intake import take_in
from bpp_etl.admission.working import STATUSES, WorkingFiles
from bpp_etl.archive import brought_back
from bpp_etl.errors import BppError, BusyError, NotFoundError, shown
from bpp_etl.explain.row_fate import BROKEN, DeliveredRow, Which, in_core, in_quarantine, published_fate
from bpp_etl.explain.row_origin import AS_DELIVERED, origin_of, unmade
from bpp_etl.landing.deliveries import REGISTRY_NAME, Delivery
from bpp_etl.pages.plain_text import joined, wrapped
from bpp_etl.settings import Places
from bpp_etl.storage.look import look_at_delivery
from bpp_etl.warehouse.connection import (
    Connection,
    is_there,
    opened_read_only,
    quoted,
)
from schemas.contract import delivered_columns
from schemas.tables import TABLES


def tell_row(places: Places, which: Which) -> str:
    """Tell a row of a delivery as it was delivered, and what became of it.

    It is looked for in the registry's working files, else read again from the landing or from the files kept
    of the delivery, else in the kept releases. Errors: NotFoundError where there is no such registry,
    delivery, table or row.
    """
    if which.table not in TABLES:
        raise NotFoundError(f"there is no table {shown(which.table)}", f"one of {joined(list(TABLES))}")
    if not REGISTRY_NAME.fullmatch(which.registry):
        raise NotFoundError("there is no such registry", "`bpp status` lists them")
    files = WorkingFiles.of(places.warehouse, which.registry)
    for path in map(files.place_of, STATUSES):
        told = _in_working_file(path, which)
        if told is not None:
            return told
    told = _from_landing(places, which)
    if told is None:
        with brought_back(places.warehouse, which.registry, which.delivery) as delivery:
            told = None if delivery is None else _read_again(places, which, delivery)
    if told is not None:
        return told
    published = list(published_fate(places, which, which.file, which.number, which.number))
    if not published:
        raise NotFoundError(
            f"{which.registry} has no delivery {shown(which.delivery)} here, or it has no such row",
            "`bpp status` names the deliveries; rows are counted from 1, without the header",
        )
    return "\n".join(_lines(which, None, published[-1:]))


def _in_working_file(path: Path, which: Which) -> str | None:
    """Tell the row if a working file holds its delivery; a damaged one holds none."""
    if not path.is_file():
        return None
    try:
        with opened_read_only(path) as con:
            held = con.execute("select delivery, status, messages from quality.delivery").fetchall()
            if len(held) != 1 or held[0][0] != which.delivery:
                return None
            _, status, messages = held[0]
            rows = _delivered(con, which)
            if not rows:
                return "\n".join(_lines(which, None, [_missing(con, which)]))
            told = [(row, _became(con, row, which, str(status), messages)) for row in rows]
    except BusyError:
        raise
    except (BppError, duckdb.Error) as error:
        if isinstance(error, NotFoundError):
            raise
        return None
    return "\n\n".join("\n".join(_lines(which, row, lines)) for row, lines in told)


def _delivered(con: Connection, which: Which) -> list[DeliveredRow]:
    if not _has_raw(con, which.table):
        return []
    where = "source_row_number = $number"
    given: dict[str, object] = {"number": which.number}
    if which.file is not None:
        where, given = "file = $file and file_row_number = $number", given | {"file": which.file}
    columns = [column.name for column in delivered_columns(TABLES[which.table].contract)]
    rows = con.execute(
        f"select file, file_row_number, source_row_number, {', '.join(map(quoted, columns))}"
        f" from raw.{quoted(which.table)} where {where} order by all",
        given,
    ).fetchall()
    return [
        DeliveredRow(
            str(file),
            int(number),
            int(own),
            dict(zip(columns, cells, strict=True)),
            origin_of(con, which.table, str(file), int(number), int(own)),
        )
        for file, number, own, *cells in rows
    ]


def _has_raw(con: Connection, table: str) -> bool:
    views = con.execute(
        "select count(*) from duckdb_views() where schema_name = 'raw' and view_name = $table"
        " and database_name = current_database()",
        {"table": table},
    ).fetchall()
    return views != [(0,)] or is_there(con, "raw", table)


def _missing(con: Connection, which: Which) -> str:
    """Say why a delivery that is there has no such row. Errors: NotFoundError where it never had."""
    if is_there(con, "raw", LEFT_OUT) and which.number > 0:
        where, given = (
            "table_name = $table and row_number = $number",
            {
                "table": which.table,
                "number": which.number,
            },
        )
        if which.file is not None:
            where, given = f"{where} and file = $file", given | {"file": which.file}
        if con.execute(f"select count(*) from raw.{LEFT_OUT} where {where}", given).fetchall() != [(0,)]:
            return "left out: it is of a patient who was erased"
    if told := unmade(con, which.table, which.number, which.file):
        return told
    if which.number > 0 and _has_raw(con, which.table):
        column, where, given = "source_row_number", "true", {}
        if which.file is not None:
            column, where, given = "file_row_number", "file = $file", {"file": which.file}
        last = con.execute(
            f"select max({column}) from raw.{quoted(which.table)} where {where}", given
        ).fetchall()
        if last[0][0] is not None and which.number < last[0][0]:
            return "no row: none of its cells is filled"
    raise NotFoundError(
        f"{which.told} is not there", "rows are counted from 1, without the header, as in core and quarantine"
    )


def _became(
    con: Connection, row: DeliveredRow, which: Which, status: str, messages: Sequence[str]
) -> list[str]:
    """Say what became of a row in the working file of its delivery."""
    refused = _refused(con, row, which, status)
    if refused:
        return refused
    if status == "admitted":
        return _admitted(con, row, which) or [
            "ignored: it is of another analyte"
            if which.table == "lab_results"
            else "lost: report this as a fault"
        ]
    return [
        "not admitted: it broke no rule, but the delivery was refused whole",
        *(f"  - {one}" for one in messages),
    ]


def _refused(con: Connection, row: DeliveredRow, which: Which, status: str) -> list[str]:
    found = con.execute(
        f"select {BROKEN} from quarantine.{quoted(which.table)} where registry = $registry"
        " and delivery = $delivery and delivery_status = $status and file = $file and row_number = $number",
        {
            "registry": which.registry,
            "delivery": which.delivery,
            "status": status,
            "file": row.file,
            "number": row.file_row_number,
        },
    ).fetchall()
    return [line for broken in found for line in in_quarantine(which.table, *broken)]


def _admitted(con: Connection, row: DeliveredRow, which: Which) -> list[str]:
    found = con.execute(
        f"select flags from core.{quoted(which.table)} where registry = $registry and row_number = $number",
        {"registry": which.registry, "number": row.row_number},
    ).fetchall()
    return [line for (flags,) in found for line in in_core(which.table, flags)]


def _from_landing(places: Places, which: Which) -> str | None:
    """Read a delivery again that no working file holds, and tell the row; None where it is not there."""
    delivery = look_at_delivery(places, which.registry, which.delivery)
    return None if delivery is None else _read_again(places, which, delivery)


def _read_again(places: Places, which: Which, delivery: Delivery) -> str:
    """Read a delivery once more, wherever it lies, and tell the row."""
    with tempfile.TemporaryDirectory(prefix="bpp-raw-") as name:
        scratch = Path(name)
        take_in(scratch / "raw.duckdb", delivery, scratch, places.warehouse)
        with opened_read_only(scratch / "raw.duckdb") as con:
            rows = _delivered(con, which)
            if not rows:
                return "\n".join(_lines(which, None, [_missing(con, which)]))
    told = []
    for row in rows:
        fate = list(published_fate(places, which, row.file, row.file_row_number, row.row_number))[-1:] or [
            UNKNOWN
        ]
        told.append("\n".join(_lines(which, row, fate)))
    return "\n\n".join(told)


UNKNOWN = "unknown: no working file and no kept release holds what became of it"


def _lines(which: Which, row: DeliveredRow | None, fate: Sequence[str]) -> Iterator[str]:
    yield which.told
    if row is not None:
        origin = row.origin
        yield f"  in {row.file}, {origin.place or f'row {row.file_row_number}'}"
        if origin.source:
            yield from ("", AS_DELIVERED)
            yield from _cells(origin.source, {})
        yield from ("", origin.called)
        yield from _cells(row.cells, origin.filled_by)
        yield from wrapped(origin.note()) if origin.note() else ()
    yield ""
    yield "what became of it"
    for line in fate:
        yield from (f"  {one}" for one in line.splitlines())


def _cells(cells: Mapping[str, str | None], notes: Mapping[str, str]) -> Iterator[str]:
    """Lay out cells under each other, each with what filled it if that was not the row itself."""
    width = max(map(len, cells))
    for name, cell in cells.items():
        told = "(empty)" if cell is None else _printable(cell)
        yield f"  {name:<{width}}  {told}" + (f"  ({notes[name]})" if name in notes else "")


def _printable(cell: str) -> str:
    """Write a cell on one line; what would move the cursor or change the terminal is escaped."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in cell)
