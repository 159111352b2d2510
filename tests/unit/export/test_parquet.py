"""Every table of a release as Parquet: all rows, all comments, and an index that names keys and digests.

Not here: the folder (`test_make.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from bpp_etl.export import Exported, export_release
from bpp_etl.export.columnar import COMMENT
from bpp_etl.release.seal import sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened_read_only
from bpp_etl.warehouse.ddl import describe, describe_table, sql_type
from schemas.catalog import relations
from schemas.contract import Contract, columns_of, key_of
from tests.unit.export.conftest import NOW

TABLES = [one for one in relations() if one[0] != "quarantine"]


@pytest.fixture(scope="module")
def folder(export: Callable[[str], Exported]) -> Path:
    return export("parquet").folder


@pytest.fixture(scope="module")
def release(warehouse: Path):
    with opened_read_only(Shelf.of(warehouse).current) as con:
        yield con


@pytest.mark.parametrize(("schema", "table", "contract"), TABLES, ids=[f"{s}.{t}" for s, t, _ in TABLES])
def test_a_table_has_its_rows_types_and_comments(
    schema: str, table: str, contract: type[Contract], folder: Path, release: duckdb.DuckDBPyConnection
) -> None:
    path = folder / schema / f"{table}.parquet"
    file = f"read_parquet('{path}')"
    whole = f'{schema}."{table}"'
    for one, other in ((file, whole), (whole, file)):
        assert release.sql(f"from {one} except all from {other}").fetchall() == []
    described = release.execute(f"describe from {file}").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        (column.name, sql_type(column)) for column in columns_of(contract)
    ]
    arrow = pq.read_schema(path)
    assert arrow.metadata[COMMENT].decode() == describe_table(contract)
    for column in columns_of(contract):
        assert arrow.field(column.name).metadata[COMMENT].decode() == describe(column)


def test_the_index_says_which_release_it_is_and_what_names_a_row(folder: Path, warehouse: Path) -> None:
    told = json.loads((folder / "export.json").read_text(encoding="utf-8"))
    assert told["release_id"] == Shelf.of(warehouse).in_service()
    assert told["content_digest"] == "0a1b2c3d"
    assert told["exported_at"] == NOW.isoformat()
    assert {name: one["key"] for name, one in told["tables"].items()} == {
        f"{schema}.{table}": list(key_of(contract)) for schema, table, contract in TABLES
    }
    assert told["tables"]["event.pseudoprogression"]["rows"] == 10
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}
    assert told["files"] == {name: sha256_of(folder / name) for name in files}
    assert {file for one in told["tables"].values() for file in one["files"]} == files


def test_quarantine_comes_only_where_it_is_asked_for(folder: Path, warehouse: Path, tmp_path: Path) -> None:
    assert not (folder / "quarantine").exists()
    made = export_release(warehouse, tmp_path / "out", "parquet", with_quarantine=True, now=NOW)
    assert {path.stem for path in (made.folder / "quarantine").iterdir()} == {
        table for schema, table, _ in relations() if schema == "quarantine"
    }
