"""Text that repeats is written once in a working file, codes are numbers there, and all else is kept whole.

Not here: what is read from the working file.
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.admission.admit import gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.warehouse.connection import one_row, opened, opened_read_only
from bpp_etl.warehouse.ddl import SQL_TYPES, word_type, working_column
from bpp_etl.warehouse.layout import lacking
from schemas.codes import LESION_SITE
from schemas.tables import TABLES
from tests.support.deliveries import with_rows, write_delivery_of


def judged(home: Path, *lesions: str) -> WorkingFiles:
    """Judge a small delivery with these rows of lesions added to its own."""
    folder = write_delivery_of(home / "landing", bone_lesions=with_rows("bone_lesions", *lesions))
    (folder.parent / "registry.toml").write_text("[limits]\nbone_lesions = 1\n", encoding="utf-8")
    delivery = delivery_of(folder)
    assert delivery is not None
    files = WorkingFiles.of(home / "warehouse", "tiny")
    read(files, delivery)
    assert gate(files, delivery).is_open
    return files


def test_codes_of_a_working_file_are_written_once_and_ids_as_they_are(tmp_path: Path) -> None:
    files = judged(tmp_path)
    with opened_read_only(files.admitted) as con:
        written = {
            (table, column): how
            for table in ("raw_data.bone_lesions", "core.bone_lesions")
            for column, how in con.execute(
                "select column_name, any_value(compression) from pragma_storage_info($table)"
                " where segment_type = 'VARCHAR' group by column_name",
                {"table": table},
            ).fetchall()
        }
    assert written["raw_data.bone_lesions", "site"] == "Dictionary"
    assert written["raw_data.bone_lesions", "status"] == "Dictionary"
    assert written["raw_data.bone_lesions", "lesion_id"] == "Uncompressed"
    assert written["core.bone_lesions", "lesion_id"] == "Uncompressed"
    assert ("core.bone_lesions", "site") not in written


def types_of(files: WorkingFiles, table: str) -> dict[str, str]:
    with opened_read_only(files.admitted) as con:
        return {str(name): str(kind) for name, kind, *_ in con.execute(f"describe {table}").fetchall()}


def test_codes_are_kept_as_numbers_in_the_order_of_their_text(tmp_path: Path) -> None:
    files = judged(tmp_path)
    kinds = types_of(files, "core.bone_lesions")
    assert kinds["site"] == word_type(LESION_SITE)
    assert kinds["registry"] == word_type(["tiny"])
    assert kinds["lesion_id"] == SQL_TYPES["String"]
    with opened_read_only(files.admitted) as con:
        first, last, first_text, last_text = one_row(
            con, "select min(site), max(site), min(site::varchar), max(site::varchar) from core.bone_lesions"
        )
        described = [("core", name, one.contract) for name, one in TABLES.items()]
        assert lacking(con, described) is None, "a code kept as a number is the text of the contract"
    assert (first, last) == (first_text, last_text)
    assert first < last


def test_a_code_that_is_in_no_list_is_kept_as_text_until_it_is_judged(tmp_path: Path) -> None:
    files = judged(tmp_path, "A1,L9,somewhere,osteoblastic,stable,none,false")
    assert types_of(files, "core.bone_lesions")["site"] == SQL_TYPES["String"]
    assert types_of(files, "core.imaging_assessments")["modality"].startswith("ENUM(")
    with opened_read_only(files.admitted) as con:
        assert one_row(con, "select site, broken_rules, broken_columns from quarantine.bone_lesions") == (
            "somewhere",
            ["code_unknown"],
            ["site"],
        )


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
