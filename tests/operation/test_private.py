"""Files of a warehouse are for their owner alone, or for a group that is named, whatever the umask.

Not here: files that are closed to us (`tests/faults/test_permissions.py`).
"""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.door import run_refresh
from bpp_etl.errors import UsageError
from bpp_etl.warehouse.private import keep_private
from tests.support.deliveries import write_delivery_of


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes_of(root: Path, left_alone: Path) -> dict[str, int]:
    """Tell the modes of all that a warehouse holds, links and the landing left out."""
    return {
        str(path.relative_to(root)): stat.S_IMODE(path.lstat().st_mode)
        for path in (root, *root.rglob("*"))
        if not path.is_symlink() and left_alone not in (path, *path.parents)
    }


def test_all_that_a_refresh_writes_is_for_its_owner_alone(tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    landing = root / "landing"
    folder = write_delivery_of(landing)
    delivered = stat.S_IMODE(folder.stat().st_mode)
    (root / "registries").mkdir()  # as one of an older version was left
    (root / "registries" / "old.duckdb").write_bytes(b"")
    assert run_refresh(landing, root, [], [], full=False) == 0
    modes = modes_of(root, landing)
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert {
        "published/bpp.duckdb",
        "registries/tiny/admitted.duckdb",
        "dagster",
        "registries/old.duckdb",
    } <= modes.keys()
    assert stat.S_IMODE(folder.stat().st_mode) == delivered


def test_a_group_that_is_named_may_read_and_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = grp.getgrgid(os.getegid())
    monkeypatch.setenv("BPP_GROUP", group.gr_name)
    root, landing = tmp_path / "warehouse", tmp_path / "landing"
    (root / "published").mkdir(parents=True)
    (root / "published" / "bpp.duckdb").write_bytes(b"")
    (root / "published" / "bpp.duckdb").chmod(0o446)
    keep_private(root, landing, os.environ)
    (root / "published" / "later").mkdir()
    (root / "published" / "later" / "report.html").touch()
    modes = modes_of(root, landing)
    assert modes == {
        ".": 0o2750,
        "published": 0o2750,
        "published/bpp.duckdb": 0o440,
        "published/later": 0o2750,
        "published/later/report.html": 0o640,
    }
    assert {path.stat().st_gid for path in root.rglob("*")} == {group.gr_gid}
    monkeypatch.delenv("BPP_GROUP")
    keep_private(root, landing, os.environ)
    assert not any(mode & 0o077 for mode in modes_of(root, landing).values())


def test_a_group_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPP_GROUP", "nobody-has-this-group")
    with pytest.raises(UsageError, match="none of this machine"):
        keep_private(tmp_path / "warehouse", tmp_path, os.environ)


def test_the_project_file_names_a_group_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.bpp]\ngroup = "nobody-has-this-group"\n', encoding="utf-8"
    )
    with pytest.raises(UsageError, match="none of this machine"):
        keep_private(tmp_path / "warehouse", tmp_path, {}, tmp_path)
