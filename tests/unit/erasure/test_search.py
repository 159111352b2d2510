"""Looking for patients in files: what of them is in memory, and how often an id is looked at.

Not here: what is found and removed (`test_erase.py`).
"""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import duckdb
import pytest

from bpp_etl.admission import told_ids
from bpp_etl.admission.ids import KEYS, rewrite_raw
from bpp_etl.erasure.search import searching
from bpp_etl.errors import BppError
from bpp_etl.identity.erased import Erased, begin_erasure, erased_of
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.identity.secret import keyed_hash
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import create_schemas
from bpp_etl.warehouse.connection import attach_read_only, in_memory, one_value, opened

FEW, MANY = 500, 8_000
"""So many patients, each with three scans."""


def file_of(path: Path, patients: int) -> Path:
    """Write a file with the ids of patients, as delivered and as admitted."""
    with duckdb.connect(str(path)) as con:
        for schema in ("raw", "core"):
            con.execute(f"create schema {schema}")
            con.execute(
                f"create table {schema}.imaging_assessments as select 'tiny' as registry, 'a.csv' as file,"
                " i as row_number, i as file_row_number, 'P' || (i // 3) as patient_id,"
                f" 'A' || i as assessment_id from range({3 * patients}) as made (i)"
            )
    return path


def her(warehouse: Path) -> Erased:
    begin_erasure(warehouse, "tiny", "P7", ["A21"])
    return erased_of(warehouse, "tiny")


def searched(path: Path, erased: Erased) -> None:
    with searching(path.parent, "tiny", erased) as search:
        assert search.found_in(path).assessments == {"A21", "A22", "A23"}


def renamed(path: Path, erased: Erased) -> None:
    tables, pseudonyms = ["imaging_assessments"], Pseudonyms.by("k" * 40)
    with opened(path.with_suffix(".anew"), is_working_file=True) as con:
        create_schemas(con)
        attach_read_only(con, path, "as_read")
        left_out = rewrite_raw(
            con, "as_read", "tiny", tables, RegistryConfig(), erased=erased, pseudonyms=pseudonyms
        )
        con.execute("detach as_read")
    assert left_out == {"imaging_assessments": 3}


@pytest.mark.parametrize("work", [searched, renamed])
def test_what_python_holds_does_not_grow_with_the_ids_of_a_file(
    work: Callable[[Path, Erased], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told_ids, "AT_ONCE", FEW)
    erased = her(tmp_path)

    def held(patients: int) -> int:
        path = file_of(tmp_path / f"{patients}.duckdb", patients)
        tracemalloc.start()
        try:
            work(path, erased)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    held(FEW + 1)  # what is loaded once is no part of it
    assert held(MANY) < 1.5 * held(FEW)


class Asked:
    """Finds nobody, and counts what is asked."""

    columns: Sequence[str] = KEYS

    def __init__(self) -> None:
        self.times: Counter[tuple[str, str]] = Counter()

    def among(self, column: str, ids: Iterable[str]) -> list[str]:
        """Count, and find none."""
        self.times.update((column, told) for told in ids)
        return []


def test_an_id_is_looked_at_once_however_many_files_have_it(tmp_path: Path) -> None:
    """To hash them took most of an erasure."""
    who, files = Asked(), [file_of(tmp_path / f"{name}.duckdb", 10 + name) for name in (1, 0, 2)]
    with searching(tmp_path, "tiny", who) as search:
        for path in (*files, files[0]):
            assert not search.found_in(path)
    assert set(who.times.values()) == {1}
    assert len(who.times) == 12 + 36


def test_a_file_that_has_changed_is_searched_again(tmp_path: Path) -> None:
    path, erased = tmp_path / "any.duckdb", her(tmp_path)
    with searching(tmp_path, "tiny", erased) as search:
        assert search.found_in(file_of(path, 8)).patients == {"P7"}
        path.unlink()
        assert search.found_in(file_of(path, 7)).patients == set()


def test_a_damaged_file_does_not_end_the_search_of_the_others(tmp_path: Path) -> None:
    damaged, erased = file_of(tmp_path / "damaged.duckdb", MANY), her(tmp_path)
    content = bytearray(damaged.read_bytes())
    content[1 << 14 :] = b"\1" * (len(content) - (1 << 14))
    damaged.write_bytes(content)
    whole = file_of(tmp_path / "whole.duckdb", 8)
    with searching(tmp_path, "tiny", erased) as search:
        assert search.found_in(whole)
        with pytest.raises((BppError, duckdb.Error)):
            search.found_in(damaged)
        assert search.found_in(file_of(tmp_path / "another.duckdb", 8)).patients == {"P7"}


def test_hashes_are_those_of_every_version() -> None:
    """By another hash nobody on the list would be known again."""
    told = "aa121e01ee926ee6d717fe67b11edbfe91f0be8e5b0ed1a839b9365ab419215b"
    assert keyed_hash("k" * 40, "tiny", "patient_id", "Å 1") == told


def test_a_database_in_memory_draws_no_bar() -> None:
    with in_memory() as con:
        assert one_value(con, "select current_setting('enable_progress_bar')") is False
