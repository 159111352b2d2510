"""docs/runbook.md: pseudonyms and erasures that go wrong; each as the page has it.

Not here: the other entries (`test_runbook.py`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest

from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.errors import BppError
from bpp_etl.identity.erased import begin_erasure, end_erasure
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import Places
from bpp_etl.status.warehouse import Operated, status_of
from tests.gates.test_patients_of_another_registry import LEFT_OUT, tables
from tests.support.deliveries import write_delivery_of
from tests.support.runbook import quoted
from tests.support.warehouses import admit, release


def test_24_the_key_of_pseudonyms_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    key = tmp_path / "pseudonyms.key"
    key.write_text("k" * 40, encoding="utf-8")
    key.chmod(0o600)
    monkeypatch.setenv("BPP_PSEUDONYM_KEY_FILE", str(key))
    assert admit(landing, warehouse).is_open
    found = []
    for variable, value in (("BPP_PSEUDONYM_KEY", "o" * 40), ("BPP_PSEUDONYM_KEY_FILE", "")):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            found += [cause.message for cause in admit(landing, warehouse).causes]
    key.chmod(0o644)
    with pytest.raises(BppError) as error:
        admit(landing, warehouse)
    assert [*found, error.value.message] == quoted(24)
    key.chmod(0o600)
    assert admit(landing, warehouse).is_open, "the key by which it was admitted"
    monkeypatch.setenv("BPP_PSEUDONYM_KEY_FILE", "")
    shutil.move(warehouse / "registries" / "tiny", tmp_path / "away")
    assert admit(landing, warehouse).is_open, "the registry begun anew"


def test_25_an_erasure_was_cut_short(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    admit(landing, warehouse)
    begin_erasure(warehouse, "tiny", "A", ["A1"])  # and no further
    with pytest.raises(BppError) as error:
        release(warehouse)
    said: list[str] = []
    done = refresh(Warehouse(landing=str(landing), warehouse=str(warehouse)), say=said.append)
    assert [error.value.message, said[0]] == quoted(25)
    assert done.exit_code == 0
    with duckdb.connect(str(Shelf.of(warehouse).current), read_only=True) as con:
        found = con.execute("select patient_id from core.patients order by 1").fetchall()
    assert found == [("B",), ("C",)]


def test_26_the_list_of_the_erased_has_lost_its_key(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    end_erasure(warehouse, "tiny", begin_erasure(warehouse, "tiny", "A", []))
    key = (warehouse / ".key").read_text(encoding="ascii")
    (warehouse / ".key").write_text("0" * 64, encoding="ascii")
    with pytest.raises(BppError) as error:
        admit(landing, warehouse)
    assert [error.value.message] == quoted(26)
    (warehouse / ".key").write_text(key, encoding="ascii")
    assert admit(landing, warehouse).is_open, "both of one backup"


def test_28_a_registry_has_another_name(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    once = Warehouse(landing=str(landing), warehouse=str(warehouse))
    for registry, later in (("tiny", 1), ("renamed", 3)):
        folder = write_delivery_of(landing, registry, **tables(range(5), "P", later=later), **LEFT_OUT)
        (folder.parent / "registry.toml").write_text("[limits]\ncadence = 1\n", encoding="utf-8")
    old = landing / "tiny"
    shutil.move(landing / "renamed", tmp_path / "renamed")
    assert refresh(once).exit_code == 0
    shutil.move(old, tmp_path / "tiny")
    shutil.move(tmp_path / "renamed", landing / "renamed")
    assert refresh(once).exit_code == 3
    found = needs(landing, warehouse)
    shut, gone = quoted(28)
    assert gone in found
    assert any(what.endswith(f": {shut}") for what in found)
    shutil.move(warehouse / "registries" / "tiny", tmp_path / "away")
    assert refresh(once, only=["renamed"], full=True).exit_code == 0
    assert not set(needs(landing, warehouse)) & set(quoted(28))


def needs(landing: Path, warehouse: Path) -> list[str]:
    operated = Operated({}, 35, 35, "does not run", is_running=False)
    found = status_of(Places(landing, warehouse), operated, dt.datetime.now(dt.UTC))
    return [need.what for need in found.needs]
