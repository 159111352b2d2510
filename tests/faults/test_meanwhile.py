"""While a release is made a delivery is admitted, another machine builds too, somebody is killed.

Not here: processes that write one registry at once (`test_two_processes.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.admission.admit import gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import layer_version
from bpp_etl.landing.deliveries import survey
from bpp_etl.release import copy, lease
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.connection import Connection, opened, opened_read_only
from tests.faults.conftest import Served
from tests.faults.test_release_in_steps import is_up_to_date
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import files_in, release

ADMIT = """
import sys
from pathlib import Path
from tests.support.warehouses import admit
admit(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def admit_elsewhere(served: Served) -> None:
    """Admit in another process, as another refresh does."""
    words = [sys.executable, "-c", ADMIT, str(served.landing), str(served.warehouse)]
    subprocess.run(words, check=True, cwd=Path(copy.__file__).parents[2])


@pytest.mark.parametrize("moment", ["before the copy", "after the copy"])
def test_a_delivery_admitted_while_a_release_is_made_is_in_it_or_in_the_next(
    served: Served, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    later = TINY["patients"].replace("A,female", "A,male")
    write_delivery_of(served.landing, day="2025-01-01", patients=later)
    whole, was = copy._copy, []

    def copied_meanwhile(con: Connection, *what: Any, **named: Any) -> object:
        # The file is held and has said what it holds.
        if moment == "before the copy" and not was:
            was.append(admit_elsewhere(served))
        counts = whole(con, *what, **named)
        if moment == "after the copy" and not was:
            was.append(admit_elsewhere(served))
        return counts

    monkeypatch.setattr(copy, "_copy", copied_meanwhile)
    made = release(served.warehouse, 57)
    assert was
    shelf = Shelf.of(served.warehouse)
    with opened_read_only(shelf.current) as con:
        held = con.execute("select delivery from quality.delivery").fetchall()
        sexes = con.execute("select sex from core.patients where patient_id = 'A'").fetchall()
    assert (held, sexes) == ([("2024-12-31",)], [("female",)])
    (told,) = shelf.manifest(made.release_id)["input"]["deliveries"]
    assert told.startswith("tiny/2024-12-31:admitted:"), "what is listed is what was copied"
    assert told.split(":")[3:] == [layer_version("core"), layer_version("event")], "and what made it"
    assert not is_up_to_date(served.warehouse), "the next refresh publishes it"
    again = release(served.warehouse, 58)
    with opened_read_only(shelf.current) as con:
        assert con.execute("select sex from core.patients where patient_id = 'A'").fetchall() == [("male",)]
    (told,) = shelf.manifest(again.release_id)["input"]["deliveries"]
    assert told.startswith("tiny/2025-01-01:admitted:")
    assert is_up_to_date(served.warehouse)


def test_a_gate_that_was_killed_reads_the_delivery_again(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    with files.locked():
        read(files, delivery)
        with opened(files.building) as con:
            con.execute("create schema core")
            con.execute("create table core.patients (patient_id varchar)")
        assert gate(files, delivery).is_open
    with opened_read_only(files.admitted) as con:
        assert con.execute("select count(*) from core.patients").fetchall() == [(3,)]
    for left in (b"", b"half a database"):
        files.building.write_bytes(left)
        with files.locked():
            assert gate(files, delivery).is_open


def test_a_gate_reads_anew_where_another_delivery_or_half_of_one_was_read(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", day="2024-12-30")
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    with files.locked():
        read(files, survey(tmp_path / "landing").newest["tiny"])
        write_delivery_of(tmp_path / "landing")
        newest = survey(tmp_path / "landing").newest["tiny"]
        assert gate(files, newest).delivery == "2024-12-31"
        read(files, newest)
        with opened(files.building) as con:
            con.execute("drop table raw.read_delivery")
        assert gate(files, newest).is_open


def test_what_was_left_half_built_goes_with_the_next_refresh_though_nothing_is_new(served: Served) -> None:
    tiny = served.warehouse / "registries" / "tiny"
    (tiny / "building.duckdb").write_bytes(b"half a database")
    (tiny / "building.duckdb.wal").write_bytes(b"half a log")
    (tiny / "bpp-read-killed").mkdir()
    (tiny / "bpp-read-killed" / "0.csv").write_text("a patient's rows", encoding="utf-8")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    published = served.warehouse / "published"
    machine = lease.builder().rpartition(".")[0]
    for who in (f"{machine}.{ended.pid}", str(ended.pid)):
        (published / f".building-{who}").mkdir()
        (published / f".{FILE}.{who}").write_bytes(b"half a copy")
    before = Shelf.of(served.warehouse).in_service()
    done = refresh(Warehouse(landing=str(served.landing), warehouse=str(served.warehouse)))
    assert (done.exit_code, done.release_id, done.is_new) == (0, before, False)
    assert files_in(tiny) == {".lock", "admitted.duckdb", "patient_digests.parquet"}
    left = {path.name for path in published.iterdir()}
    assert left == {".lock", ".served", FILE, "releases"}


def test_what_another_machine_builds_is_left_alone_while_its_lease_is_renewed(tmp_path: Path) -> None:
    shelf = Shelf.of(tmp_path)
    theirs = shelf.published / ".building-elsewhere.1"
    theirs.mkdir(parents=True)
    (theirs / FILE).write_bytes(b"half a release")
    copied = shelf.published / f".{FILE}.elsewhere.1"
    copied.write_bytes(b"half a copy")
    os.utime(theirs / FILE, (0, 0))
    with lease.leased(theirs):
        shelf.sweep()
        assert (theirs / FILE).exists()
        assert copied.exists()
    past = (theirs / lease.LEASE).stat().st_mtime - lease.STALE - 60
    for path in (theirs / lease.LEASE, copied):
        os.utime(path, (past, past))
    shelf.sweep()
    assert list(shelf.published.iterdir()) == []


def test_a_lease_is_renewed_as_long_as_a_release_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWED_EVERY", 0.01)
    renewed = threading.Event()
    monkeypatch.setattr(lease.os, "utime", lambda _: renewed.set())
    with lease.leased(tmp_path):
        assert renewed.wait(10)
        assert (tmp_path / lease.LEASE).read_text(encoding="utf-8") == lease.builder()
    assert [thread for thread in threading.enumerate() if thread.name == "lease"] == []
