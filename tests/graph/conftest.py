"""The demonstration, refreshed once for every chapter that looks at it; its release by its id.

Not here: what it must come to.
"""

from pathlib import Path

import duckdb
import pytest

from assets.begin import Refreshed
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.demo import WrittenDelivery, write_demo_landing
from bpp_etl.release.shelf import Shelf


def resource_in(home: Path) -> Warehouse:
    return Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse"))


def refreshed_in(home: Path) -> tuple[list[WrittenDelivery], Refreshed, list[str]]:
    """Write the demonstration into a folder and refresh it; return what was written, done and said."""
    written = write_demo_landing(home / "landing")
    said: list[str] = []
    done = refresh(resource_in(home), say=said.append)
    return written, done, said


@pytest.fixture(scope="session")
def demo(made_once):
    home, (written, done, said) = made_once("demo", refreshed_in)
    return home, resource_in(home), {item.registry_name: item for item in written}, done, said


@pytest.fixture(scope="session")
def release(demo):
    home, _, _, done, _ = demo
    file = Shelf.of(home / "warehouse").folder(str(done.release_id)) / "bpp.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        yield con
