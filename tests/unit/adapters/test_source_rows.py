"""An adapter accounts for every row of its sources, and names those that it makes, or is not read on.

Not here: what the rows of SDTM mean (`test_sdtm_imaging.py`, `tests/real`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bpp_etl.adapters import Adapter, load_adapter
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import adapt
from bpp_etl.warehouse.connection import Connection, in_memory

COUNTED = "select 'dm' as source, 'a subject' as meaning, 'patients' as table_name, {} as source_rows"


@contextmanager
def delivered(adapter: Adapter, *sources: str) -> Iterator[Connection]:
    """Open a database with two rows of each of these sources."""
    with in_memory() as con:
        for schema in ("raw", "raw_data", "raw_source", "raw_made"):
            con.execute(f"create schema {schema}")
        for source in adapter.sources:
            if source.name in sources:
                listed = ", ".join(f"'1' as {column}" for column in source.columns)
                con.execute(
                    f"create table raw_source.{source.name} as select {listed}, '{source.name}.csv' as file,"
                    " 'ff' as file_digest, range + 1 as row_number, range + 1 as file_row_number"
                    " from range(2)"
                )
        yield con


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    found = delivery_of(tmp_path / "trial" / "2024-12-31")
    assert found is not None
    return found


def test_an_adapter_that_counts_every_row_is_read_on(delivery: Delivery) -> None:
    adapter = replace(load_adapter("sdtm"), source_rows=COUNTED.format(2))
    with delivered(adapter, "dm") as con:
        adapt(con, delivery, adapter, {"dm": 2}, RegistryConfig())
        assert con.execute(f"select source, source_rows from raw.{SOURCE_ROWS}").fetchall() == [("dm", 2)]


@pytest.mark.parametrize(
    "counted", [COUNTED.format(1), COUNTED.format(3), f"{COUNTED.format(1)} union all {COUNTED.format(1)}"]
)
def test_an_adapter_that_loses_count_of_a_row_or_tells_a_meaning_twice_is_refused(
    delivery: Delivery, counted: str
) -> None:
    adapter = replace(load_adapter("sdtm"), source_rows=counted)
    with (
        delivered(adapter, "dm") as con,
        pytest.raises(BppError, match=r"sdtm/source_rows\.sql does not count every row of dm once"),
    ):
        adapt(con, delivery, adapter, {"dm": 2}, RegistryConfig())


@pytest.mark.parametrize(
    ("table", "source", "other"),
    [
        ("patients", "dm", "dm"),  # the key is the patient's id; refused rows are named by file and row
        ("lab_results", "lb", "lb"),
        ("lab_results", "lb", "dm"),  # results have no id: one row number in two files is one name
    ],
)
def test_an_adapter_that_makes_rows_which_nothing_tells_apart_is_refused(
    delivery: Delivery, table: str, source: str, other: str
) -> None:
    adapter = load_adapter("sdtm")
    once = adapter.tables[table]
    twice = f"({once}) union all (select * replace ('{other}.csv' as file) from ({once}))"
    adapter = replace(adapter, tables={table: twice})
    with (
        delivered(adapter, source, other) as con,
        pytest.raises(BppError, match=rf"sdtm/{table}\.sql makes rows that nothing tells apart"),
    ):
        adapt(con, delivery, adapter, {source: 2, other: 2}, RegistryConfig())
