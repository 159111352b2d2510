"""An error that nobody foresaw ends one run, is told by its kind alone, and leaves no value behind.

Ctrl-C ends the refresh.

Not here: errors that are foreseen, which are readable lines (`test_commands.py`).
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
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


INTERRUPTED = 7
QUERYING = f"""
import os, signal
from bpp_etl.warehouse.connection import in_memory
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with in_memory() as con:
        print("ready", flush=True)
        con.execute("select count(*) from range(1_000_000_000_000_000) where range % 7 = 8").fetchall()
except KeyboardInterrupt:
    os._exit({INTERRUPTED})
"""


def test_a_query_that_is_interrupted_ends_as_an_interrupt() -> None:
    # In a process of its own: a worker of the test run does not hear the signal.
    with subprocess.Popen([sys.executable, "-c", QUERYING], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            for _ in range(60):
                time.sleep(0.3)
                process.send_signal(signal.SIGINT)
                if process.poll() is not None:
                    break
            assert process.wait(timeout=5) == INTERRUPTED
        finally:
            process.kill()


def test_an_interrupt_ends_the_whole_refresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    write_delivery_of(tmp_path / "landing")
    monkeypatch.setattr(core, "gate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        refresh(Warehouse(landing=str(tmp_path / "landing"), warehouse=str(tmp_path / "warehouse")))
