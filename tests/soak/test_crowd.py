"""Many at once: readers through publishes, refreshes of one warehouse, and a backup all the while.

Not here: two at once (`tests/faults`).
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import verified
from tests.soak.figures import record, share_of
from tests.support.backup import back_up, restore
from tests.support.commands import BPP, environment
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, release

pytestmark = pytest.mark.soak
READERS = PUBLISHES = 100
AT_ONCE = 5
ROUNDS = 10
BACKUPS = 20
PAUSE = 0.01
"""Seconds between looks of a reader, for each that there is: a hundred would leave no core to publish on."""
READ = """
import sys, duckdb
looks = ids = 0
seen = set()
print("open", flush=True)
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as con:
        (release,) = con.execute("select release_id from meta.release").fetchone()
        (patients,) = con.execute("select count(*) from core.patients").fetchone()
        (rows,) = con.execute('select sum(rows) from meta."table" where "table" = \\'patients\\'').fetchone()
        assert con.execute("select release_id from meta.release").fetchone() == (release,)
        assert patients == 3, patients
    looks += 1
    seen.add(release)
    if sys.stdin in __import__("select").select([sys.stdin], [], [], float(sys.argv[2]))[0]:
        break
print(looks, len(seen), flush=True)
"""
"""Opens and reads the published file again and again until it is told to end; says how often, and what."""


def test_readers_are_never_blocked_nor_given_half_a_release(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    admit(landing, warehouse)
    release(warehouse)
    shelf = Shelf.of(warehouse)
    pause = PAUSE * share_of(READERS)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(shelf.current), str(pause)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(share_of(READERS))
    ]
    for one in readers:
        assert one.stdout is not None
        assert one.stdout.readline() == "open\n"
    first = str(shelf.newest())
    published = share_of(PUBLISHES)
    for number in range(published):
        if number % 10 == 9:
            made = release(warehouse, number // 10 + 1).release_id
        else:  # as whoever steps back and forth
            made = first if shelf.in_service() != first else str(shelf.newest())
            shelf.put_in_service(made)
        assert shelf.in_service() == made
    looks = seen = 0
    for one in readers:
        out, err = one.communicate("end\n", timeout=300)
        assert one.returncode == 0, err[-2000:]
        looks += int(out.split()[0])
        seen = max(seen, int(out.split()[1]))
    assert verified(warehouse)[1]
    record(
        "readers through publishes",
        READERS * PUBLISHES,
        len(readers) * published,
        readers=len(readers),
        publishes=published,
        reads=looks,
        releases_seen_by_one_reader=seen,
        failed_reads=0,
    )


def test_five_refreshes_at_once_end_as_one(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    rounds, refused = share_of(ROUNDS), 0
    for number in range(rounds):
        for registry in ("first", "second"):
            write_delivery_of(landing, registry, day=f"2025-01-{number + 1:02}")
        words = [str(BPP), "refresh", "--landing", str(landing), "--warehouse", str(warehouse)]
        running = [
            subprocess.Popen(
                words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(AT_ONCE)
        ]
        for one, (out, err) in [(one, one.communicate(timeout=600)) for one in running]:
            assert one.returncode in {0, 1, 4}, (number, out, err)
            assert "unexpected" not in err, (number, err)
            assert "Traceback" not in err, (number, err)
            refused += one.returncode != 0
        last = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
        assert last.returncode == 0, (number, last)
        assert verified(warehouse)[1], number
        told = Shelf.of(warehouse).manifest(str(Shelf.of(warehouse).in_service()))["input"]["deliveries"]
        days = [one.split(":")[0] for one in told]
        assert days == [f"{registry}/2025-01-{number + 1:02}" for registry in ("first", "second")]
    record("refreshes at once", ROUNDS, rounds, at_once=AT_ONCE, told_that_another_works=refused, lost=0)


def test_a_backup_taken_through_refreshes_is_whole_each_time(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    admit(landing, warehouse)
    release(warehouse)
    done = threading.Event()
    failed: list[str] = []

    def keep_refreshing() -> None:
        number = 0
        while not done.is_set():
            number += 1
            write_delivery_of(landing, day=f"{2025 + number // 12}-{1 + number % 12:02}-01")
            words = [str(BPP), "refresh", "--landing", str(landing), "--warehouse", str(warehouse)]
            said = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
            busy = "is being refreshed by another process" in said.stderr
            if said.returncode != 0 and not busy:
                failed.append(said.stderr)

    refreshing = threading.Thread(target=keep_refreshing)
    refreshing.start()
    taken = share_of(BACKUPS)
    try:
        for number in range(taken):
            said = back_up(warehouse, tmp_path / f"backup {number}")
            assert said.code == 0, (number, said)
            said = restore(tmp_path / f"backup {number}", tmp_path / f"restored {number}", landing)
            assert said.code == 0, (number, said)
    finally:
        done.set()
        refreshing.join()
    assert failed == []
    record("backups through refreshes", BACKUPS, taken, restored=taken, not_whole=0)
