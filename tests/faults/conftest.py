"""The warehouse that several chapters start from: built once, copied by whoever changes it.

Not here: anything that is broken.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, release


@dataclass(frozen=True)
class Served:
    """A landing, and a warehouse of it."""

    landing: Path
    warehouse: Path


@pytest.fixture(scope="session")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """One registry, and two releases of its delivery; the second is in service."""
    home = tmp_path_factory.mktemp("served")
    made = Served(home / "landing", home / "warehouse")
    write_delivery_of(made.landing)
    admit(made.landing, made.warehouse)
    for second in (1, 2):
        release(made.warehouse, second)
    return made


@pytest.fixture
def served(two_releases: Served, tmp_path: Path) -> Served:
    """A copy of the two releases, to be changed."""
    for folder in (two_releases.landing, two_releases.warehouse):
        shutil.copytree(folder, tmp_path / folder.name)
    return Served(tmp_path / "landing", tmp_path / "warehouse")
