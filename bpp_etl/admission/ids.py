"""The raw tables of a working file written anew: without some patients, and with pseudonyms for ids.

Whatever a table held, the new one was never in a file with what is left out. Not here: where the rows come
from and go to (`intake.py`; `bpp_etl/erasure`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.gate.row_numbers import shown
from bpp_etl.harmonise.id_cells import with_ids
from bpp_etl.identity.erased import ASSESSMENT, PATIENT, Erased
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from bpp_etl.warehouse.ddl import working_column
from bpp_etl.warehouse.select import Select, read_select
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE

IDS = (PATIENT, ASSESSMENT, "lesion_id")
"""The columns of ids: most registries make the others of the patient's."""
LEFT_OUT = "left_out"
FOLD = Select("bpp_etl.gate", "patient_fold")


def ids_of(table: str) -> tuple[str, ...]:
    """Name the columns of ids that a delivered table has."""
    return tuple(one.name for one in delivered_columns(DELIVERABLE[table].contract) if one.name in IDS)


def rewrite_raw(
    con: Connection,
    source: str,
    registry: str,
    tables: Sequence[str],
    config: RegistryConfig,
    *,
    erased: Erased,
    pseudonyms: Pseudonyms | None = None,
) -> dict[str, int]:
    """Copy the raw tables of the attached `source` into `raw`, ids treated; count the rows that are left out.

    Rows keep their numbers. `raw.left_out` has the numbers of those that are left out, `raw.patient_fold`
    which pseudonyms were ids that look alike.
    """
    con.execute(f"create table raw.{LEFT_OUT} (table_name varchar, file varchar, row_number bigint)")
    _show_ids(con, source, registry, tables, config, erased, pseudonyms)
    if pseudonyms is not None and "patients" in tables:
        _fold(con, source, registry, pseudonyms)
    for table in tables:
        _rewrite(con, source, table, is_renamed=pseudonyms is not None)
    con.execute("drop table temp.known_id")
    if count_of(
        con,
        "select count(*) from duckdb_tables() where database_name = $source and schema_name = 'raw'"
        " and table_name = $name",
        {"source": source, "name": SOURCE_ROWS},
    ):
        con.execute(f"create table raw.{SOURCE_ROWS} as from {source}.raw.{SOURCE_ROWS}")
    counted = con.execute(
        f"select table_name, count(*) from raw.{LEFT_OUT} group by table_name order by table_name"
    )
    return {str(table): int(rows) for table, rows in counted.fetchall()}


def _show_ids(
    con: Connection,
    source: str,
    registry: str,
    tables: Sequence[str],
    config: RegistryConfig,
    erased: Erased,
    pseudonyms: Pseudonyms | None,
) -> None:
    """Make `known_id`: of each different cell of a column of ids, what it says, and what becomes of it.

    An assessment is erased with its patient: whoever has the id too, its findings are not theirs alone.
    """
    con.execute(
        "create or replace temp table known_id (table_name varchar, id_column varchar, cell varchar,"
        " told varchar, pseudonym varchar, is_erased boolean)"
    )
    for table in tables:
        for column in ids_of(table):
            cells = read_cells(con, f"{source}.raw.{quoted(table)}", table, column, config)
            frame = pl.DataFrame(
                {
                    "cell": list(cells),
                    "told": list(cells.values()),
                    "pseudonym": [
                        pseudonyms.of(registry, column, told) if pseudonyms is not None else None
                        for told in cells.values()
                    ],
                    "is_erased": [bool(erased) and erased.has(column, told) for told in cells.values()],
                },
                schema={
                    "cell": pl.String,
                    "told": pl.String,
                    "pseudonym": pl.String,
                    "is_erased": pl.Boolean,
                },
            )
            with shown(con, "read_id", frame):
                con.execute(
                    "insert into temp.known_id select $table, $column, * from read_id",
                    {"table": table, "column": column},
                )
    if erased and "imaging_assessments" in tables:
        con.execute(
            f"""
            update temp.known_id set is_erased = true
            where id_column = '{ASSESSMENT}' and told in (
                select assessment.told from {source}.raw.imaging_assessments as raw
                join temp.known_id as patient on patient.table_name = 'imaging_assessments'
                    and patient.id_column = '{PATIENT}' and patient.cell = raw.{PATIENT} and patient.is_erased
                join temp.known_id as assessment on assessment.table_name = 'imaging_assessments'
                    and assessment.id_column = '{ASSESSMENT}' and assessment.cell = raw.{ASSESSMENT}
            )
            """
        )


def read_cells(
    con: Connection, relation: str, table: str, column: str, config: RegistryConfig
) -> Mapping[str, str]:
    """Read each different cell of a column of ids as the gate does; empty ones are not among them."""
    name = quoted(column)
    cells = f"(select distinct {name} from {relation} where {name} is not null)"
    told = with_ids(DELIVERABLE[table], (column,), config, cells)
    rows = con.execute(
        f"select {name}, t_{column} from {told.sql} where t_{column} is not null", told.parameters
    ).fetchall()
    return {str(cell): str(told) for cell, told in rows}


def _rewrite(con: Connection, source: str, table: str, *, is_renamed: bool) -> None:
    described = con.execute(f"describe {source}.raw.{quoted(table)}").fetchall()
    columns = {str(name): str(kind) for name, kind, *_ in described}
    declared = ", ".join(working_column(name, kind) for name, kind in columns.items())
    con.execute(f"create table raw.{quoted(table)} ({declared})")
    ids = ids_of(table)
    cells = [
        f"coalesce({name}_known.pseudonym, raw.{quoted(name)})"
        if name in ids and is_renamed
        else f"raw.{quoted(name)}"
        for name in columns
    ]
    joins = " ".join(
        f"left join temp.known_id as {name}_known on {name}_known.table_name = '{table}'"
        f" and {name}_known.id_column = '{name}' and {name}_known.cell = raw.{quoted(name)}"
        for name in ids
    )
    is_erased = _any_of(
        f"coalesce({name}_known.is_erased, false)" for name in ids if name in {PATIENT, ASSESSMENT}
    )
    relation = f"{source}.raw.{quoted(table)} as raw {joins}"
    # A working file of an earlier version does not count within each file.
    number = "file_row_number" if "file_row_number" in columns else "row_number"
    con.execute(
        f"insert into raw.{quoted(table)} select {', '.join(cells)} from {relation}"
        f" where not ({is_erased}) order by raw.row_number"
    )
    con.execute(
        f"insert into raw.{LEFT_OUT} select '{table}', raw.file, raw.{number} from {relation}"
        f" where {is_erased} order by raw.row_number"
    )


def _any_of(predicates: Iterable[str]) -> str:
    return " or ".join(predicates)


def _fold(con: Connection, source: str, registry: str, pseudonyms: Pseudonyms) -> None:
    """Note which ids look alike, as masks: pseudonyms do not show it any more."""
    con.execute("use memory")
    try:
        con.execute("create schema core")
        con.execute(
            f"create table core.patients as select raw.row_number, known.told as {PATIENT}"
            f" from {source}.raw.patients as raw join temp.known_id as known on known.table_name = 'patients'"
            f" and known.id_column = '{PATIENT}' and known.cell = raw.{PATIENT} and not known.is_erased"
        )
        rows = con.execute(read_select(FOLD)).fetchall()
        con.execute("drop schema core cascade")
    finally:
        con.execute("use warehouse")
    con.execute("create table raw.patient_fold (row_number bigint, parted_id varchar, joined_id varchar)")
    frame = pl.DataFrame(
        [
            (number, pseudonyms.mask(registry, parted), pseudonyms.mask(registry, joined))
            for number, parted, joined in rows
        ],
        schema={"row_number": pl.Int64, "parted_id": pl.String, "joined_id": pl.String},
        orient="row",
    )
    with shown(con, "folded", frame):
        con.execute("insert into raw.patient_fold from folded")
