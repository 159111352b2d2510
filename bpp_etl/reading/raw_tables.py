"""The raw tables of a working file: as loaded, or as an adapter's SQL makes them of its sources.

Each is a view over a table of delivered text. What is the same in every row (registry, delivery, digest,
constants of `registry.toml`) is said by the view, not written once a row. Not here: loading files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bpp_etl.adapters import Adapter, AdapterError
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.adapters.run import APPROXIMATED, HOW_TO, relation_of, relations, running
from bpp_etl.adapters.settings import setting_rows
from bpp_etl.errors import shown
from bpp_etl.landing.declared import mark
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.composed import composed
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted, transaction
from schemas.contract import Column, delivered_columns
from schemas.declared_laws import CONSTANT, LAST_CONTACT
from schemas.tables import DELIVERABLE

STAMP = ("registry", "delivery", "file", "file_digest")
DATA = "raw_data"
SOURCE = "raw_source"
SIDE = "raw_side"
MADE = "raw_made"
SOURCE_DATA = "raw_source_data"
DISPUTED = "disputed"
"""The column of a raw table with the columns in which a side table contradicts the row, or null."""
UNDISPUTED = f"null::varchar[] as {DISPUTED}"
Origin = tuple[int, ...] | str | None
"""Where a column of ours comes from: its places in a file, several if it is made of them; or a constant."""
IS_MISALIGNED = "is_misaligned"
"""The column of a raw table that says whether a row of csv had another number of fields than the header."""
DECLARED = "declared"
"""The column of a raw table with the marks of the declarations that filled a row; null where none did."""
CONTACT = "last_contact_date"
NOT_APPROXIMATED = f"null::varchar[] as {APPROXIMATED}"
"""How a raw table says of its rows that no adapter calls a cell of them approximated."""
IS_FILLED = "is_filled"
"""The column of a loaded file that says whether a row has a filled cell."""


def create_schemas(con: Connection) -> None:
    """Create the schemas of delivered text in an empty working file."""
    for schema in ("raw", DATA):
        con.execute(f"create schema {schema}")


def create_source_schemas(con: Connection) -> None:
    """Create the schemas of an adapter's sources, of what it makes, and of the side tables beside them."""
    for schema in (SOURCE, SOURCE_DATA, MADE, SIDE):
        con.execute(f"create schema {schema}")


@dataclass(frozen=True)
class Part:
    """One loaded file of a table: its relation, its stamp, and where each column of ours comes from.

    `origins` tells of each column of ours whether it was loaded, is a constant, or is lacking;
    `typed` of each column that may have typed cells whether all of them are (`true`), none is (`false`), or
    a column of the relation says so. `rows` counts those of the file, `empty_rows` those without a filled
    cell among them: they keep their numbers, and are no rows. Where some `has_misaligned`, a column says so.
    """

    relation: str
    stamp: Mapping[str, str]
    origins: Mapping[str, Origin]
    typed: Mapping[str, str]
    rows: int
    empty_rows: int
    has_misaligned: bool = False

    @property
    def declared(self) -> str:
        """Write in SQL the marks that each row bears, of the constants that registry.toml states."""
        stated = [mark(CONSTANT, name) for name, origin in self.origins.items() if isinstance(origin, str)]
        return marks(stated)


def marks(stated: Iterable[str]) -> str:
    """Write in SQL the marks of declarations that fill every row."""
    listed = ", ".join(map(literal, stated))
    return f"[{listed}]::varchar[]" if listed else "null::varchar[]"


def may_be_typed(column: Column) -> bool:
    """Say whether it matters to a column that a cell had a type of its own in the file."""
    return column.kind in {"date", "number", "integer"}


def typedness(column: str) -> str:
    """Name the column of a raw table that says whether the cell of another had a type of its own."""
    return f"is_typed_{column}"


def view_loaded(con: Connection, schema: str, table: str, parts: Sequence[Part]) -> int:
    """Show the loaded files of a table as one, with their stamps and row numbers; return its rows.

    `row_number` counts on from file to file, and `file_row_number` within each: DuckDB keeps the order of
    insertion. A table of `raw` also says which cells had a type of their own (`typedness`).
    """
    selects, before = [], 0
    for part in parts:
        shown = [f"{literal(value)}::varchar as {quoted(name)}" for name, value in part.stamp.items()]
        shown += [f"rowid + {1 + before} as {name}" for name in ("row_number", "source_row_number")]
        shown += ["rowid + 1 as file_row_number"]
        shown += [_shown(name, origin) for name, origin in part.origins.items()]
        if schema != SOURCE:
            shown += [f"{is_typed} as {typedness(name)}" for name, is_typed in part.typed.items()]
            shown += [UNDISPUTED, NOT_APPROXIMATED]
            shown += [IS_MISALIGNED if part.has_misaligned else f"false as {IS_MISALIGNED}"]
            shown += [f"{part.declared} as {DECLARED}"]
        filled = f" where {IS_FILLED}" if part.empty_rows else ""
        selects.append(f"select {', '.join(shown)} from {part.relation}{filled}")
        before += part.rows
    con.execute(f"create view {schema}.{quoted(table)} as {' union all '.join(selects)}")
    return sum(part.rows - part.empty_rows for part in parts)


def _shown(name: str, origin: Origin) -> str:
    if isinstance(origin, tuple):
        return quoted(name)
    value = "null" if origin is None else literal(origin)
    return f"{value}::varchar as {quoted(name)}"


def adapt(
    con: Connection,
    delivery: Delivery,
    adapter: Adapter,
    rows: dict[str, int],
    config: RegistryConfig,
) -> None:
    """Turn an adapter's sources into the tables of `MADE`, with its own SQL: all of them, or none.

    Composed keys, settings, and records from which a last contact follows, are those that `config` states.
    `rows` has the rows of each source, and those of each table afterwards. Errors: AdapterError.
    """
    if not rows:
        return
    delivered = {name: f"{SOURCE}.{quoted(name)}" for name in rows}
    with transaction(con), relations(con, adapter, delivered, setting_rows(adapter, config.own)):
        # A file of documents has rows of several sources.
        origins = " union all ".join(
            f"select file, file_digest, row_number, file_row_number from {source}"
            for source in delivered.values()
        )
        con.execute(
            "create temp table _origin as select file, max(file_digest) as file_digest, max(row_number) as"
            f" last_row, max(row_number - file_row_number) as rows_before from ({origins}) group by file"
        )
        made = {
            table: _make(con, delivery, adapter, table, config) for table in adapter.tables_from(tuple(rows))
        }
        counted = relation_of(con, adapter, f"{SOURCE_ROWS}.sql")
        with running(adapter, f"{SOURCE_ROWS}.sql"):
            con.execute(
                f"create table raw.{quoted(SOURCE_ROWS)} as select source::varchar as source,"
                " meaning::varchar as meaning, table_name::varchar as table_name,"
                f" source_rows::bigint as source_rows from {counted}"
            )
        _ensure_all_counted(con, adapter, rows)
        con.execute("drop table temp._origin")
    rows.clear()
    rows.update(made)


def _make(con: Connection, delivery: Delivery, adapter: Adapter, table: str, config: RegistryConfig) -> int:
    """Make one raw table of the rows that an adapter yields, and return how many there are."""
    delivered = delivered_columns(DELIVERABLE[table].contract)
    contacts = _contacts(adapter, table, config)
    columns = [quoted(name) for name in (*(column.name for column in delivered), *contacts)]
    texts = ", ".join(f"made.{column}::varchar as {column}" for column in columns)
    data, place = f"{DATA}.{quoted(table)}", f"{table}.sql"
    relation = relation_of(con, adapter, place)
    yielded = {str(name) for name, *_ in con.execute(f"describe from {relation}").fetchall()}
    near = f"nullif(trim(made.{APPROXIMATED}::varchar), '')" if APPROXIMATED in yielded else "null::varchar"
    with running(adapter, place):
        con.execute(
            f"create table {data} as select made.file as file, origin.file_digest as file_digest,"
            " made.row_number::bigint as row_number, (made.row_number - origin.rows_before)::bigint as"
            f" file_row_number, {texts}, string_split({near}, ',') as {APPROXIMATED} from {relation} as made"
            " left join temp._origin as origin on origin.file = made.file"
            " and made.row_number between 1 + origin.rows_before and origin.last_row"
            " order by made.file, made.row_number"
        )
    astray = count_of(con, f"select count(*) from {data} where file_digest is null")
    if astray:
        raise AdapterError(f"{adapter.name}/{place}: {astray} rows lead to no row of a source", HOW_TO)
    _ensure_rows_are_known(con, adapter, table)
    is_source = any(source.name == table for source in adapter.sources)
    made = {} if is_source else config.compose.get(table, {})
    shown = [
        f"{composed(list(map(quoted, made[one.name])), config.null_words)} as {quoted(one.name)}"
        if one.name in made
        else _with_contact(one.name, contacts)
        for one in delivered
    ]
    shown += [f"false as {typedness(one.name)}" for one in delivered if may_be_typed(one)]
    shown += [UNDISPUTED, f"false as {IS_MISALIGNED}"]
    shown += [f"{_contact_mark(contacts)} as {DECLARED}", APPROXIMATED]
    # Two sources may feed one table, so a row is known by its order here; its source's row goes with it.
    con.execute(
        f"create view {MADE}.{quoted(table)} as select {literal(delivery.registry)}::varchar as registry,"
        f" {literal(delivery.name)}::varchar as delivery, file, file_digest, rowid + 1 as row_number,"
        f" row_number as source_row_number, file_row_number, {', '.join(shown)} from {data}"
    )
    return count_of(con, f"select count(*) from {data}")


def _contacts(adapter: Adapter, table: str, config: RegistryConfig) -> tuple[str, ...]:
    """Name the columns beside ours from which the last contact of patients follows, as it is declared."""
    return tuple(name for name in config.last_contact if name in adapter.contacts and table == "patients")


def _with_contact(column: str, contacts: Sequence[str]) -> str:
    """Write a column; the last contact where it is empty as the latest of the records that are declared."""
    if column != CONTACT or not contacts:
        return quoted(column)
    return f"case when {_is_lacking(CONTACT)} then {_latest(contacts)} else {CONTACT} end as {CONTACT}"


def _contact_mark(contacts: Sequence[str]) -> str:
    """Write in SQL the mark of a patient whose last contact follows from other records."""
    if not contacts:
        return "null::varchar[]"
    told = marks([mark(LAST_CONTACT, CONTACT)])
    return f"case when {_is_lacking(CONTACT)} and {_latest(contacts)} is not null then {told} end"


def _is_lacking(column: str) -> str:
    return f"nullif(trim({column}), '') is null"


def _latest(columns: Sequence[str]) -> str:
    # Days as ISO text.
    listed = [f"nullif(trim({quoted(column)}), '')" for column in columns]
    return f"greatest({', '.join(listed)})" if len(listed) > 1 else listed[0]


def _ensure_rows_are_known(con: Connection, adapter: Adapter, table: str) -> None:
    """Refuse an adapter that makes several rows of a table out of one source row: nothing tells them apart.

    Where a row has no other name than its number, rows of one number from two sources are alike as well.
    """
    name = "file, row_number" if DELIVERABLE[table].delivered_key else "row_number"
    if count_of(con, f"select count(*) - count(distinct ({name})) from {DATA}.{quoted(table)}"):
        raise AdapterError(f"{adapter.name}/{table}.sql makes rows that nothing tells apart", HOW_TO)


def _ensure_all_counted(con: Connection, adapter: Adapter, rows: dict[str, int]) -> None:
    """Refuse an adapter that loses count of its sources' rows, or counts one meaning of them twice.

    A row without a meaning is not counted.
    """
    told: dict[str, int] = dict(
        con.execute(
            f"select source, sum(source_rows)::bigint from raw.{quoted(SOURCE_ROWS)}"
            " where meaning is not null and source_rows > 0 group by source"
        ).fetchall()
    )
    odd = {str(name) for name in rows | told if told.get(name, 0) != rows.get(name, 0)}
    odd |= {
        str(source)
        for (source,) in con.execute(
            f"select source from raw.{quoted(SOURCE_ROWS)} group by source, meaning having count(*) > 1"
        ).fetchall()
    }
    if odd:
        listed = ", ".join(map(shown, sorted(odd)))
        raise AdapterError(
            f"{adapter.name}/{SOURCE_ROWS}.sql does not count every row of {listed} once", HOW_TO
        )
