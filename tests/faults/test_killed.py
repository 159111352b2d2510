"""A refresh that is killed at any moment leaves a release that opens, and the next one makes good for it.

Not here: what is left behind, step by step (`test_isolation.py`).
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from bpp_etl.release.shelf import Shelf
from tests.support.commands import bpp, start_bpp
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import contents

pytestmark = pytest.mark.soak
PATIENCE = 120.0


@dataclass(frozen=True)
class Home:
    """A landing with a new delivery, and a warehouse that holds a release of the one before."""

    landing: Path
    warehouse: Path

    def refresh(self) -> None:
        said = bpp("refresh", "--landing", self.landing, "--warehouse", self.warehouse)
        assert said.code == 0, said

    def digest(self) -> str:
        shelf = Shelf.of(self.warehouse)
        in_service = shelf.in_service()
        assert in_service is not None
        return str(shelf.manifest(in_service)["content_digest"])


def has(pattern: str) -> Callable[[Path, float], bool]:
    return lambda warehouse, _: any(warehouse.glob(pattern))


def after(seconds: float) -> Callable[[Path, float], bool]:
    return lambda _, since: time.time() > since + seconds


def is_admitted(warehouse: Path, since: float) -> bool:
    path = warehouse / "registries" / "tiny" / "admitted.duckdb"
    return path.exists() and path.stat().st_mtime > since


def is_named(warehouse: Path, _: float) -> bool:
    return len(list(warehouse.glob("published/releases/*/manifest.json"))) == 2


MOMENTS: Mapping[str, Callable[[Path, float], bool]] = {
    "files are unpacked": has("registries/tiny/bpp-read-*"),
    "a delivery is built": has("registries/tiny/building.duckdb"),
    "its log is written": has("registries/tiny/building.duckdb.wal"),
    "it is admitted": is_admitted,
    "a release is built": has("published/.building*"),
    "its rows are copied": has("published/.building*/bpp.duckdb.wal"),
    "it is assembled": has("published/.building*/assembled.json"),
    "its report is written": has("published/.building*/report.html"),
    "it is named": is_named,
    "it is copied into service": has("published/.bpp.duckdb.*"),
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home before its second refresh, and the digest that the second refresh comes to."""
    folder = tmp_path_factory.mktemp("killed")
    home = Home(folder / "landing", folder / "warehouse")
    write_delivery_of(home.landing, day="2024-12-30")
    home.refresh()
    write_delivery_of(home.landing, patients=TINY["patients"].replace("A,female", "A,male"))
    again = copied(home, folder / "again")
    before = again.digest()
    again.refresh()
    assert again.digest() != before
    return home, again.digest()


def copied(home: Home, folder: Path) -> Home:
    shutil.copytree(home.landing.parent, folder, ignore=shutil.ignore_patterns("again"))
    return Home(folder / "landing", folder / "warehouse")


def opens(path: Path) -> bool:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute("select count(*) from core.patients").fetchall() == [(3,)]


def kill_when(home: Home, is_time: Callable[[Path, float], bool]) -> bool:
    """Start a refresh and kill it at once when its moment has come; say whether it came.

    All the while, and afterwards, the release in service opens.
    """
    current = Shelf.of(home.warehouse).current
    since, looked = time.time(), 0.0
    process = start_bpp("refresh", "--landing", home.landing, "--warehouse", home.warehouse)
    try:
        has_come = False
        while process.poll() is None and time.time() < since + PATIENCE:
            if is_time(home.warehouse, since):
                has_come = True
                break
            if time.time() > looked + 0.2:
                assert opens(current)
                looked = time.time()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert opens(current)
    return has_come


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_refresh_comes_to_the_same_release(
    tmp_path: Path, undisturbed: tuple[Home, str], moment: str
) -> None:
    home = copied(undisturbed[0], tmp_path / "home")
    assert kill_when(home, MOMENTS[moment])
    home.refresh()
    assert home.digest() == undisturbed[1]
    assert opens(Shelf.of(home.warehouse).current)
    left = {path.name for path in home.warehouse.rglob("*") if path.is_file()}
    assert not {name for name in left if name.endswith(".wal") or name.startswith((".bpp", "building"))}
    assert not list(home.warehouse.glob("published/.building*"))
    assert not list(home.warehouse.glob("registries/*/bpp-read-*"))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_refresh_killed_again_and_again_comes_to_the_same_release(
    tmp_path: Path, undisturbed: tuple[Home, str], share: float
) -> None:
    home = copied(undisturbed[0], tmp_path / "home")
    started = time.time()
    copied(undisturbed[0], tmp_path / "timed").refresh()
    whole = time.time() - started
    for turn in range(3):
        kill_when(home, after(whole * share * (1 + turn / 10)))
    home.refresh()
    assert home.digest() == undisturbed[1]


def test_two_refreshes_at_once_end_as_one(tmp_path: Path, undisturbed: tuple[Home, str]) -> None:
    home = copied(undisturbed[0], tmp_path / "home")
    both = [start_bpp("refresh", "--landing", home.landing, "--warehouse", home.warehouse) for _ in range(2)]
    codes = [process.wait(timeout=PATIENCE * 2) for process in both]
    # One of them may find the registry or the release in the other's hands, and says so with 1.
    assert set(codes) <= {0, 1}
    assert 0 in codes
    home.refresh()
    assert home.digest() == undisturbed[1]
    admitted = contents(home.warehouse / "registries" / "tiny" / "admitted.duckdb")
    once = copied(undisturbed[0], tmp_path / "once")
    once.refresh()
    other = contents(once.warehouse / "registries" / "tiny" / "admitted.duckdb")
    assert {name: digest for name, digest in admitted.items() if not name.startswith("raw")} == {
        name: digest for name, digest in other.items() if not name.startswith("raw")
    }
