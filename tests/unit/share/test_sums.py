"""The file of sums: its contract, its words, and what disclosure control leaves of it.

Not here: adding sums up (`test_pooling.py`), and attacks on them (`test_attack.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from bpp_etl.disclosure.publish import Told, told_of
from bpp_etl.measure.run import Measured, measure
from bpp_etl.share.sums import sum_lines, write_sums
from schemas.contract import columns_of, key_of
from schemas.metric_codes import HORIZON_DAYS
from schemas.sums import INCIDENCE, MOMENTS, PARTS, QUANTITY, Sums
from tests.unit.measure.patients import PROTOCOL
from tests.unit.measure.world import named, release
from tests.unit.share.houses import house

COUNTED = [name for name in QUANTITY if name not in (*PARTS, *MOMENTS)]


@pytest.fixture(scope="module")
def found() -> Measured:
    with release(*house(7, candidates=400, others=60, registries=3)) as con:
        return measure(con, [named(PROTOCOL)])


@pytest.fixture(scope="module")
def controlled(found: Measured) -> Told:
    return told_of(found, threshold=5)


@pytest.fixture(scope="module")
def file(controlled: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sums") / "sums.parquet"
    write_sums(controlled, target)
    return target


def test_the_file_keeps_its_contract_and_its_key_and_is_not_empty(file: Path) -> None:
    sums = pl.read_parquet(file)
    Sums.validate(sums)
    assert sums.columns == [column.name for column in columns_of(Sums)]
    assert sums.select(key_of(Sums)).is_duplicated().sum() == 0
    assert sums.drop_nulls("value").height > 1000


def test_the_file_says_what_a_row_is_and_what_each_column_holds(file: Path) -> None:
    told = {key.decode(): value.decode() for key, value in pq.read_metadata(file).metadata.items()}
    assert told["sums"].endswith("Key: protocol, table, row, quantity, day.")
    assert all(told[column.name].startswith(column.description[:20]) for column in columns_of(Sums))


def test_no_sum_counts_1_to_4_and_every_step_is_of_a_group_dated_to_the_week(file: Path) -> None:
    sums = pl.read_parquet(file)
    counts = sums.filter(pl.col("quantity").is_in(COUNTED))
    assert counts.filter(pl.col("value").is_between(0.5, 4.5)).is_empty()
    days = sums.filter(pl.col("day") > 0)
    assert days.height > 50
    is_horizon = (pl.col("table") == INCIDENCE) & pl.col("day").is_in(HORIZON_DAYS)
    assert days.filter((pl.col("day") % 7 > 0) & ~is_horizon).is_empty()


def test_a_cell_that_is_kept_in_the_tables_is_kept_in_the_sums(controlled: Told) -> None:
    sums = {line[:5]: line[5] for line in sum_lines(controlled)}
    judged = 0
    for row in controlled.rows:
        if row.table == "estimate":
            for column in row.counts:
                key = (PROTOCOL, "estimate", (row.values["metric"], row.values["stratum"]), column, 0)
                assert sums[key] == row.values[column]
                judged += row.values[column] is None
    assert judged > 20


def test_moments_are_of_two_thresholds_or_more_and_parts_of_a_test_of_groups_that_are_told(
    controlled: Told,
) -> None:
    sums = {line[:5]: line[5] for line in sum_lines(controlled)}
    told = {key for key, value in sums.items() if key[3] in ("sum", "observed") and value is not None}
    assert {key[3] for key in told} == {"sum", "observed"}
    for *where, quantity, day in told:
        if quantity == "sum":
            assert (sums[*where, "patients", day] or 0) >= 10
        else:
            variance = sums[*where, "variance", day]
            assert variance == round(variance or 0.0, 2) > 0


def test_without_a_threshold_the_days_are_those_of_the_patients(found: Measured) -> None:
    exact = [line for line in sum_lines(told_of(found, threshold=0)) if line[4] > 0]
    assert any(line[4] % 7 for line in exact)
    assert None not in {line[5] for line in exact}
    assert json.dumps(exact)
