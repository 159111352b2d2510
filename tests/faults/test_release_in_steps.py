"""A release is served whole or not at all, and only over registries that are all derived alike.

Not here: what is in a release, and processes that are really killed (`test_killed.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bpp_etl.admit import derive
from bpp_etl.errors import BppError
from bpp_etl.events import load_protocol
from bpp_etl.landing import survey
from bpp_etl.plan import plan
from bpp_etl.release import Shelf, assemble
from bpp_etl.release.build import is_published, release_input
from bpp_etl.warehouse.connection import opened_read_only
from bpp_etl.working import WorkingFiles
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import PROTOCOLS, admit, contents, release

LEAVE_A_LOG = """
import os, sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("delete from core.patients")
os._exit(0)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two releases on the shelf, the second in service."""
    home = tmp_path_factory.mktemp("served")
    for day in ("2024-12-30", "2024-12-31"):
        write_delivery_of(home / "landing", day=day)
        admit(home / "landing", home / "warehouse")
        release(home / "warehouse", second=int(day[-2:]))
    return home


def is_up_to_date(warehouse: Path) -> bool:
    protocols = [load_protocol(name) for name in PROTOCOLS]
    return is_published(Shelf.of(warehouse), release_input(warehouse, protocols, 5))


def copy_of(served: Path, tmp_path: Path) -> Path:
    shutil.copytree(served / "warehouse", tmp_path / "warehouse")
    return tmp_path / "warehouse"


def test_a_release_that_was_named_and_not_served_is_made_good_for(served: Path, tmp_path: Path) -> None:
    warehouse = copy_of(served, tmp_path)
    shelf = Shelf.of(warehouse)
    assert is_up_to_date(warehouse)
    first, second = shelf.ids()
    # As a kill between the two last steps leaves it: the second has its name, the first is in service.
    shelf.put_in_service(first)
    shelf.announce(second)
    assert not is_up_to_date(warehouse)
    shelf.put_in_service(second)
    assert is_up_to_date(warehouse)


def test_a_step_back_is_not_undone_by_the_next_refresh(served: Path, tmp_path: Path) -> None:
    warehouse = copy_of(served, tmp_path)
    shelf = Shelf.of(warehouse)
    shelf.put_in_service(shelf.ids()[0])
    assert is_up_to_date(warehouse)
    assert shelf.in_service() == shelf.ids()[0]


def test_a_log_beside_the_published_file_does_not_spoil_the_next_release(
    served: Path, tmp_path: Path
) -> None:
    warehouse = copy_of(served, tmp_path)
    shelf = Shelf.of(warehouse)
    subprocess.run([sys.executable, "-c", LEAVE_A_LOG, str(shelf.current)], check=True)
    assert shelf.current.with_name("bpp.duckdb.wal").exists()
    shelf.put_in_service(shelf.ids()[0])
    with opened_read_only(shelf.current) as con:
        assert con.execute("select count(*) from core.patients").fetchall() == [(3,)]
    assert contents(shelf.current) == contents(shelf.folder(shelf.ids()[0]) / "bpp.duckdb")


def test_a_registry_without_events_holds_back_a_release_that_would_count_it(
    served: Path, tmp_path: Path
) -> None:
    warehouse = copy_of(served, tmp_path)
    write_delivery_of(tmp_path / "landing", registry="other")
    admit(tmp_path / "landing", warehouse, "other", with_events=False)
    with pytest.raises(BppError, match=r"^the events of other are not derived by the protocols"):
        release(warehouse)
    assert not list((warehouse / "published").glob(".building*"))
    derive(WorkingFiles.of(warehouse, "other"), "other", [load_protocol(name) for name in PROTOCOLS])
    assemble(warehouse, [load_protocol(name) for name in PROTOCOLS])


def test_a_working_file_that_cannot_be_opened_is_judged_anew(served: Path, tmp_path: Path) -> None:
    warehouse = copy_of(served, tmp_path)
    files = WorkingFiles.of(warehouse, "tiny")
    sound = contents(files.admitted)
    os.truncate(files.admitted, 5000)
    delivery = survey(served / "landing").newest["tiny"]
    step = plan(warehouse, delivery, [load_protocol(name) for name in PROTOCOLS], full=False)
    assert (step.action, step.why) == ("judge", "working files cannot be opened")
    admit(served / "landing", warehouse)
    assert contents(files.admitted) == sound
