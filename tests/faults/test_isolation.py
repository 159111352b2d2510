"""A shut gate, an error or a killed process leaves everything in place as it was, and nothing half-written.

Not here: what shuts a gate (`tests/gates`, `test_hostile_files.py`), and processes that are really killed
(`test_killed.py`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pandera.config import config_context

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import difference
from bpp_etl.warehouse.connection import opened_read_only
from tests.faults.conftest import Served
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import IN_SERVICE, admit, contents, files_in, release

LEAVE_A_LOG = """
import os, sys
from pathlib import Path
from bpp_etl.warehouse.connection import opened
opening = opened(Path(sys.argv[1]))
con = opening.__enter__()
con.execute("insert into core.patients select * from core.patients")
os._exit(0)
"""
"""Commits, and ends as a killed process does: the change is in the log beside the file, and only there."""


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


def leave_a_log(path: Path) -> None:
    subprocess.run([sys.executable, "-c", LEAVE_A_LOG, str(path)], check=True)
    assert path.with_name(f"{path.name}.wal").stat().st_size > 0


def test_a_shut_delivery_leaves_the_admitted_one_and_the_other_registries_alone(served: Served) -> None:
    write_delivery_of(served.landing, registry="other")
    admit(served.landing, served.warehouse, "other", with_events=False)
    registries = served.warehouse / "registries"
    before = {name: contents(registries / name / "admitted.duckdb") for name in ("tiny", "other")}
    write_delivery_of(served.landing, day="2025-01-01", patients="never a table\n")
    decision = admit(served.landing, served.warehouse)
    assert not decision.is_open
    assert files_in(registries) == {
        "tiny/.lock",
        "tiny/admitted.duckdb",
        "tiny/patient_digests.parquet",
        "tiny/shut.duckdb",
        "other/.lock",
        "other/admitted.duckdb",
        "other/patient_digests.parquet",
    }
    for name in ("tiny", "other"):
        assert contents(registries / name / "admitted.duckdb") == before[name]
    shut = contents(registries / "tiny" / "shut.duckdb")
    assert not [table for table in shut if table.startswith(("core.", "event."))]
    with opened_read_only(registries / "tiny" / "shut.duckdb") as con:
        told = con.execute("select delivery, status, why, admitted from quality.delivery").fetchall()
    assert told == [("2025-01-01", "shut", ["patients.column_missing"], 0)]


def test_a_mended_delivery_takes_the_place_of_the_shut_one(landing: Path, warehouse: Path) -> None:
    write_delivery_of(landing, patients=None)
    assert not admit(landing, warehouse).is_open
    write_delivery_of(landing, day="2024-12-31-2")
    assert admit(landing, warehouse, with_events=False).is_open
    assert files_in(warehouse / "registries") == {f"tiny/{name}" for name in IN_SERVICE}


def test_an_error_while_judging_changes_nothing_and_the_next_run_ends_well(
    landing: Path, warehouse: Path
) -> None:
    write_delivery_of(landing, day="2024-12-30")
    admit(landing, warehouse, with_events=False)
    files = WorkingFiles.of(warehouse, "tiny")
    before = contents(files.admitted)
    write_delivery_of(landing, patients=TINY["patients"].replace("A,female", "A,male"))
    with config_context(validation_enabled=False), pytest.raises(BppError):
        admit(landing, warehouse)
    assert contents(files.admitted) == before
    assert not files.shut.exists()
    assert admit(landing, warehouse, with_events=False).is_open
    assert files_in(files.folder) == IN_SERVICE


def test_a_log_that_a_killed_process_left_does_not_spoil_the_next_delivery(
    landing: Path, warehouse: Path
) -> None:
    write_delivery_of(landing, day="2024-12-30")
    admit(landing, warehouse, with_events=False)
    files = WorkingFiles.of(warehouse, "tiny")
    leave_a_log(files.admitted)
    folder = write_delivery_of(landing)
    # With its log the file before has every patient twice, and the next delivery half as many.
    (folder.parent / "registry.toml").write_text("[limits]\ntable_shrunk = 1\n", encoding="utf-8")
    assert admit(landing, warehouse, with_events=False).is_open
    with opened_read_only(files.admitted) as con:
        rows = con.execute("select patient_id from core.patients order by all").fetchall()
    assert rows == [("A",), ("B",), ("C",)]
    assert files_in(files.folder) == IN_SERVICE


def test_what_a_killed_process_left_is_cleared_away(landing: Path, warehouse: Path) -> None:
    files = WorkingFiles.of(warehouse, "tiny")
    unpacked = files.folder / "bpp-read-killed"
    spilled = files.folder / ".duckdb_spill"
    for folder in (unpacked, spilled):
        folder.mkdir(parents=True)
        (folder / "0.csv").write_text("a patient's rows", encoding="utf-8")
    files.building.write_bytes(b"half a database")
    files.building.with_name("building.duckdb.wal").write_bytes(b"half a log")
    write_delivery_of(landing)
    assert admit(landing, warehouse, with_events=False).is_open
    assert files_in(files.folder) == IN_SERVICE


def test_a_delivery_that_was_not_written_to_its_end_is_not_put_in_place(warehouse: Path) -> None:
    files = WorkingFiles.of(warehouse, "tiny")
    files.start_building().write_bytes(b"a database")
    files.building.with_name("building.duckdb.wal").write_bytes(b"what is missing from it")
    with pytest.raises(BppError, match="was not written to its end"):
        files.settle("admitted")
    assert not files.admitted.exists()


def test_a_delivery_that_is_shut_under_the_name_of_the_admitted_one_is_told_apart(served: Served) -> None:
    before = Shelf.of(served.warehouse).ids()[-1]
    lesions = TINY["bone_lesions"].replace("B1,L1,rib", "B1,L1,tail")
    (served.landing / "tiny" / "2024-12-31" / "bone_lesions.csv").write_text(lesions, encoding="utf-8")
    assert not admit(served.landing, served.warehouse).is_open
    after = release(served.warehouse, 59).release_id
    with opened_read_only(Shelf.of(served.warehouse).current) as con:
        broken = con.execute(
            "select delivery, delivery_status, broken from quality.rule_result"
            " where \"table\" = 'bone_lesions' and rule = 'code_unknown' order by all"
        ).fetchall()
        counted = con.execute(
            "select delivery, delivery_status, admitted from quality.table_count"
            " where \"table\" = 'bone_lesions' order by all"
        ).fetchall()
        refused = con.execute(
            "select delivery, delivery_status, lesion_id from quarantine.bone_lesions"
        ).fetchall()
    assert broken == [("2024-12-31", "admitted", 0), ("2024-12-31", "shut", 1)]
    assert counted == [("2024-12-31", "admitted", 2), ("2024-12-31", "shut", 0)]
    assert refused == [("2024-12-31", "shut", "L1")]
    # What was refused with the shut delivery is no change of what is in service.
    told = difference(served.warehouse, before, after)
    assert "tiny: gate shut for 2024-12-31; 2024-12-31 stays in service" in " ".join(told.split())
    assert "bone_lesions" not in told
