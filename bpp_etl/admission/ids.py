"""The raw tables of a working file written anew: without some patients, and with pseudonyms for ids.

Whatever a table held, the new one was never in a file with what is left out. Not here: where the rows come
from and go to (`intake.py`; `bpp_etl/erasure`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.admission.told_ids import READ, in_batches, make_read_ids, put_ids, read_ids
from bpp_etl.gate.row_numbers import shown
from bpp_etl.identity.erased import ASSESSMENT, PATIENT, Erased
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from bpp_etl.warehouse.ddl import working_column
from bpp_etl.warehouse.select import Select, read_select
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE

KEYS = (PATIENT, ASSESSMENT)
"""The columns of ids that patients are erased by."""
IDS = (*KEYS, "lesion_id")
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
    erased: Erased | Mapping[str, Collection[str]],
    pseudonyms: Pseudonyms | None = None,
) -> dict[str, int]:
    """Copy the raw tables of the attached `source` into `raw`, ids treated; count the rows that are left out.

    `erased` are those who are looked for, or the ids by their columns where they were found before. Rows keep
    their numbers. `raw.left_out` has the numbers of those that are left out, `raw.patient_fold`
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
    erased: Erased | Mapping[str, Collection[str]],
    pseudonyms: Pseudonyms | None,
) -> None:
    """Make `known_id`: of each different cell of an id that does not stay as it is, what becomes of it.

    An assessment is erased with its patient: whoever has the id too, its findings are not theirs alone.
    """
    make_read_ids(con)
    con.execute("create or replace temp table erased_id (id_column varchar, told varchar)")
    con.execute(
        "create or replace temp table renamed_id (id_column varchar, told varchar, pseudonym varchar)"
    )
    for column in KEYS if pseudonyms is None else IDS:
        for table in tables:
            if column in ids_of(table):
                read_ids(con, table, f"{source}.raw.{quoted(table)}", table, column, config)
        if isinstance(erased, Mapping):
            put_ids(con, "erased_id", column, sorted(erased.get(column, ())))
            if pseudonyms is None:
                continue
        con.execute(
            f"create or replace temp table different as select distinct told from temp.{READ}"
            f" where id_column = {literal(column)}"
        )
        for ids in in_batches(con, "different"):
            if isinstance(erased, Erased) and column in erased.columns:
                put_ids(con, "erased_id", column, erased.among(column, ids))
            if pseudonyms is not None:
                named = [pseudonyms.of(registry, column, told) for told in ids]
                put_ids(con, "renamed_id", column, ids, named)
        con.execute("drop table temp.different")
    if erased and "imaging_assessments" in tables:
        con.execute(
            f"""
            insert into temp.erased_id
            select '{ASSESSMENT}', told
            from {source}.raw.imaging_assessments as raw
            join temp.{READ} as assessment on assessment.place = 'imaging_assessments'
                and assessment.id_column = '{ASSESSMENT}' and assessment.cell = raw.{ASSESSMENT}
            where raw.{PATIENT} in (
                select cell from temp.{READ} semi join temp.erased_id using (id_column, told)
                where place = 'imaging_assessments' and id_column = '{PATIENT}'
            )
            """
        )
    con.execute(
        "create or replace temp table known_id as"
        " select place as table_name, id_column, cell, told, pseudonym, erased.told is not null as is_erased"
        f" from temp.{READ} left join temp.renamed_id using (id_column, told)"
        " left join (select distinct id_column, told from temp.erased_id) as erased using (id_column, told)"
        " where pseudonym is not null or erased.told is not null"
    )
    for table in (READ, "erased_id", "renamed_id"):
        con.execute(f"drop table temp.{table}")


def _rewrite(con: Connection, source: str, table: str, *, is_renamed: bool) -> None:
    described = con.execute(f"describe {source}.raw.{quoted(table)}").fetchall()
    columns = {str(name): str(kind) for name, kind, *_ in described}
    declared = ", ".join(working_column(name, kind) for name, kind in columns.items())
    con.execute(f"create table raw.{quoted(table)} ({declared})")
    ids = [name for name in ids_of(table) if is_renamed or name in KEYS]
    cells = [
        f"coalesce({name}_known.pseudonym, raw.{quoted(name)})"
        if is_renamed and name in ids
        else f"raw.{quoted(name)}"
        for name in columns
    ]
    joins = " ".join(
        f"left join temp.known_id as {name}_known on {name}_known.table_name = '{table}'"
        f" and {name}_known.id_column = '{name}' and {name}_known.cell = raw.{quoted(name)}"
        for name in ids
    )
    is_erased = _any_of(f"coalesce({name}_known.is_erased, false)" for name in ids if name in KEYS)
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
