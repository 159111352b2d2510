"""docs/runbook.md: pseudonyms and erasures that go wrong; each as the page has it.

Not here: the other entries (`test_runbook.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.errors import BppError
from bpp_etl.identity.erased import begin_erasure, end_erasure
from bpp_etl.release.shelf import Shelf
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
