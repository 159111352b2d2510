"""The warehouse that several chapters start from: built once, copied by whoever changes it.

Not here: anything that is broken.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import MadeOnce
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, release


@dataclass(frozen=True)
class Served:
    """A landing, and a warehouse of it."""

    landing: Path
    warehouse: Path


def _release_twice(home: Path) -> None:
    write_delivery_of(home / "landing")
    admit(home / "landing", home / "warehouse")
    for second in (1, 2):
        release(home / "warehouse", second)


@pytest.fixture(scope="session")
def two_releases(made_once: MadeOnce) -> Served:
    """One registry, and two releases of its delivery; the second is in service."""
    home, _ = made_once("served", _release_twice)
    return Served(home / "landing", home / "warehouse")


@pytest.fixture
def served(two_releases: Served, tmp_path: Path) -> Served:
    """A copy of the two releases, to be changed."""
    for folder in (two_releases.landing, two_releases.warehouse):
        shutil.copytree(folder, tmp_path / folder.name)
    return Served(tmp_path / "landing", tmp_path / "warehouse")
