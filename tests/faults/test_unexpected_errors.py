"""An error that nobody foresaw ends one run, is told by its kind alone, and leaves no value behind.

Not here: errors that are foreseen, which are readable lines (`test_commands.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from assets import core
from assets.refresh import refresh
from assets.resources import Warehouse
from tests.support.deliveries import write_delivery_of

TOKEN = "LEAK9999"


def fail_with_a_value(*_: object) -> None:
    """Fail as DuckDB does: its words quote the cell."""
    duckdb.execute(f"select '{TOKEN}'::integer").fetchall()


def test_the_words_of_an_unforeseen_error_are_kept_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write_delivery_of(tmp_path / "landing")
    monkeypatch.setattr(core, "gate", fail_with_a_value)
    warehouse = Warehouse(landing=str(tmp_path / "landing"), warehouse=str(tmp_path / "warehouse"))
    done = refresh(warehouse)
    assert "unexpected ConversionException" in done.failed["tiny"]
    assert done.exit_code == 1
    told = capfd.readouterr()
    assert TOKEN not in told.out + told.err
    kept = [path for path in (tmp_path / "warehouse").rglob("*") if path.is_file()]
    assert [path.name for path in kept if TOKEN.encode() in path.read_bytes()] == []
