"""The two made-up releases in a warehouse, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.release.told import difference
from tests.support.compared import AFTER, BEFORE
from tests.support.releases import publish_made


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    publish_made(folder, BEFORE)
    publish_made(folder, AFTER)
    return folder


@pytest.fixture(scope="session")
def told(warehouse: Path) -> list[str]:
    return difference(warehouse, BEFORE.release_id, AFTER.release_id).splitlines()
