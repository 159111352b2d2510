"""A release that is worth cutting: made once for whoever measures it in parts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bpp_etl.demo import write_demo_landing
from bpp_etl.demo.profiles import CLEAN
from bpp_etl.demo.registry import generate_registry
from bpp_etl.release.shelf import Shelf
from tests.conftest import MadeOnce
from tests.support.deliveries import DAY
from tests.support.warehouses import admit, release
from tests.unit.shards.hostile import write_hostile

REGISTRIES = ("synthetic-clean", "synthetic-dirty", "made")
"""Those of the demonstration, and one that sends hostile rows beside those of a cohort."""


@pytest.fixture(scope="session")
def cut(made_once: MadeOnce) -> Path:
    """The home of a landing and a warehouse with a release of these registries."""

    def make(home: Path) -> None:
        write_demo_landing(home / "landing")
        cohort = generate_registry(120, 7, CLEAN, date.fromisoformat(DAY)).tables
        assert write_hostile(home / "landing", beside=cohort).parent.name == REGISTRIES[-1]
        for one in REGISTRIES:
            assert admit(home / "landing", home / "warehouse", one).is_open
        release(home / "warehouse")

    return made_once("gathered-in-parts", make)[0]


@pytest.fixture(scope="session")
def published(cut: Path) -> Path:
    """The file of that release."""
    return Shelf.of(cut / "warehouse").current
