"""Rows are numbered as their file has them, however long it is and whatever reads it on several cores.

Not here: numbers beside rows that are refused or empty (`test_lines_of_csv.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.any_columns import among
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import literal, one_row, opened
from tests.support.deliveries import write_delivery_of

ROWS = 800_000
"""Several pieces, as DuckDB cuts a file to read it on two cores."""


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_keep_the_order_of_their_file(tmp_path: Path, ending: str) -> None:
    # A plan with a join in it gives the order up, and which part comes first is left to chance.
    folder = write_delivery_of(tmp_path)
    (folder / "lab_results.csv").unlink()
    written = literal(str(folder / f"lab_results.{ending}"))
    duckdb.execute(
        "copy (select 'A' as patient_id, 'ALP_TOTAL' as analyte, '2024-01-05' as specimen_date, n::varchar as"
        f" value, 'U/L' as unit, '120' as upper_limit_normal, 'synthetic laboratory' as laboratory"
        f" from range(1, {ROWS + 1}) as rows (n) order by n) to {written}"
    )
    delivery = delivery_of(folder)
    assert delivery is not None
    with opened(tmp_path / "working.duckdb", is_working_file=True) as con:
        read = read_delivery(con, delivery, tmp_path)
        astray = one_row(
            con, "select count(*) from raw.lab_results where file_row_number is distinct from value::bigint"
        )
    assert (read.rows["lab_results"], astray) == (ROWS, (0,))


def test_many_names_are_told_apart_without_a_join() -> None:
    names = [f"field_{number}" for number in range(200)]
    con = duckdb.connect()
    con.execute("create table told (name varchar)")
    con.execute(
        "insert into told values (' Field_7 '), ('field_'), ('field_70'), ('7'), (null), ('field_1994')"
    )
    asked = f"select name, {among('name', names)} from told"
    plan = con.execute(f"explain {asked}").fetchall()[0][1]
    assert "JOIN" not in plan.upper()
    assert "JOIN" in con.execute(f"explain select name in {tuple(names)} from told").fetchall()[0][1].upper()
    assert dict(con.execute(asked).fetchall()) == {
        " Field_7 ": True,
        "field_": False,
        "field_70": True,
        "7": False,
        None: False,
        "field_1994": False,
    }
    assert (
        con.execute(f"select {among('name', [])} from told where name is not null").fetchall()
        == [(False,)] * 5
    )
