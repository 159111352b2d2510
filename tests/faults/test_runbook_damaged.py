"""docs/runbook.md: files that are damaged, or that the disk has no room for; each as the page has it.

Not here: the other entries (`test_runbook.py`), and every kind of damage (`test_damaged_releases.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from assets import cli
from assets.begin import Refreshed, note_shut
from assets.instance import home_of, instance_of
from bpp_etl.admission.due import due_for
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, DamagedError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.release.told import verified
from bpp_etl.settings import Places
from tests.faults.conftest import Served
from tests.faults.test_permissions import without_privileges
from tests.support.deliveries import write_delivery_of
from tests.support.runbook import anonymous, entry, quoted
from tests.support.warehouses import IN_SERVICE, admit, files_in

ADMIT = """
import resource, sys
from pathlib import Path
from bpp_etl.errors import BppError
from tests.support.warehouses import admit
landing, warehouse, *limits = sys.argv[1:]
for limit in limits:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        admit(Path(landing), Path(warehouse), with_events=False)
    except BppError as error:
        print(error.message)
"""
"""Admits where no file may grow beyond so many bytes, as on a disk that is full; prints what is said."""


OPEN_STORAGE = """
import resource, sys
from pathlib import Path
from assets.instance import instance_of
from bpp_etl.errors import BppError
for limit in sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        with instance_of(Path(sys.argv[1]) / limit) as instance:
            instance.add_dynamic_partitions("registry", ["tiny"])
    except BppError as error:
        print(error.message)
"""
"""Opens the run storage of a warehouse where no file may grow beyond so many bytes."""


def test_8_the_disk_is_full_or_a_folder_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing, day="2024-12-30")
    admit(landing, warehouse, with_events=False)
    admitted = WorkingFiles.of(warehouse, "tiny").admitted
    before = admitted.read_bytes()
    write_delivery_of(landing)
    full, cut, closed = quoted(8)
    words = [sys.executable, "-c", ADMIT, str(landing), str(warehouse), "8000", "4000000"]
    project = Path(cli.__file__).parents[1]
    said = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [full, cut]
    assert admitted.read_bytes() == before
    assert admit(landing, warehouse, with_events=False).is_open
    assert files_in(warehouse / "registries") == {f"tiny/{name}" for name in IN_SERVICE}

    with tempfile.TemporaryDirectory(prefix="bpp-test-") as name:
        # Folders of pytest are their owner's alone; so is this one, once it is a warehouse.
        Path(name).chmod(0o755)
        shutil.copytree(landing, Path(name) / "landing")
        words = ["--landing", f"{name}/landing", "--warehouse", f"{name}/warehouse"]
        monkeypatch.setattr(sys, "argv", ["bpp", "refresh", *words])
        load_protocol("xu2025")  # loads what Python loads late, while it may
        with without_privileges(), pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 1
    told, hint = capfd.readouterr().err.splitlines()
    assert told == f"{closed} {name}/warehouse"
    assert hint == "hint: check the folder's permissions and free space"


def test_13_a_working_file_is_damaged(served: Served) -> None:
    judged, shut = quoted(13)
    files = WorkingFiles.of(served.warehouse, "tiny")
    whole = files.admitted.read_bytes()
    os.truncate(files.admitted, 5000)
    delivery = survey(served.landing).newest["tiny"]
    step = due_for(served.warehouse, delivery, [load_protocol("xu2025")], full=False)
    assert judged == f"tiny: {delivery.name} judging ({step.why})"
    told: list[str] = []
    places = Places(served.landing, served.warehouse)
    note_shut(places, Refreshed(), told.append)
    assert told[0] == shut
    files.admitted.write_bytes(whole)
    told.clear()
    note_shut(places, Refreshed(), told.append)
    assert told == []


def test_14_a_release_is_damaged(served: Served) -> None:
    differs, put_back, both, refused = quoted(14)
    shelf = Shelf.of(served.warehouse)
    first, second = shelf.ids()
    cut_off(shelf.current)
    assert anonymous(str(shelf.put_back())) == put_back
    cut_off(shelf.folder(second) / FILE)
    text, is_whole = verified(served.warehouse)
    assert (differs in anonymous(text).splitlines(), is_whole) == (True, False)
    with pytest.raises(BppError) as error:
        shelf.put_in_service(second)
    assert anonymous(error.value.message) == refused
    cut_off(shelf.current)
    with pytest.raises(BppError) as error:
        shelf.put_back()
    assert error.value.message == both
    shelf.put_in_service(first)
    shutil.rmtree(shelf.folder(second))
    assert verified(served.warehouse)[1]


def test_15_the_history_of_runs_is_damaged(tmp_path: Path) -> None:
    (damaged,) = quoted(15)
    warehouse = tmp_path / "a warehouse"
    for name in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        with instance_of(warehouse) as instance:
            assert instance.get_runs(limit=1) == []
        place = home_of(warehouse) / name
        assert f"`{place.name}`" in entry(15)
        for spoilt in (b"", place.read_bytes()[:6000], b"no database\n" * 1000):
            place.write_bytes(spoilt)
            place.with_name(f"{place.name}-wal").unlink(missing_ok=True)
            with pytest.raises(DamagedError) as error, instance_of(warehouse):
                pass
            assert error.value.message == damaged
        recipe = error.value.hint.partition("mv ")[2].partition(" (")[0]
        subprocess.run(f"mv {recipe}", shell=True, check=True)
        shutil.rmtree(warehouse / "dagster-damaged")


def test_16_the_disk_is_full_where_the_history_of_runs_is(tmp_path: Path) -> None:
    (full,) = quoted(16)
    words = [sys.executable, "-c", OPEN_STORAGE, str(tmp_path), "20000", "60000"]
    project = Path(cli.__file__).parents[1]
    said = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [full] * 2


def cut_off(path: Path) -> None:
    path.chmod(0o644)
    os.truncate(path, 5000)
