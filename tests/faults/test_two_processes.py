"""Two processes at once: writers of one registry take turns, and readers of a release keep what they opened.

Not here: processes that are killed (`test_killed.py`).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from assets.instance import home_of
from bpp_etl.admission import admit as admit_module
from bpp_etl.admission.admit import derive
from bpp_etl.admission.due import derivation
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, BusyError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT
from tests.faults.conftest import Served
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import PROTOCOLS, admit, contents, release

READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for _ in sys.stdin:
    print(con.execute("select release_id from meta.release").fetchone()[0], flush=True)
"""

HOLDER = """
import fcntl, sys
with open(sys.argv[1] + "/.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""
"""Holds a registry as a refresh does, in a process that starts at once."""


@contextmanager
def running(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=60)


def ask(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def seen_now(path: Path) -> str:
    # In another process: in one process a second connection is given the file that is open already.
    with running(READER, path) as process:
        return ask(process)


def test_a_second_writer_of_a_registry_is_told_to_wait(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    files.folder.mkdir(parents=True)
    with running(HOLDER, files.folder) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BppError, match=r"^registry tiny is being refreshed by another process$") as error:
            admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
        assert error.value.hint
        write_delivery_of(tmp_path / "landing", registry="other")
        assert admit(tmp_path / "landing", tmp_path / "warehouse", "other", with_events=False).is_open
    assert admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False).is_open


def test_a_database_that_is_open_elsewhere_is_named_and_left_as_it_is(served: Served) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    before = contents(files.admitted)
    code = (
        "import sys, duckdb\ncon = duckdb.connect(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()\n"
    )
    with running(code, files.admitted) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(BppError, match=r"^admitted\.duckdb is in use by another process$"):
            files.judgements()
    assert contents(files.admitted) == before


LOOKING = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1], read_only=True):
    print("open", flush=True)
    time.sleep(1)
"""


def test_events_are_derived_once_another_process_has_looked_at_the_file(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    protocols = [load_protocol(name) for name in PROTOCOLS]
    for patience in (0.0, admit_module.PATIENCE):
        monkeypatch.setattr(admit_module, "PATIENCE", patience)
        with running(LOOKING, files.admitted) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            if patience:
                derive(files, "tiny", protocols)
            else:
                with pytest.raises(BusyError):
                    derive(files, "tiny", protocols)
    derived = files.judgements()["admitted"].derived
    assert derived == derivation(protocols)


def test_reading_a_delivery_again_does_not_touch_the_admitted_one(served: Served) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    before = files.admitted.read_bytes()
    read(files, survey(served.landing).newest["tiny"])
    assert files.admitted.read_bytes() == before


def test_a_reader_keeps_the_release_that_it_opened_and_the_next_one_sees_the_new(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    first = seen_now(shelf.current)
    with running(READER, shelf.current) as reader:
        assert ask(reader) == first
        second = release(served.warehouse, second=59).release_id
        assert second != first
        assert ask(reader) == first
        assert seen_now(shelf.current) == second
        shelf.put_in_service(first)
        assert ask(reader) == first
    assert seen_now(shelf.current) == first


def test_a_release_is_read_without_any_leave_to_write(two_releases: Served) -> None:
    current = Shelf.of(two_releases.warehouse).current
    with duckdb.connect(str(current), read_only=True) as con, pytest.raises(duckdb.Error):
        con.execute("delete from core.patients")


OPEN_HISTORY = """
import sys
from pathlib import Path
from assets.instance import instance_of
from bpp_etl.errors import BppError
print("ready", flush=True)
sys.stdin.readline()
try:
    with instance_of(Path(sys.argv[1])) as instance:
        print(instance.get_runs_count(), instance.get_dynamic_partitions("registry"))
except BppError as error:
    print(error.message)
"""


def test_whoever_opens_a_history_of_runs_waits_for_the_one_who_makes_it(tmp_path: Path) -> None:
    """Two that make it at once find each other's tables half made; of five refreshes one ended so."""
    home = home_of(tmp_path)
    with running(HOLDER, home) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "held\n"
        with subprocess.Popen(
            [sys.executable, "-c", OPEN_HISTORY, str(tmp_path)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
            assert other.stdin is not None
            other.stdin.write("go\n")
            other.stdin.flush()
            time.sleep(2)
            assert not (home / "history").exists()
            assert maker.stdin is not None
            maker.stdin.close()
            assert other.communicate(timeout=120)[0] == "0 []\n"
