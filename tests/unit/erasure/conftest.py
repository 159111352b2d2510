"""A warehouse with a patient in every place that can hold one: made once, and copied before it is changed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.settings import Places
from bpp_etl.share import make_share
from tests.conftest import MadeOnce
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, release
from tests.unit.erasure.erased import ANNA, REFUSED, SHUT, TOML


def make(home: Path) -> None:
    """Admit and publish a delivery, share it, shut the next one, and publish that too."""
    landing, warehouse = home / "landing", home / "warehouse"
    for registry, tables in (("tiny", REFUSED), ("other", ANNA)):
        folder = write_delivery_of(landing, registry=registry, **tables)
        (folder.parent / "registry.toml").write_text(TOML, encoding="utf-8")
        assert admit(landing, warehouse, registry).is_open
    first = release(warehouse)
    protocols = [load_protocol("xu2025")]
    for place, threshold in enumerate((5, 0), start=1):
        now = dt.datetime(2025, 1, place, tzinfo=dt.UTC)
        target = home / f"out-{threshold}"
        make_share(warehouse, target, protocols, release_id=first.release_id, threshold=threshold, now=now)
    write_delivery_of(landing, day="2025-01-31", **SHUT)
    assert not admit(landing, warehouse).is_open
    release(warehouse, 1)


@pytest.fixture(scope="session")
def made(made_once: MadeOnce) -> Path:
    folder, _ = made_once("erased", make)
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Places:
    """A copy of the warehouse, to erase from."""
    shutil.copytree(made, tmp_path / "home")
    return Places(tmp_path / "home" / "landing", tmp_path / "home" / "warehouse")


@pytest.fixture
def unpublished(home: Places) -> Places:
    """The same before anything was published: its working files alone."""
    for name in ("published", "shares"):
        shutil.rmtree(home.warehouse / name)
    return home
