"""The demonstration, refreshed once for every chapter that looks at it; its release by its id.

Not here: what it must come to.
"""

import duckdb
import pytest

from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.demo import write_demo_landing
from bpp_etl.release import Shelf


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    written = write_demo_landing(home / "landing")
    resource = Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse"))
    said: list[str] = []
    done = refresh(resource, say=said.append)
    return home, resource, {item.registry_name: item for item in written}, done, said


@pytest.fixture(scope="session")
def release(demo):
    home, _, _, done, _ = demo
    file = Shelf.of(home / "warehouse").folder(str(done.release_id)) / "bpp.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        yield con
