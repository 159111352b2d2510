"""A release as Delta tables: another reader finds in them, by their logs, every row of the release.

Not here: the folder of an export (`test_make.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal

from bpp_etl.errors import UsageError
from bpp_etl.export import Exported, delta, export_release
from schemas.catalog import relations
from schemas.contract import key_of

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_another_reader_finds_every_row_by_the_logs(export: Callable[[str], Exported]) -> None:
    written, flat = export("delta").folder, export("parquet").folder
    told = 0
    for schema, table, contract in relations():
        if schema == "quarantine":
            assert not (written / schema / table).exists()
            continue
        rows = pl.read_delta(str(written / schema / table))
        expected = pl.read_parquet(flat / schema / f"{table}.parquet")
        key = list(key_of(contract))
        assert rows.columns == expected.columns
        assert_frame_equal(rows.sort(key), expected.sort(key), check_dtypes=False)
        told += rows.height
    assert told > 100


def test_a_table_says_what_it_is_and_what_its_columns_hold(export: Callable[[str], Exported]) -> None:
    table = DeltaTable(export("delta").folder / "event" / "pseudoprogression")
    assert table.version() == 0
    assert table.metadata().name == "event.pseudoprogression"
    assert str(table.metadata().description).startswith("One row per")
    columns = {field.name: field.metadata for field in table.schema().fields}
    assert columns["state"]["comment"]


def test_quarantine_is_taken_along_where_it_is_asked_for(warehouse: Path, tmp_path: Path) -> None:
    made = export_release(warehouse, tmp_path / "out", "delta", with_quarantine=True, now=NOW)
    assert made.notes == () or "quarantine" not in " ".join(made.notes)
    assert (made.folder / "quarantine" / "lab_results" / "_delta_log").is_dir()


def test_without_its_package_it_says_what_to_install_and_leaves_nothing(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="needs the package deltalake") as caught:
        export_release(warehouse, tmp_path / "out", "delta", now=NOW)
    assert "bpp-etl[lakehouse]" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
