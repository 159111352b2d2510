"""Erasing from releases that have rows in Parquet beside their file: none of hers is left in any of them.

Not here: releases in one file (`test_erase.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import bpp_etl
from bpp_etl.erasure import erase_patient, finish_erasures
from bpp_etl.erasure import releases as erasing
from bpp_etl.events import load_protocol
from bpp_etl.release.build import assemble
from bpp_etl.release.seal import AS_BEFORE, differences_in
from bpp_etl.release.shelf import BUILDING, FILE, Shelf
from bpp_etl.settings import Places
from bpp_etl.warehouse.beside import TABLES, all_beside
from schemas.release_quality import OUTSIDE_CONTENT
from tests.conftest import MadeOnce
from tests.support.patients_by_name import files_with
from tests.support.warehouses import PROTOCOLS, contents, release
from tests.unit.erasure.erased import ID, KEPT, REGIMEN, VALUE, left_of_her

OTHER = f"{TABLES}/core/patients/other.parquet"
SHUT = f"{TABLES}/quarantine/lab_results/tiny.shut.parquet"
OF_ITS_HISTORY = {"meta.release", "meta.table", *(f"quality.{name}" for name in OUTSIDE_CONTENT)}


@pytest.fixture(scope="module")
def made_beside(made: Path, made_once: MadeOnce) -> Path:
    """The home of a warehouse with two releases, with rows beside them, which share files."""

    def make(home: Path) -> None:
        shutil.copytree(made, home, dirs_exist_ok=True)
        for name in ("published", "shares"):
            shutil.rmtree(home / "warehouse" / name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BPP_INLINE_ROWS", "5")
            release(home / "warehouse")
            release(home / "warehouse", 1)

    return made_once("erased-beside", make)[0]


@pytest.fixture
def beside(made_beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A copy of it in which the same file still has a name in each release, to erase from."""
    monkeypatch.setenv("BPP_INLINE_ROWS", "5")
    places = Places(tmp_path / "beside" / "landing", tmp_path / "beside" / "warehouse")
    shutil.copytree(made_beside, places.warehouse.parent)
    first, second = folders(places)
    for file in all_beside(first):
        (second / file.relative_to(first)).unlink()
        (second / file.relative_to(first)).hardlink_to(file)
    return places


def folders(places: Places) -> list[Path]:
    shelf = Shelf.of(places.warehouse)
    return [shelf.folder(one) for one in shelf.ids()]


def test_nothing_of_her_is_left_and_what_has_none_of_hers_is_not_written(beside: Places) -> None:
    root = beside.warehouse
    files = {name: words for name, words in left_of_her(root).items() if f"/{TABLES}/" in name}
    assert {word for words in files.values() for word in words} >= {ID, str(VALUE), REGIMEN, "nowhere"}
    assert {name.rpartition("/")[2] for name in files} == {
        "other.parquet",
        "tiny.parquet",
        "tiny.shut.parquet",
    }
    there = [(folder / OTHER).stat().st_ino for folder in folders(beside)]
    erase_patient(beside, "tiny", ID)
    assert not {name for name in left_of_her(root) if "tiny" in name}
    assert [(folder / OTHER).stat().st_ino for folder in folders(beside)] == there
    erase_patient(beside, "other", ID)
    assert left_of_her(root) == {}
    kept = files_with(root, KEPT)
    assert {name for name, words in kept.items() if len(words) == len(KEPT)} >= {
        name for name in files if "/core/patients/" in name
    }
    assert len(folders(beside)) == 2
    for folder in folders(beside):
        assert differences_in(folder) == {}
        assert all(file.stat().st_mode & 0o222 == 0 for file in all_beside(folder))
    assert Shelf.of(root).damage_in_service() is None
    with bpp_etl.open_release(root) as opened:
        for table in ("core.patients", "event.patient_flow"):
            assert opened.query(f"select count(*) from {table}").fetchall() == [(4,)]


def test_what_is_made_anew_is_what_is_made_anew_of_one_file(home: Places, beside: Places) -> None:
    made = []
    for places in (home, beside):
        erase_patient(places, "tiny", ID)
        made.append(contents(Shelf.of(places.warehouse).current))
    assert made[0].keys() == made[1].keys()
    assert {name for name in made[0] if made[0][name] != made[1][name]} <= OF_ITS_HISTORY


def test_a_release_that_still_has_her_hands_on_none_of_the_files_that_do(
    beside: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when her rows are gone from the working files, and from no release yet."""
    with monkeypatch.context() as patch:
        patch.setattr("bpp_etl.erasure.run.erase_from_releases", _stop)
        with pytest.raises(KeyboardInterrupt):
            erase_patient(beside, "tiny", ID)
    assemble(beside.warehouse, [load_protocol(one) for one in PROTOCOLS])
    building = Shelf.of(beside.warehouse).building
    assert not {name for name in left_of_her(building) if "tiny" in name}
    assert (building / OTHER).samefile(folders(beside)[-1] / OTHER)


def test_the_file_in_service_goes_though_its_rows_are_those_of_the_release_made_anew(
    beside: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it is served: the file has events of hers, and none of her rows is seen through it."""
    shelf = Shelf.of(beside.warehouse)
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_serve", _stop)
        with pytest.raises(KeyboardInterrupt):
            erase_patient(beside, "tiny", ID)
    assert shelf.damage_in_service() == AS_BEFORE
    finish_erasures(beside)
    assert shelf.damage_in_service() is None
    with bpp_etl.open_release(beside.warehouse) as opened:
        sql = "select count(*) from event.patient_flow where registry = 'tiny'"
        assert opened.query(sql).fetchall() == [(2,)]


def _stop(*_: object) -> list[str]:
    raise KeyboardInterrupt


def empty(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"!")


@pytest.mark.parametrize("damage", [Path.unlink, empty])
def test_a_release_whose_rows_cannot_be_searched_is_removed(
    beside: Places, damage: Callable[[Path], object]
) -> None:
    first, second = folders(beside)
    damage(first / SHUT)
    erase_patient(beside, "tiny", ID)
    assert folders(beside) == [second]
    assert not {name for name in left_of_her(beside.warehouse) if "tiny" in name}


def test_an_erasure_that_is_stopped_leaves_a_release_as_it_was_and_is_ended(
    beside: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {folder: (folder / FILE).read_bytes() for folder in folders(beside)}
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "settle_rows", _stop)
        with pytest.raises(KeyboardInterrupt):
            erase_patient(beside, "tiny", ID)
    assert {folder: (folder / FILE).read_bytes() for folder in folders(beside)} == before
    assert all(differences_in(folder) == {} for folder in before)
    assert not list(Shelf.of(beside.warehouse).published.glob(f"{BUILDING}*"))
    finish_erasures(beside)
    assert not {name for name in left_of_her(beside.warehouse) if "tiny" in name}
