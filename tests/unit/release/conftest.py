"""A release with its rows in one file, and the same with rows beside it: made once, to be copied."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import MadeOnce
from tests.support.warehouses import release
from tests.unit.erasure.conftest import make as make_home

FEW = "5"
"""So many rows a release may have in one file; these have more."""


def make(home: Path, admitted: Path) -> None:
    """Publish what two registries sent, one of them also a delivery that was shut, in both forms."""
    leave = shutil.ignore_patterns("published", "shares", "out-*")
    shutil.copytree(admitted, home, ignore=leave, dirs_exist_ok=True)
    shutil.copytree(home / "warehouse", home / "inline")
    release(home / "inline")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BPP_INLINE_ROWS", FEW)
        release(home / "warehouse")


@pytest.fixture(scope="session")
def both(made_once: MadeOnce) -> Path:
    """The home of a `warehouse` whose release has rows beside it, and of an `inline` one: to look at."""
    admitted, _ = made_once("erased", make_home)
    return made_once("rows-beside", partial(make, admitted=admitted))[0]


@pytest.fixture
def warehouse(both: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the warehouse, and of its landing, whose releases have rows beside them."""
    monkeypatch.setenv("BPP_INLINE_ROWS", FEW)
    for name in ("warehouse", "landing"):
        shutil.copytree(both / name, tmp_path / name)
    return tmp_path / "warehouse"
