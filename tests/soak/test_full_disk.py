"""A disk that is full at fifty sizes: one readable line, what is in service stays, and with room it goes on.

Not here: what each step says (`tests/faults/test_runbook.py`). The disk is a file system of its own in
memory, which only the system's administrator may mount.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bpp_etl.release.seal import sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import verified
from bpp_etl.settings import PROJECT
from tests.soak.figures import record, share_of
from tests.support.commands import BPP, bpp, ended
from tests.support.deliveries import TINY, write_delivery_of

SIZES = 50
MOUNT = 'mkdir -p "$1" && mount -t tmpfs -o size="$2k" none "$1"'
REFRESH = (
    MOUNT + ' && cp -R "$3" "$1/home" || exit 99; "$4" refresh --landing "$1/home/landing"'
    ' --warehouse "$1/home/warehouse"; code=$?; rm -rf "$5"; cp -R "$1/home" "$5"; exit $code'
)


def may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "-m", "sh", "-c", MOUNT, "sh", "/tmp/bpp-may-mount", "100"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not may_mount(), reason="this account may not mount a file system of its own"),
]


def kilobytes_in(folder: Path) -> int:
    """Say what a folder takes on a disk: whole blocks, and one for each folder."""
    return sum((path.lstat().st_size + 4095) // 4096 * 4 + 4 for path in folder.rglob("*"))


def test_a_refresh_on_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_delivery_of(home / "landing", day="2024-12-30")
    words = ("--landing", home / "landing", "--warehouse", home / "warehouse")
    assert bpp("refresh", *words).code == 0
    before = sha256_of(Shelf.of(home / "warehouse").current)
    held = kilobytes_in(home)
    write_delivery_of(home / "landing", patients=TINY["patients"].replace("A,female", "A,male"))
    shutil.copytree(home, tmp_path / "whole")
    again = ("--landing", tmp_path / "whole" / "landing", "--warehouse", tmp_path / "whole" / "warehouse")
    assert bpp("refresh", *again).code == 0
    needed = 2 * (kilobytes_in(tmp_path / "whole") - held) + 4096
    sizes, full, fitted = share_of(SIZES), 0, 0
    for number in range(sizes):
        room = 100 + needed * number // max(1, sizes - 1)
        places = [tmp_path / "disk", kilobytes_in(home) + room, home, BPP, tmp_path / "after"]
        said = ended(["unshare", "-m", "sh", "-c", REFRESH, "sh", *map(str, places)], cwd=PROJECT)
        assert said.code in {0, 1}, (room, said)
        lines = said.err.splitlines()
        assert not [line for line in lines if "unexpected" in line or "Traceback" in line], (room, said)
        after = Shelf.of(tmp_path / "after" / "warehouse")
        assert verified(after.published.parent)[1], (room, verified(after.published.parent))
        if said.code:
            full += 1
            assert any(line.startswith("error: ") for line in lines), (room, said)
            made = len(after.ids()) > 1
            assert made or sha256_of(after.current) == before, room
            places_after = (
                "--landing",
                tmp_path / "after" / "landing",
                "--warehouse",
                after.published.parent,
            )
            done = bpp("refresh", *places_after)
            assert done.code == 0, (room, done)
        else:
            fitted += 1
        assert len(after.ids()) == 2, room
    assert full
    assert fitted
    record("full disks", SIZES, sizes, told_in_a_line=full, fitted=fitted, lost=0)
