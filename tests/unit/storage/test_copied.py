"""Releases copied to S3: the pointer moves last, on a condition, and never over somebody else's.

Not here: making a release.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bpp_etl.errors import BppError, UsageError
from bpp_etl.identity.erased import begin_erasure
from bpp_etl.release import copied
from bpp_etl.release.copied import POINTER, copy_in_service
from bpp_etl.release.seal import FILE, FILES, MANIFEST, sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.storage import bucket
from bpp_etl.storage.bucket import Bucket
from bpp_etl.warehouse.audit import note, noted
from bpp_etl.warehouse.beside import TABLES
from tests.support.releases import MadeRelease, publish_made
from tests.unit.storage.conftest import KEYS, Server

ONE = {"one": {"P1": "day -3 CT\nday 42 CT: new osteoblastic rib\nday 84 CT\nday 126 CT"}}


def publish(warehouse: Path, year: int) -> str:
    created_at = MadeRelease(ONE).created_at.replace(year=year)
    return publish_made(warehouse, MadeRelease(ONE, created_at=created_at))


@pytest.fixture
def told(server: Server) -> dict[str, str]:
    """The environment that states where releases are copied to."""
    return {"BPP_PUBLISH_TO": f"{server.address}/out", "BPP_STORAGE_ENDPOINT": server.endpoint}


def pointer(server: Server) -> dict[str, str]:
    return dict(json.loads(server.read(f"out/{POINTER}")))


def test_the_release_in_service_is_copied_and_the_pointer_names_it(
    server: Server, told: dict[str, str], tmp_path: Path
) -> None:
    assert copy_in_service(tmp_path, told) is None, "there is none yet"
    first = publish(tmp_path, 2021)
    assert f"release {first} is copied to {server.address}/out" in str(copy_in_service(tmp_path, told))
    folder = Shelf.of(tmp_path).folder(first)
    assert server.keys("out") == {
        f"out/{POINTER}",
        *(f"out/releases/{first}/{path.name}" for path in folder.iterdir()),
    }
    for path in folder.iterdir():
        assert server.read(f"out/releases/{first}/{path.name}") == path.read_bytes()
    assert (pointer(server)["release_id"], pointer(server)["folder"]) == (first, f"releases/{first}")
    assert copy_in_service(tmp_path, told) is None, "it is there already"
    second = publish(tmp_path, 2022)
    copy_in_service(tmp_path, told)
    assert pointer(server)["release_id"] == second
    lines = [(one["action"], one["release_id"], one["detail"]) for one in noted(tmp_path)]
    assert [one for one in lines if one[2] == "copied"] == [
        ("publish", first, "copied"),
        ("publish", second, "copied"),
    ]


def test_rows_beside_a_release_are_copied_and_removed_once_it_no_longer_has_them(
    server: Server, told: dict[str, str], tmp_path: Path
) -> None:
    release_id = publish(tmp_path, 2021)
    folder = Shelf.of(tmp_path).folder(release_id)
    (folder / TABLES / "core").mkdir(parents=True)

    def seal(*names: str) -> None:
        for name in names:
            (folder / name).write_bytes(b"made up")
        files = {name: sha256_of(folder / name) for name in (FILE, *names)}
        (folder / MANIFEST).write_text(json.dumps({"release_id": release_id, FILES: files}), encoding="utf-8")

    one, other = (f"{TABLES}/core/{name}.parquet" for name in ("one", "other"))
    seal(one, other)
    copy_in_service(tmp_path, told)
    assert server.keys("out") >= {f"out/releases/{release_id}/{name}" for name in (FILE, one, other)}
    (folder / other).unlink()
    seal(one)
    copy_in_service(tmp_path, told)
    there = {name for name in server.keys("out") if TABLES in name}
    assert there == {f"out/releases/{release_id}/{one}"}


def test_nothing_is_asked_where_nothing_is_stated(tmp_path: Path) -> None:
    publish(tmp_path, 2021)
    assert copy_in_service(tmp_path, {}) is None


def test_a_copy_cut_short_leaves_the_pointer_and_the_next_completes_it(
    server: Server, told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(tmp_path, 2021)
    copy_in_service(tmp_path, told)
    second = publish(tmp_path, 2022)
    put = Bucket.put

    def cut(self: Bucket, name: str, file: Path) -> None:
        if file.name == MANIFEST:
            raise KeyboardInterrupt
        put(self, name, file)

    with monkeypatch.context() as patched:
        patched.setattr(Bucket, "put", cut)
        with pytest.raises(KeyboardInterrupt):
            copy_in_service(tmp_path, told)
    assert pointer(server)["release_id"] == first
    assert f"out/releases/{second}/bpp.duckdb" in server.keys("out")
    copy_in_service(tmp_path, told)
    assert pointer(server)["release_id"] == second
    assert f"out/releases/{second}/{MANIFEST}" in server.keys("out")


def test_a_pointer_at_a_newer_release_of_another_warehouse_stays(
    server: Server, told: dict[str, str], tmp_path: Path
) -> None:
    newer = publish(tmp_path / "theirs", 2023)
    copy_in_service(tmp_path / "theirs", told)
    older = publish(tmp_path / "ours", 2022)
    before = server.keys("out")
    with pytest.raises(BppError, match=f"names release {newer}, which is newer than {older}") as caught:
        copy_in_service(tmp_path / "ours", told)
    assert caught.value.hint
    assert (pointer(server)["release_id"], server.keys("out")) == (newer, before)


@pytest.mark.parametrize("was_there", [False, True])
def test_of_two_who_publish_at_once_one_is_refused(
    was_there: bool,
    server: Server,
    told: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if was_there:
        publish(tmp_path / "ours", 2020)
        copy_in_service(tmp_path / "ours", told)
    publish(tmp_path / "ours", 2022)
    theirs = publish(tmp_path / "theirs", 2023)
    bring = copied._bring

    def meanwhile(place: Bucket, folder: Path) -> bool:
        monkeypatch.setattr(copied, "_bring", bring)
        copy_in_service(tmp_path / "theirs", told)
        return bring(place, folder)

    monkeypatch.setattr(copied, "_bring", meanwhile)
    with pytest.raises(BppError, match=f"moved by somebody else meanwhile: it names release {theirs}"):
        copy_in_service(tmp_path / "ours", told)
    assert pointer(server)["release_id"] == theirs


def test_a_rollback_moves_the_pointer_back(server: Server, told: dict[str, str], tmp_path: Path) -> None:
    first = publish(tmp_path, 2021)
    publish(tmp_path, 2022)
    copy_in_service(tmp_path, told)
    Shelf.of(tmp_path).step_back(first)
    copy_in_service(tmp_path, told)
    assert pointer(server)["release_id"] == first


def test_a_release_that_an_erasure_made_anew_is_copied_anew(
    server: Server, told: dict[str, str], tmp_path: Path
) -> None:
    first = publish(tmp_path, 2021)
    copy_in_service(tmp_path, told)
    publish(tmp_path, 2022)
    copy_in_service(tmp_path, told)
    manifest = Shelf.of(tmp_path).folder(first) / MANIFEST
    manifest.write_text(json.dumps({"release_id": first, "rewritten": []}), encoding="utf-8")
    assert f"made anew at {server.address}/out: {first}" in str(copy_in_service(tmp_path, told))
    assert server.read(f"out/releases/{first}/{MANIFEST}") == manifest.read_bytes()


def test_a_release_of_before_an_erasure_that_nobody_keeps_is_removed(
    server: Server, told: dict[str, str], tmp_path: Path
) -> None:
    first, second, third = (copied_of(year, told, tmp_path) for year in (2021, 2022, 2023))
    shelf = Shelf.of(tmp_path)
    shelf.remove(first)
    assert copy_in_service(tmp_path, told) is None
    assert f"out/releases/{first}/{MANIFEST}" in server.keys("out"), "what is pruned stays there"
    note(tmp_path, "erase", registry="one", detail="hash")
    fourth = copied_of(2024, told, tmp_path)
    assert {key.split("/")[2] for key in server.keys("out/releases")} == {second, third, fourth}
    shelf.remove(fourth)
    publish(tmp_path, 2025)
    copy_in_service(tmp_path, told)
    assert f"out/releases/{fourth}/{MANIFEST}" in server.keys("out"), "nobody was erased since"
    note(tmp_path, "erase", registry="one", detail="hash")
    assert str(copy_in_service(tmp_path, told)).endswith(f"not kept here: {fourth}")
    pruned = [
        one["release_id"] for one in noted(tmp_path) if (one["action"], one["detail"]) == ("prune", "copied")
    ]
    assert pruned == [first, fourth]


def copied_of(year: int, told: dict[str, str], warehouse: Path) -> str:
    made = publish(warehouse, year)
    copy_in_service(warehouse, told)
    return made


def test_nothing_is_copied_while_a_patient_is_to_be_erased(told: dict[str, str], tmp_path: Path) -> None:
    publish(tmp_path, 2021)
    begin_erasure(tmp_path, "one", "P1", ())
    with pytest.raises(BppError, match="cut short"):
        copy_in_service(tmp_path, told)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"BPP_PUBLISH_TO": "s3://no-such-house/out"}, "there is no such bucket"),
        ({"BPP_STORAGE_ENDPOINT": "http://127.0.0.1:9"}, "its server cannot be reached"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_in_a_line(
    changed: dict[str, str], why: str, told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "REQUEST_SECONDS", 3)
    publish(tmp_path, 2021)
    with pytest.raises(BppError, match=why) as caught:
        copy_in_service(tmp_path, told | changed)
    assert "\n" not in caught.value.message
    assert not [one for one in KEYS.values() if one in caught.value.message + caught.value.hint]


def test_without_its_package_it_is_told_what_to_install(
    told: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, 2021)
    monkeypatch.setattr(bucket, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="needs the package obstore") as caught:
        copy_in_service(tmp_path, told)
    assert "bpp-etl[s3]" in caught.value.hint
