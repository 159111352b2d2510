"""The two made-up releases in a warehouse, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.release.told import difference
from tests.conftest import MadeOnce
from tests.support.compared import AFTER, BEFORE
from tests.support.releases import publish_made


@pytest.fixture(scope="session")
def warehouse(made_once: MadeOnce) -> Path:
    folder, _ = made_once("compared", _publish_both)
    return folder


def _publish_both(folder: Path) -> None:
    publish_made(folder, BEFORE)
    publish_made(folder, AFTER)


@pytest.fixture(scope="session")
def told(warehouse: Path) -> list[str]:
    return difference(warehouse, BEFORE.release_id, AFTER.release_id).splitlines()
