"""`bpp erase` and `bpp raw` as commands: exit codes, what is said, and nobody left in Dagster's storage.

Not here: erasing (`tests/unit/erasure`), and telling a row (`tests/unit/explain/test_delivered_row.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.door import run_refresh
from bpp_etl.release.shelf import Shelf
from tests.conftest import MadeOnce
from tests.support.commands import bpp
from tests.support.deliveries import write_delivery_of
from tests.support.patients_by_name import files_with
from tests.unit.erasure.erased import ID, KEPT, REFUSED, TOML, left_of_her


def make(home: Path) -> None:
    folder = write_delivery_of(home / "landing", **REFUSED)
    (folder.parent / "registry.toml").write_text(TOML, encoding="utf-8")
    assert run_refresh(home / "landing", home / "warehouse", [], [], full=False) == 0


@pytest.fixture
def home(made_once: MadeOnce, tmp_path: Path) -> Path:
    made, _ = made_once("erased-by-command", make)
    shutil.copytree(made, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def places(home: Path) -> tuple[str, ...]:
    return ("--landing", str(home / "landing"), "--warehouse", str(home / "warehouse"))


def test_a_patient_is_erased_and_the_rest_is_published_anew(home: Path) -> None:
    warehouse = home / "warehouse"
    before = Shelf.of(warehouse).in_service()
    assert left_of_her(warehouse)
    said = bpp("erase", ID, "--registry", "tiny", *places(home))
    assert said.code == 0, said
    assert left_of_her(warehouse) == {}, "working files, releases, Dagster's storage, and all else"
    assert any(path.startswith("dagster/") for path in files_with(warehouse, ["tiny"]))
    assert files_with(warehouse, KEPT)
    after = Shelf.of(warehouse).in_service()
    assert after != before
    lines = said.out.splitlines()
    assert "tiny: the patient is erased" in lines
    assert f"  - {home / 'landing' / 'tiny'}: what was delivered;" in said.out
    assert f"release {after} is in service" in lines
    assert "rows of patients who were erased are delivered again" in said.out
    assert ID not in said.out + said.err
    again = bpp("erase", ID, "--registry", "tiny", *places(home))
    assert again.code == 0
    assert "tiny: the patient was erased before, and nothing is left" in again.out
    assert left_of_her(home / "landing"), "what was delivered is the registry's"


def test_a_patient_nobody_knows_is_told_by_the_exit_code(home: Path) -> None:
    said = bpp("erase", "NOBODY", "--registry", "tiny", *places(home))
    assert (said.code, said.out) == (4, "")
    assert "NOBODY" not in said.err
    assert bpp("erase", ID, "--registry", "../tiny", *places(home)).code == 2
    assert bpp("erase", ID, *places(home)).code == 2
    assert bpp("erase", ID, "--registry", "tiny", "--warehouse", str(home / "none")).code == 4
    assert not (home / "none").exists()


def test_a_row_is_told_and_one_that_is_not_there_leaves_with_4(home: Path) -> None:
    said = bpp("raw", "tiny", "2024-12-31", "lab_results", "4", *places(home))
    assert said.code == 0, said
    assert "value_not_positive" in said.out
    said = bpp("raw", "tiny", "2024-12-31", "lab_results", "99", *places(home))
    assert (said.code, said.out) == (4, "")
    assert bpp("raw", "tiny", "2024-12-31", "lab_results", "four", *places(home)).code == 2
