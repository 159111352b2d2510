"""A whole refresh of a landing in S3: its release is that of the same landing on disk, and is copied to S3.

Not here: what may go wrong (`test_landing.py`, `test_copied.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assets.door import run_refresh
from bpp_etl.release.shelf import Shelf
from tests.support.deliveries import DAY, TINY, write_delivery_of
from tests.support.warehouses import admit, release
from tests.unit.storage.conftest import Server


def test_a_landing_in_s3_gives_the_release_of_one_on_disk_and_is_told_by_its_address(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    write_delivery_of(landing, "shut", bone_lesions="assessment_id\nA1\n")
    assert admit(landing, tmp_path / "other").is_open
    assert not admit(landing, tmp_path / "other", "shut").is_open
    expected = release(tmp_path / "other").content_digest
    server.put_folder(landing, "landing")
    monkeypatch.setenv("BPP_PUBLISH_TO", f"{server.address}/out")
    place = Path(f"{server.address}/landing")
    assert run_refresh(place, warehouse, [], [], full=False) == 3
    told = capfd.readouterr().out
    shelf = Shelf.of(warehouse)
    release_id = str(shelf.in_service())
    assert shelf.manifest(release_id)["content_digest"] == expected
    assert f"release {release_id} is copied to {server.address}/out, and latest.json names it" in told
    assert f"check {server.address}/landing/shut/{DAY}" in told
    assert json.loads(server.read("out/latest.json"))["content_digest"] == expected
    server.put(f"landing/tiny/{DAY}/her2_tests.csv", TINY["her2_tests"].encode())
    assert run_refresh(place, warehouse, [], [], full=False) == 3
    assert f"nothing new: release {release_id} stays in service" in capfd.readouterr().out
