"""A release is served whole or not at all, and only over registries that are all derived alike.

Not here: what is in a release, and processes that are really killed (`test_killed.py`).
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive
from bpp_etl.admission.due import due_for
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release import build
from bpp_etl.release.build import assemble
from bpp_etl.release.inputs import is_published, release_input
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.release.verify import ReleaseError
from bpp_etl.warehouse.connection import opened, opened_read_only
from tests.faults.conftest import Served
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import PROTOCOLS, admit, contents, release

LEAVE_A_LOG = """
import os, sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("delete from core.patients")
os._exit(0)
"""


def is_up_to_date(warehouse: Path) -> bool:
    protocols = [load_protocol(name) for name in PROTOCOLS]
    return is_published(Shelf.of(warehouse), release_input(warehouse, protocols))


def test_a_release_that_was_named_and_not_served_is_made_good_for(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    assert is_up_to_date(served.warehouse)
    first, second = shelf.ids()
    # As a kill between the two last steps leaves it: the second has its name, the first is in service.
    shelf.put_in_service(first)
    shelf.announce(second)
    assert not is_up_to_date(served.warehouse)
    shelf.put_in_service(second)
    assert is_up_to_date(served.warehouse)


def test_a_step_back_is_not_undone_by_the_next_refresh(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    shelf.put_in_service(shelf.ids()[0])
    assert is_up_to_date(served.warehouse)
    assert shelf.in_service() == shelf.ids()[0]


def test_a_log_beside_the_published_file_does_not_spoil_the_next_release(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    shelf.current.chmod(0o644)
    subprocess.run([sys.executable, "-c", LEAVE_A_LOG, str(shelf.current)], check=True)
    assert shelf.current.with_name("bpp.duckdb.wal").exists()
    shelf.put_in_service(shelf.ids()[0])
    with opened_read_only(shelf.current) as con:
        assert con.execute("select count(*) from core.patients").fetchall() == [(3,)]
    assert contents(shelf.current) == contents(shelf.folder(shelf.ids()[0]) / "bpp.duckdb")


def test_a_registry_without_events_holds_back_a_release_that_would_count_it(served: Served) -> None:
    protocols = [load_protocol(name) for name in PROTOCOLS]
    write_delivery_of(served.landing, registry="other")
    admit(served.landing, served.warehouse, "other", with_events=False)
    with pytest.raises(BppError, match=r"^the events of other are not derived by the protocols"):
        release(served.warehouse)
    assert not list((served.warehouse / "published").glob(".building*"))
    derive(WorkingFiles.of(served.warehouse, "other"), "other", protocols)
    assemble(served.warehouse, protocols)


@pytest.mark.parametrize("stumbles", [False, True])
def test_a_file_that_does_not_stand_its_checks_is_told_as_that_whatever_draws_it(
    served: Served, stumbles: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: object) -> None:
        raise ValueError("no such row")

    shelf = Shelf.of(served.warehouse)
    before = shelf.ids(), shelf.in_service()
    assemble(served.warehouse, [load_protocol(name) for name in PROTOCOLS])
    with opened(shelf.building / FILE) as con:
        con.execute("delete from core.patients")
    if stumbles:
        monkeypatch.setattr(build, "write_report", draw)
    with pytest.raises(ReleaseError, match="holds 0 rows; its sources hold 3"):
        build.publish(served.warehouse, created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert (shelf.ids(), shelf.in_service()) == before
    assert not shelf.building.exists()


def test_a_working_file_that_cannot_be_opened_is_judged_anew(served: Served) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    sound = contents(files.admitted)
    os.truncate(files.admitted, 5000)
    delivery = survey(served.landing).newest["tiny"]
    step = due_for(served.warehouse, delivery, [load_protocol(name) for name in PROTOCOLS], full=False)
    assert (step.action, step.why) == ("judge", "working files cannot be opened")
    admit(served.landing, served.warehouse)
    assert contents(files.admitted) == sound
