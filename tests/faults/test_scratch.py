"""Half-built files on a disk of the machine's own, for a warehouse that several machines share.

Not here: what becomes of half-built files in general (`test_isolation.py`, `test_kills.py`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpp_etl.admission.intake import read
from bpp_etl.admission.scratch import ARRIVING, VARIABLE
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import UsageError
from bpp_etl.landing.deliveries import survey
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import IN_SERVICE, admit, contents

OTHER_DISK = Path("/dev/shm")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    if not OTHER_DISK.is_dir() or OTHER_DISK.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second disk at /dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="bpp-test-", dir=OTHER_DISK))
    monkeypatch.setenv(VARIABLE, str(folder))
    yield folder
    shutil.rmtree(folder)


def test_what_is_half_built_lies_on_the_other_disk_and_what_is_settled_in_the_warehouse(
    tmp_path: Path, scratch: Path
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    files = WorkingFiles.of(warehouse, "tiny")
    with files.locked():
        read(files, survey(landing).newest["tiny"])
    assert [path.name for path in files.folder.iterdir()] == [".lock"]
    assert files.building.is_relative_to(scratch)
    assert files.building.parent.stat().st_mode & 0o077 == 0
    assert admit(landing, warehouse).is_open
    assert {path.name for path in files.folder.iterdir()} == IN_SERVICE
    assert [path for path in scratch.rglob("*") if path.is_file()] == []


def test_the_rows_are_those_of_one_disk(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = tmp_path / "landing"
    write_delivery_of(landing)
    admit(landing, tmp_path / "two")
    monkeypatch.delenv(VARIABLE)
    admit(landing, tmp_path / "one")
    two, one = (contents(WorkingFiles.of(tmp_path / name, "tiny").admitted) for name in ("two", "one"))
    assert two == one


def test_a_copy_that_never_arrived_is_cleared_away(tmp_path: Path, scratch: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    files = WorkingFiles.of(warehouse, "tiny")
    files.folder.mkdir(parents=True)
    left = files.folder / f"{ARRIVING}admitted.duckdb"
    left.write_bytes(b"half")
    (files.folder / "building.duckdb").write_bytes(b"of a time without the variable")
    assert admit(landing, warehouse).is_open
    assert {path.name for path in files.folder.iterdir()} == IN_SERVICE


@pytest.mark.parametrize("told", ["near/here", "/nowhere/at/all"])
def test_a_scratch_that_is_no_folder_is_refused(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, told)
    with pytest.raises(UsageError, match="BPP_SCRATCH names no folder"):
        WorkingFiles.of(tmp_path, "tiny").start_building()
