"""Copies the rows of a kept release into one that is built anew, without those that were found.

Files beside a release that have none of them are taken over. Not here: which rows (`find.py`), and what else
a release holds (`releases.py`).
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.erasure.copying import columns_in, copy_rows, count_anew, tables_in
from bpp_etl.erasure.find import is_gone
from bpp_etl.measure.write import MEASURED
from bpp_etl.release.beside import take_over, write_rows
from bpp_etl.warehouse.beside import SCHEMAS as BESIDE
from bpp_etl.warehouse.beside import TABLES, files_beside
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.layout import columns_as_declared
from schemas.catalog import catalog
from schemas.contract import Contract, columns_of
from schemas.release_quality import HISTORY_TABLES

ANEW = {("meta", "table"), ("meta", "column"), ("quality", "change")}
"""Tables that are written anew, whatever they held, beside the measured ones."""


def copy_release(
    con: Connection, source: str, registry: str, folder: Path, building: Path
) -> dict[tuple[str, str], int]:
    """Create all tables but the measured ones, and copy what is not to go; return the rows of each.

    What lies beside the file of a release, in its `folder`, lies beside the one that is built again.
    """
    expected = {}
    is_beside = (folder / TABLES).is_dir()
    there = {*tables_in(con, source, catalog())}
    con.execute("create schema metric")
    for schema, tables in catalog().items():
        if schema == "metric":
            continue
        for table, contract in tables.items():
            if is_beside and schema in BESIDE:
                removed = _copy_files(con, folder, building, schema, table, contract, registry)
                expected[schema, table] = _rows_of(con, source, schema, table) - removed
                continue
            create_table(con, schema, table, contract, is_published=True)
            if table in MEASURED or (schema, table) in ANEW or (schema, table) not in there:
                continue
            known = columns_in(con, source, schema, table)
            columns = [one.name for one in columns_of(contract) if one.name in known]
            removed = copy_rows(con, source, schema, table, columns, registry)
            if schema != "meta" and table not in HISTORY_TABLES:
                expected[schema, table] = _rows_of(con, source, schema, table) - removed
    count_anew(con, source, registry)
    return expected


def _rows_of(con: Connection, source: str, schema: str, table: str) -> int:
    return count_of(con, f"select count(*) from {source}.{quoted(schema)}.{quoted(table)}")


def _copy_files(
    con: Connection,
    folder: Path,
    building: Path,
    schema: str,
    table: str,
    contract: type[Contract],
    registry: str,
) -> int:
    """Fill the folder of a table beside the release that is built; return how many rows were left out.

    A file is named from the folder of all releases, where the open connection looks for it.
    """
    left_out = 0
    names = [column.name for column in columns_of(contract)]
    target = building / TABLES / schema / table
    target.mkdir(parents=True)
    for file in files_beside(folder, schema, table):
        named = literal(f"{folder.name}/{TABLES}/{schema}/{table}/{file.name}")
        rows = f"from read_parquet({named}, hive_partitioning = false)"
        described = [str(name) for name, *_ in con.execute(f"describe {rows}").fetchall()]
        gone = is_gone(schema, described, registry) if file.name.split(".")[0] == registry else None
        found = count_of(con, f"select count(*) {rows} where {gone}") if gone else 0
        if not found and described == names:
            take_over(file, target / file.name)
            continue
        which = f" where not ({gone})" if gone else ""
        columns = columns_as_declared(described, contract)
        write_rows(con, f"select {columns} {rows}{which}", target / file.name)
        left_out += found
    return left_out
