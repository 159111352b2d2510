"""A release whose files are not its own is named and never served, and stops no other.

Not here: releases that are killed in the making (`test_release_in_steps.py`), and registries' own files
(`test_damaged_registries.py`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from assets import cli
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.errors import BppError, DamagedError, UsageError
from bpp_etl.release.crate import CRATE
from bpp_etl.release.seal import sha256_of
from bpp_etl.release.shelf import FILE, MANIFEST, REPORT, Shelf
from bpp_etl.release.software import SOFTWARE
from bpp_etl.release.told import difference, listed, verified
from bpp_etl.settings import keep_releases
from bpp_etl.warehouse.connection import opened_read_only
from tests.faults.conftest import Served
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, release


def flip(path: Path) -> None:
    """Change bytes in the middle of a file that nobody may write."""
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 100)


def rewrite(path: Path, text: str) -> None:
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")


def of_another(folder: Path) -> None:
    """Put the files of the other release in the folder, under its name."""
    (other,) = (one for one in folder.parent.iterdir() if one != folder)
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


def alter(folder: Path, **told: object) -> None:
    """Write other things into a manifest, as by hand."""
    read = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    rewrite(folder / MANIFEST, json.dumps({**read, **told}))


def as_pipe(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    os.mkfifo(folder / MANIFEST)


def as_folder(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).mkdir()


def without_an_input(folder: Path) -> None:
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    told["input"]["deliveries"] = ["tiny/2030-01-01:admitted:0:0"]
    rewrite(folder / MANIFEST, json.dumps(told))


def write_log(folder: Path) -> None:
    (folder / f"{FILE}.wal").write_bytes(b"rows that were never published")


CUT_OFF = (lambda one: os.truncate(one / FILE, 5000), f"{FILE} is not the file")
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "database cut off": CUT_OFF,
    "database empty": (lambda one: os.truncate(one / FILE, 0), f"{FILE} is not the file"),
    "database changed": (lambda one: flip(one / FILE), f"{FILE} is not the file"),
    "database gone": (lambda one: (one / FILE).unlink(), f"{FILE} is missing"),
    "report changed": (lambda one: rewrite(one / REPORT, "<p>0</p>"), f"{REPORT} is not the file"),
    "software changed": (lambda one: rewrite(one / SOFTWARE, "{}"), f"{SOFTWARE} is not the file"),
    "report gone": (lambda one: (one / REPORT).unlink(), f"{REPORT} is missing"),
    "a log beside it": (write_log, f"{FILE}.wal is not of this release"),
    "manifest cut off": (lambda one: os.truncate(one / MANIFEST, 40), f"{MANIFEST} is not the manifest"),
    "manifest empty": (lambda one: os.truncate(one / MANIFEST, 0), f"{MANIFEST} is not the manifest"),
    "manifest a list": (lambda one: rewrite(one / MANIFEST, "[]"), f"{MANIFEST} is not the manifest"),
    "manifest of numbers": (lambda one: alter(one, input=7, created_at=5), f"{MANIFEST} is not the manifest"),
    "digests in lists": (lambda one: alter(one, files=[[FILE]]), f"{MANIFEST} is not the manifest"),
    "a digest that is none": (lambda one: alter(one, files={FILE: ["x"]}), f"{MANIFEST} is not the manifest"),
    "deliveries without a status": (
        lambda one: alter(one, input={"deliveries": ["tiny"]}),
        f"{MANIFEST} is not the manifest",
    ),
    "made anew by a word": (lambda one: alter(one, rewritten="yes"), f"{MANIFEST} is not the manifest"),
    "made anew by nobody": (lambda one: alter(one, rewritten=[{}]), f"{MANIFEST} is not the manifest"),
    "brackets without end": (lambda one: rewrite(one / MANIFEST, "[" * 100_000), f"{MANIFEST} is not the"),
    "manifest a pipe": (as_pipe, f"{MANIFEST} is not the manifest"),
    "manifest a folder": (as_folder, f"{MANIFEST} is not the manifest"),
    "manifest not text": (lambda one: (one / MANIFEST).write_bytes(b"\xff\xfe"), f"{MANIFEST} is not the"),
    "manifest untrue": (without_an_input, f"{MANIFEST} is of another release"),
    "manifest gone": (lambda one: (one / MANIFEST).unlink(), f"{MANIFEST} is missing"),
    "of another release": (of_another, f"{MANIFEST} is not the manifest"),
    "emptied": (lambda one: [path.unlink() for path in one.iterdir()], f"{MANIFEST} is missing"),
}


def differ(served: Served) -> str:
    """Say what differs between the last two releases, or why that cannot be said."""
    try:
        return difference(served.warehouse)
    except BppError as refused:
        return refused.hint


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_release_is_named_and_not_served_and_hides_no_other(
    served: Served, tmp_path: Path, which: int
) -> None:
    shelf = Shelf.of(served.warehouse)
    damaged, whole = shelf.ids()[which], shelf.ids()[1 - which]
    shelf.put_in_service(whole)
    before = sha256_of(shelf.current)
    folder = shelf.folder(damaged)
    shutil.copytree(folder, tmp_path / "sound")
    for how, (damage, what) in DAMAGE.items() if which else [("database cut off", CUT_OFF)]:
        damage(folder)
        told, is_whole = verified(served.warehouse)
        assert not is_whole, how
        assert f"{damaged}: {what}" in told, how
        assert f"{whole}: whole" in told, how
        assert verified(served.warehouse, whole) == (f"{whole}: whole", True)
        lines = listed(served.warehouse).splitlines()
        assert [line.split()[0] for line in lines if whole in line] == ["*"], how
        assert any(damaged in line for line in lines), how
        with pytest.raises(DamagedError) as error:
            shelf.put_in_service(damaged)
        assert damaged in error.value.message, how
        assert error.value.hint, how
        assert sha256_of(shelf.current) == before, how
        assert "database" not in how or differ(served), how
        assert shelf.newest_whole() == whole, how
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "sound", folder)
    assert verified(served.warehouse)[1]


@pytest.mark.parametrize("how", ["database changed", "manifest cut off"])
def test_a_damaged_release_is_carried_no_further_and_the_next_is_made(served: Served, how: str) -> None:
    shelf = Shelf.of(served.warehouse)
    first, second = shelf.ids()
    DAMAGE[how][0](shelf.folder(second))
    made = release(served.warehouse, 59)
    with opened_read_only(shelf.current) as con:
        carried = con.execute("select distinct release_id from quality.history order by 1").fetchall()
    assert carried == [(first,), (made.release_id,)]


def test_the_words_of_verify_and_its_exit_codes_are_those_of_a_check(two_releases: Served) -> None:
    shelf = Shelf.of(two_releases.warehouse)
    first, second = shelf.ids()
    told = said(two_releases, "verify")
    assert told == (0, f"{first}: whole\n{second}: whole\nin service: {FILE} is that of its release\n")
    assert said(two_releases, "verify", first) == (0, f"{first}: whole\n")
    for command in ("verify", "rollback"):
        words = ["releases", command, "20200101T000000Z-00000000", "--warehouse", str(two_releases.warehouse)]
        error = CliRunner().invoke(cli.app, words).exception
        assert isinstance(error, BppError)
        assert error.exit_code == 4


def said(served: Served, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["releases", *words, "--warehouse", str(served.warehouse)])
    return done.exit_code, done.output


def test_a_file_that_is_not_of_a_release_is_told_and_does_no_harm(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first, _ = shelf.ids()
    (shelf.folder(first) / "notes.txt").write_text("ours", encoding="utf-8")
    assert said(served, "verify", first) == (1, f"{first}: notes.txt is not of this release\n")
    assert said(served, "rollback", first) == (0, f"release {first} is in service\n")


def test_a_difference_of_none_named_is_of_the_last_two(two_releases: Served, tmp_path: Path) -> None:
    first, second = Shelf.of(two_releases.warehouse).ids()
    assert difference(two_releases.warehouse) == difference(two_releases.warehouse, first, second)
    with pytest.raises(UsageError, match="between two releases"):
        difference(two_releases.warehouse, first)
    with pytest.raises(BppError, match="nothing to compare"):
        difference(tmp_path)


def test_a_damaged_file_in_service_is_put_back_from_its_release(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first = shelf.ids()[0]
    shelf.put_in_service(first)
    whole = sha256_of(shelf.current)
    assert shelf.put_back() is None
    damage: dict[str, Callable[[Path], object]] = {
        "changed": flip,
        "cut off": lambda path: os.truncate(path, 5000),
        "text": lambda path: rewrite(path, "not a database"),
        "gone": Path.unlink,
    }
    for how, spoil in damage.items():
        shelf.current.chmod(0o644)
        spoil(shelf.current)
        code, told = said(served, "verify")
        assert code == 1
        assert f"in service: {FILE} is {'gone' if how == 'gone' else 'damaged'}" in told
        assert "in service, is damaged" in said(served, "list")[1] or how in {"gone", "changed"}
        words = shelf.put_back()
        assert words is not None
        assert words.endswith(f"put back from release {first}"), "the one in service, not the newest"
        assert sha256_of(shelf.current) == whole
        assert shelf.in_service() == first


def test_a_damaged_file_in_service_without_a_whole_release_is_told_with_the_way_out(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first = shelf.ids()[0]
    flip(shelf.current)
    flip(shelf.folder(shelf.ids()[1]) / FILE)
    with pytest.raises(DamagedError, match="and so is its release") as error:
        shelf.put_back()
    assert "bpp releases rollback" in error.value.hint
    shelf.put_in_service(first)
    assert shelf.put_back() is None


def test_a_refresh_puts_the_file_in_service_back_and_says_so(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    in_service = shelf.in_service()
    flip(shelf.current)
    lines: list[str] = []
    done = refresh(Warehouse(landing=str(served.landing), warehouse=str(served.warehouse)), say=lines.append)
    assert (done.exit_code, done.release_id, done.is_new) == (0, in_service, False)
    assert f"{FILE}, the file in service, is damaged: put back from release {in_service}" in lines


def test_pruning_keeps_the_newest_the_one_in_service_and_one_that_is_whole(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first, second = shelf.ids()
    third, fourth = (release(served.warehouse, second).release_id for second in (57, 58))
    shelf.put_in_service(first)
    flip(shelf.folder(fourth) / FILE)
    assert said(served, "prune") == (0, "4 kept\n"), "the setting keeps twelve"
    assert said(served, "prune", "--keep", "1") == (0, f"removed {second}\n3 kept\n")
    assert shelf.ids() == [first, third, fourth]
    assert not list(shelf.published.glob(".building*"))
    assert said(served, "prune", "--keep", "0")[0] == 2
    flip(shelf.current)
    os.truncate(shelf.current, 5000)
    with pytest.raises(DamagedError):
        shelf.prune(1)


def test_how_many_releases_are_kept_is_a_setting(tmp_path: Path) -> None:
    assert keep_releases({}) == 12
    assert keep_releases({"BPP_KEEP_RELEASES": "3"}) == 3
    assert keep_releases({}, tmp_path) == 12
    (tmp_path / "pyproject.toml").write_text("[tool.bpp]\nkeep_releases = 4\n", encoding="utf-8")
    assert keep_releases({}, tmp_path) == 4
    for wrong in ("0", "-1", "many"):
        with pytest.raises(UsageError, match="no whole number above 0"):
            keep_releases({"BPP_KEEP_RELEASES": wrong})


def test_the_calendar_window_of_a_release_is_listed(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first = shelf.ids()[0]
    path = shelf.folder(first) / FILE
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        con.execute("update meta.release set first_line_from = date '2018-01-01'")
    assert f"{first}: only patients whose line 1 started from 2018-01-01" in listed(served.warehouse)


def test_a_release_of_before_digests_were_kept_is_served_if_it_opens(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first = shelf.ids()[0]
    told = shelf.manifest(first)
    del told["files"]
    rewrite(shelf.folder(first) / MANIFEST, json.dumps(told))
    for name in (SOFTWARE, PACKAGE, CRATE):
        (shelf.folder(first) / name).unlink()
    assert verified(served.warehouse, first) == (f"{first}: whole", True)
    shelf.put_in_service(first)
    os.truncate(shelf.folder(first) / FILE, 5000)
    assert not verified(served.warehouse, first)[1]
    with pytest.raises(DamagedError):
        shelf.put_in_service(first)


def test_a_new_release_is_made_where_all_before_it_are_damaged(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    for release_id in shelf.ids():
        flip(shelf.folder(release_id) / FILE)
    write_delivery_of(served.landing, day="2025-01-01")
    admit(served.landing, served.warehouse)
    made = release(served.warehouse, 59)
    assert shelf.in_service() == made.release_id
    assert verified(served.warehouse, made.release_id)[1]
