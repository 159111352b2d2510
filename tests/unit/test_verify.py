"""What keeps a release from being put in service: each way in which a built file may not stand its checks.

Not here: that a release which fails is discarded (`tests/faults`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.release.verify import ReleaseError, verify
from bpp_etl.warehouse.connection import Connection, opened, quoted
from bpp_etl.warehouse.ddl import create_table, sql_type
from schemas.catalog import relations
from schemas.contract import Column, Contract, columns_of, key_of

PATIENT = (
    "insert into core.patients by name select 'somewhere' as registry, 'p1' as patient_id, 'female' as sex,"
    " date '1960-01-01' as birth_date, date '2020-01-01' as metastatic_diagnosis_date,"
    " date '2024-01-01' as last_contact_date, cast([] as varchar[]) as flags, 1 as row_number"
)
EXPECTED = {("core", "patients"): 1}
TWO_OF_EACH = {
    "VARCHAR": ("'a'", "'b'"),
    "VARCHAR[]": ("cast([] as varchar[])", "['b']"),
    "BIGINT": ("1", "2"),
    "INTEGER": ("1", "2"),
    "DOUBLE": ("1.0", "2.0"),
    "BOOLEAN": ("true", "false"),
    "DATE": ("date '2024-01-01'", "date '2024-01-02'"),
    "TIMESTAMP": ("timestamp '2024-01-01'", "timestamp '2024-01-02'"),
}
"""Two values of each type, in SQL."""


def built(folder: Path, *changes: str) -> Path:
    """Write a release of one synthetic patient, then change it."""
    path = folder / "built.duckdb"
    with opened(path) as con:
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)
        for statement in (PATIENT, *changes):
            con.execute(statement)
    return path


def test_a_sound_release_stands(tmp_path: Path) -> None:
    verify(built(tmp_path), EXPECTED)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("delete from core.patients", "core.patients holds 0 rows; its sources hold 1"),
        (
            "update core.patients set sex = 'something else'",
            "core.patients breaks its contract: sex isin",
        ),
        (
            "update core.patients set birth_date = '2021-01-01'",
            "core.patients breaks its contract: birth_after_diagnosis",
        ),
        (
            "create or replace table core.patients as select * replace (null::varchar as patient_id)"
            " from core.patients",
            "core.patients breaks its contract: patient_id is not filled",
        ),
        (
            "create or replace table core.patients as select * replace (null::varchar as sex)"
            " from core.patients",
            "core.patients breaks its contract: sex is not filled",
        ),
        (
            "alter table core.bone_lesions drop column is_equivocal",
            "core.bone_lesions breaks its contract: is_equivocal is not as declared",
        ),
        (
            "alter table core.bone_lesions alter is_equivocal type varchar",
            "core.bone_lesions breaks its contract: is_equivocal is not as declared",
        ),
    ],
)
def test_a_release_that_is_not_sound_is_refused(tmp_path: Path, change: str, told: str) -> None:
    path = built(tmp_path, change)
    with pytest.raises(ReleaseError) as error:
        verify(path, EXPECTED)
    assert error.value.message == told


def test_a_release_whose_last_rows_are_in_the_log_is_refused(tmp_path: Path) -> None:
    path = built(tmp_path)
    path.with_name(path.name + ".wal").write_bytes(b"")
    with pytest.raises(ReleaseError, match="not written to its end"):
        verify(path, EXPECTED)


def two_values(column: Column) -> tuple[str, str]:
    """Give two values that the column's contract allows."""
    if column.codes and column.dtype == "String":
        return f"'{column.codes[0]}'", f"'{column.codes[-1]}'"
    return TWO_OF_EACH[sql_type(column)]


def add_row(con: Connection, relation: str, contract: type[Contract], other: str | None = None) -> None:
    """Add the row that holds the first value in each column that must be filled, the second in `other`."""
    told = {
        column.name: two_values(column)[column.name == other]
        for column in columns_of(contract)
        if not column.nullable
    }
    names, values = ", ".join(map(quoted, told)), ", ".join(told.values())
    con.execute(f"insert into {relation} ({names}) values ({values})")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of one row in each table, and for each column of its key another that differs in it alone."""
    path = tmp_path_factory.mktemp("filled") / "built.duckdb"
    with opened(path) as con:
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)
            for other in (None, *key_of(contract)):
                add_row(con, f"{quoted(schema)}.{quoted(table)}", contract, other)
    return path


def test_rows_that_differ_in_one_column_of_their_key_are_no_copies(filled: Path) -> None:
    verify(filled, {})


LAST_OF_SCHEMA = {schema: (schema, table, contract) for schema, table, contract in relations()}


@pytest.mark.parametrize(("schema", "table", "contract"), LAST_OF_SCHEMA.values(), ids=LAST_OF_SCHEMA)
def test_a_release_in_which_a_key_repeats_is_refused(
    tmp_path: Path, filled: Path, schema: str, table: str, contract: type[Contract]
) -> None:
    path, key = Path(shutil.copy(filled, tmp_path)), key_of(contract)
    for repeated, told in ((None, "1 key repeats"), (key[-1], "2 keys repeat")):
        with opened(path) as con:
            for _ in range(2):
                add_row(con, f"{quoted(schema)}.{quoted(table)}", contract, repeated)
        with pytest.raises(ReleaseError) as error:
            verify(path, {})
        assert error.value.message == f"{schema}.{table} breaks its contract: {told} ({', '.join(key)})"
