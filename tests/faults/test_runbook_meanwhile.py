"""docs/runbook.md: what is killed, happens meanwhile, or runs where it cannot; each as the page has it.

Not here: the other entries (`test_runbook.py`).
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assets.descriptors import LEAST
from assets.failures import told
from assets.guard import refusal
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.admission.admit import gate
from bpp_etl.admission.due import due_for
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release import lease
from bpp_etl.release.build import assemble, publish
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import LONGEST_WAREHOUSE, places
from bpp_etl.warehouse.connection import opened
from tests.faults.conftest import Served
from tests.faults.test_hard_places import deep
from tests.support.deliveries import write_delivery_of
from tests.support.runbook import anonymous, entry, quoted
from tests.support.warehouses import IN_SERVICE, PROTOCOLS, admit, files_in, release


def why(served: Served) -> str:
    """Say what a refresh would say of the registry before it does anything."""
    delivery = survey(served.landing).newest["tiny"]
    due = due_for(served.warehouse, delivery, [load_protocol(name) for name in PROTOCOLS], full=False)
    return f"tiny: {delivery.name} " + ("unchanged" if due.action == "nothing" else f"judging ({due.why})")


def test_18_a_delivery_is_admitted_while_a_release_is_made(served: Served) -> None:
    unchanged, in_service = quoted(18)
    assemble(served.warehouse, [load_protocol(name) for name in PROTOCOLS])
    write_delivery_of(served.landing, day="2025-01-01")
    subprocess.run(
        [sys.executable, "-c", ADMIT, str(served.landing), str(served.warehouse)],
        check=True,
        cwd=Path(__file__).parents[2],
    )
    made = publish(served.warehouse, created_at=dt.datetime(2025, 1, 1, 0, 0, 57, tzinfo=dt.UTC))
    (listed,) = Shelf.of(served.warehouse).manifest(made.release_id)["input"]["deliveries"]
    assert listed.startswith("tiny/2024-12-31:")
    said: list[str] = []
    refresh(Warehouse(landing=str(served.landing), warehouse=str(served.warehouse)), say=said.append)
    assert [anonymous(line) for line in said] == [unchanged, in_service]
    newest = str(Shelf.of(served.warehouse).newest())
    (listed,) = Shelf.of(served.warehouse).manifest(newest)["input"]["deliveries"]
    assert listed.startswith("tiny/2025-01-01:")


def test_19_a_run_is_started_once_more_after_its_process_was_lost(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    with files.locked():
        read(files, delivery)
        with opened(files.building) as con:  # as far as the first attempt came
            con.execute("create schema core")
            con.execute("create table core.patients (patient_id varchar)")
    assert [why(Served(tmp_path / "landing", tmp_path / "warehouse"))] == quoted(19)
    with files.locked():
        assert gate(files, delivery).is_open
    assert files_in(files.folder) == IN_SERVICE


def test_20_half_built_copies_lie_in_the_warehouse(served: Served) -> None:
    files, shelf = WorkingFiles.of(served.warehouse, "tiny"), Shelf.of(served.warehouse)
    newer = write_delivery_of(served.landing, day="2025-01-01")
    with files.locked():
        read(files, survey(served.landing).newest["tiny"])
    shutil.rmtree(newer)  # the registry takes it back
    (files.folder / "bpp-read-killed").mkdir()
    shelf.building.mkdir()
    for name in ("`building.duckdb`", "`bpp-read-...`", "`.building-...`"):
        assert name in entry(20)
    said: list[str] = []
    refresh(Warehouse(landing=str(served.landing), warehouse=str(served.warehouse)), say=said.append)
    assert said[:1] == quoted(20)
    assert files_in(files.folder) == IN_SERVICE
    assert not list(shelf.published.glob(".building-*"))
    assert not (files.folder / "bpp-read-killed").exists()


def test_21_another_machine_left_half_a_release(served: Served) -> None:
    assert f"every {lease.RENEWED_EVERY:.0f} seconds" in " ".join(entry(21).split())
    assert lease.STALE == 5 * 60
    theirs = Shelf.of(served.warehouse).published / ".building-elsewhere.1"
    theirs.mkdir()
    with lease.leased(theirs):
        Shelf.of(served.warehouse).sweep()
        assert theirs.exists()
    past = (theirs / lease.LEASE).stat().st_mtime - lease.STALE - 60
    os.utime(theirs / lease.LEASE, (past, past))
    release(served.warehouse, 59)
    assert not theirs.exists()


def test_22_the_place_or_the_process_is_not_fit(tmp_path: Path) -> None:
    long, odd, few, folder = quoted(22)
    found = []
    for place in (deep(tmp_path, LONGEST_WAREHOUSE + 1), tmp_path / "100%"):
        with pytest.raises(BppError) as error:
            places({}, warehouse=place)
        found.append(error.value.message)
    words = [sys.executable, "-c", FEW_FILES, str(LEAST - 1)]
    project = Path(__file__).parents[2]
    found += subprocess.run(
        words, cwd=project, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    write_delivery_of(tmp_path / "landing")
    (tmp_path / "warehouse" / "registries" / "tiny" / ".lock").mkdir(parents=True)
    with pytest.raises(BppError) as error:
        admit(tmp_path / "landing", tmp_path / "warehouse")
    assert [*found, error.value.message] == [long, odd, few, folder]
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= LEAST


def test_23_the_ui_does_not_say_which_column_it_is() -> None:
    assert [told("lab_results", "column_missing", "lab_results.csv lacks the column unit")] == quoted(23)


def test_27_the_ui_refuses_strangers_and_what_a_link_or_a_form_could_send() -> None:
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("GET", "", {"host": "machine.example:3000"}),
        ("POST", "", {"origin": "https://example.org"}),
        ("GET", "query={version}", {}),
        ("POST", "", {"content-type": "text/plain"}),
    ]
    found = []
    for method, query, told_by in asked:
        headers = {"host": "127.0.0.1:3000", "content-type": "application/json", **told_by}
        scope = {"type": "http", "method": method, "path": "/graphql", "query_string": query.encode()}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        found.append(refusal({**scope, "headers": raw}))
    assert [refused[1] for refused in found if refused is not None] == quoted(27)


FEW_FILES = """
import resource, sys
from assets.descriptors import ensure_files_may_be_opened
from bpp_etl.errors import BppError
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[1])))
try:
    ensure_files_may_be_opened()
except BppError as error:
    print(error.message)
"""
ADMIT = """
import sys
from pathlib import Path
from tests.support.warehouses import admit
admit(Path(sys.argv[1]), Path(sys.argv[2]))
"""
