"""Text that repeats is written once in a working file; whatever else stands in such a column is kept whole.

Not here: what is read from the working file.
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.admission.admit import gate, read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.warehouse.connection import one_row, opened, opened_read_only
from bpp_etl.warehouse.ddl import working_column
from tests.support.deliveries import write_delivery_of


def test_codes_of_a_working_file_are_written_once_and_ids_as_they_are(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path / "landing")
    delivery = delivery_of(folder)
    assert delivery is not None
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    read(files, delivery)
    assert gate(files, delivery).is_open
    with opened_read_only(files.admitted) as con:
        for table in ("raw_data.bone_lesions", "core.bone_lesions"):
            written = dict(
                con.execute(
                    "select column_name, any_value(compression) from pragma_storage_info($table)"
                    " where segment_type = 'VARCHAR' group by column_name",
                    {"table": table},
                ).fetchall()
            )
            assert written["site"] == written["status"] == "Dictionary", table
            assert written["lesion_id"] == "Uncompressed", table


def test_text_that_never_repeats_or_is_very_long_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "working.duckdb"
    with opened(path, is_working_file=True) as con:
        con.execute(f"create table main.odd (number bigint, {working_column('unit', 'VARCHAR')})")
        con.execute(
            "insert into main.odd select number, case when number = 5000 then repeat('x', 1000000)"
            " when number % 7 > 0 then md5(number::varchar) end from range(200000) as made(number)"
        )
    with opened_read_only(path) as con:
        rows, filled, longest, different, wrong = one_row(
            con,
            "select count(*), count(unit), max(length(unit)), count(distinct unit),"
            " count(*) filter (where unit <> md5(number::varchar)) from main.odd",
        )
    assert (rows, filled, longest, different, wrong) == (200_000, 171_428, 1_000_000, 171_428, 1)
