"""Shares on disk that several tests of pools read: of three houses, and what they come to.

Not here: any expectation.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.pool.make import make_pool
from tests.conftest import MadeOnce
from tests.unit.pool.sites import write_share
from tests.unit.share.houses import house

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
PROTOCOLS = ("xu2025",)
SIZES = ((120, 40, 2), (80, 40, 1), (200, 60, 3))


@pytest.fixture(scope="session")
def controlled(made_once: MadeOnce) -> list[Path]:
    """Write three shares at the default threshold, once for all processes of tests."""

    def make(home: Path) -> None:
        protocols = [load_protocol(name) for name in PROTOCOLS]
        for seed, size in enumerate(SIZES, start=1):
            write_share(home / f"house-{seed}", house(seed, *size), protocols, threshold=5)

    home, _ = made_once("shares", make)
    return [home / f"house-{seed}" for seed in range(1, len(SIZES) + 1)]


@pytest.fixture(scope="session")
def pooled(made_once: MadeOnce, controlled: list[Path]) -> Path:
    """Pool the three shares."""
    home, _ = made_once("pooled", lambda home: make_pool(controlled, home / "pool", now=NOW))
    return home / "pool"
