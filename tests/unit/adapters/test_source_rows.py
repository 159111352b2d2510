"""An adapter accounts for every row of its sources, or its delivery is not read on.

Not here: what the rows of SDTM mean (`test_sdtm_imaging.py`, `tests/real`).
"""

from dataclasses import replace
from pathlib import Path

import pytest

from bpp_etl.adapters import load_adapter
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.raw_tables import SOURCE_ROWS, adapt
from bpp_etl.warehouse.connection import in_memory

COUNTED = "select 'dm' as source, 'a subject' as meaning, 'patients' as table_name, {} as source_rows"


@pytest.mark.parametrize(("counted", "is_whole"), [(2, True), (1, False), (3, False)])
def test_an_adapter_that_loses_count_of_a_row_is_refused(
    tmp_path: Path, counted: int, *, is_whole: bool
) -> None:
    adapter = replace(load_adapter("sdtm"), source_rows=COUNTED.format(counted))
    delivery = delivery_of(tmp_path / "trial" / "2024-12-31")
    assert delivery is not None
    columns = next(source.columns for source in adapter.sources if source.name == "dm")
    with in_memory() as con:
        for schema in ("raw", "raw_data", "raw_source"):
            con.execute(f"create schema {schema}")
        listed = ", ".join(f"'1' as {column}" for column in columns)
        con.execute(
            f"create table raw_source.dm as select {listed}, 'dm.csv' as file, 'ff' as file_digest,"
            " range + 1 as row_number"
            " from range(2)"
        )
        rows = {"dm": 2}
        if is_whole:
            adapt(con, delivery, adapter, rows)
            assert con.execute(f"select source, source_rows from raw.{SOURCE_ROWS}").fetchall() == [("dm", 2)]
        else:
            with pytest.raises(BppError, match=r"sdtm/source_rows\.sql does not count every row of dm"):
                adapt(con, delivery, adapter, rows)
