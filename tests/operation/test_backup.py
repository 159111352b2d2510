"""docs/backup.md, followed to the letter: what is copied is whole, whoever writes, and goes on elsewhere.

Not here: backups taken all through a hundred refreshes (`tests/soak`), other versions (`tests/faults`).
"""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.identity.erased import erasing
from bpp_etl.release.shelf import Shelf
from tests.conftest import MadeOnce
from tests.support.backup import back_up, recipe, restore
from tests.support.commands import Said
from tests.support.deliveries import write_delivery_of
from tests.support.pages import page
from tests.support.warehouses import admit, contents, files_in, release


def _release_twice(home: Path) -> None:
    write_delivery_of(home / "landing")
    admit(home / "landing", home / "warehouse")
    for second in (1, 2):
        release(home / "warehouse", second)


@pytest.fixture
def home(made_once: MadeOnce, tmp_path: Path) -> Path:
    """A landing, and a warehouse with two releases, a log of shares and what only grows."""
    made, _ = made_once("backup", _release_twice)
    shutil.copytree(made, tmp_path / "home")
    warehouse = tmp_path / "home" / "warehouse"
    for name in ("shares/one/patients.parquet", "audit.jsonl", ".key", "dagster/history/runs.db"):
        (warehouse / name).parent.mkdir(parents=True, exist_ok=True)
        (warehouse / name).write_text("kept", encoding="utf-8")
    return tmp_path / "home"


def test_a_warehouse_is_restored_at_another_path_and_goes_on(home: Path, tmp_path: Path) -> None:
    warehouse, elsewhere = home / "warehouse", tmp_path / "another disk's" / "wärehouse"
    elsewhere.parent.mkdir()
    first = Shelf.of(warehouse).ids()[0]
    Shelf.of(warehouse).put_in_service(first)
    saved = back_up(warehouse, tmp_path / "back up")
    assert saved.code == 0, saved
    assert saved.out.splitlines()[-1] == "in service: bpp.duckdb is that of its release"
    before = files_in(warehouse)
    shutil.rmtree(warehouse)
    done = restore(tmp_path / "back up", elsewhere, home / "landing")
    assert done.code == 0, done
    assert done.out.count(": whole\n") == 2
    assert "tiny: 2024-12-31 unchanged" in done.out
    assert f"nothing new: release {first} stays in service" in done.out
    left_out = ("dagster/", "published/.lock", ".erase.lock")
    kept = {name for name in before if not name.startswith(left_out)}
    assert kept <= files_in(elsewhere)
    assert (elsewhere / "shares/one/patients.parquet").read_text(encoding="utf-8") == "kept"
    assert str(warehouse).encode() not in b"".join(
        path.read_bytes() for path in (tmp_path / "back up").rglob("*") if path.is_file()
    ), "no file holds the path it lay at"


def test_what_is_being_written_is_copied_once_it_is_whole(home: Path, tmp_path: Path) -> None:
    files = WorkingFiles.of(home / "warehouse", "tiny")
    whole, sound = files.admitted.read_bytes(), contents(files.admitted)
    with files.locked():
        files.admitted.write_bytes(whole[:5000])
        said = []
        copying = threading.Thread(target=lambda: said.append(back_up(home / "warehouse", tmp_path / "copy")))
        copying.start()
        while not (tmp_path / "copy" / "published" / "releases").exists():
            time.sleep(0.01)
        time.sleep(0.3)
        assert not (tmp_path / "copy" / "registries" / "tiny").exists()
        files.admitted.write_bytes(whole)
    copying.join()
    assert said[0].code == 0, said
    assert contents(tmp_path / "copy" / "registries" / "tiny" / "admitted.duckdb") == sound


def test_nobody_is_erased_while_a_backup_is_taken(home: Path, tmp_path: Path) -> None:
    with erasing(home / "warehouse"):
        said: list[Said] = []
        words = (home / "warehouse", tmp_path / "copy")
        copying = threading.Thread(target=lambda: said.append(back_up(*words)))
        copying.start()
        time.sleep(0.5)
        assert not (tmp_path / "copy").exists()
    copying.join()
    assert said[0].code == 0, said
    assert "flock -s" in recipe("Back up"), "shared: releases are published meanwhile"


def test_a_backup_that_is_not_whole_is_told(home: Path, tmp_path: Path) -> None:
    shelf = Shelf.of(home / "warehouse")
    (shelf.folder(shelf.ids()[0]) / "report.html").unlink()
    said = back_up(home / "warehouse", tmp_path / "copy")
    assert said.code == 1
    assert "report.html is missing" in said.out


def test_what_the_page_says_to_back_up_is_what_lies_in_a_warehouse(home: Path) -> None:
    told = page("backup.md")
    for place in (home / "warehouse").iterdir():
        assert f"`<warehouse>/{place.name}" in told or f"`{place.name}`" in told, place.name
