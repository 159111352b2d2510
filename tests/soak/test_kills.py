"""A thousand processes are killed at random moments; what is published is whole each time, and work goes on.

Not here: moments that are named (`tests/faults/test_killed.py`).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from bpp_etl.identity.erased import pending_registries
from bpp_etl.release.seal import AS_BEFORE
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import verified
from bpp_etl.warehouse.connection import opened_read_only
from tests.soak.deeds import DEEDS, ERASED, Home, choose, start
from tests.soak.figures import counted_before, record, share_of
from tests.support.commands import Said, bpp
from tests.support.deliveries import TINY, write_delivery_of

pytestmark = pytest.mark.soak
NAME = "kills at random moments"
KILLS = 1000
KILLS_OF_ONE_WAREHOUSE = 10
"""So often a warehouse is hit before it has to make good for it."""
SEED = 20_260
"""Of a soak from its beginning; one that goes on adds the kills that were recorded."""
FOREIGN = ("unexpected", "Traceback")
BESIDE = "another"
"""A registry that is derived while the one that is hit is judged."""
OF_ANOTHER = {
    table: text.replace("2024-02-12", "2024-02-13") for table, text in TINY.items() if table != "patients"
}


def refresh(home: Home) -> Said:
    return bpp("refresh", "--landing", home.landing, "--warehouse", home.warehouse)


def rows_of(home: Home) -> tuple[object, ...]:
    """Give what a release comes to, whatever came between: its patients, events and estimates."""
    with opened_read_only(Shelf.of(home.warehouse).current) as con:
        told = con.execute(
            'select "schema", "table", rows, digest from meta."table"'
            " where \"schema\" in ('core', 'event', 'metric') order by all"
        ).fetchall()
    assert told
    return tuple(told)


@dataclass(frozen=True)
class Undisturbed:
    """A home before its third refresh, and what that comes to, before a patient is erased and after."""

    home: Path
    whole: tuple[object, ...]
    without: tuple[object, ...]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Refresh and erase where nobody is killed."""
    folder = tmp_path_factory.mktemp("kills")
    home = Home(folder / "home" / "landing", folder / "home" / "warehouse")
    for day, sex in (("2024-12-29", "female"), ("2024-12-30", "male"), ("2024-12-31", "unknown")):
        patients = TINY["patients"].replace("A,female", f"A,{sex}")
        write_delivery_of(home.landing, day=day, patients=patients)
        write_delivery_of(home.landing, BESIDE, day, **OF_ANOTHER, patients=patients)
        if day != "2024-12-31":
            assert refresh(home).code == 0
    for registry in ("tiny", BESIDE):
        (home.landing / registry / "2024-12-31" / "_COMPLETE").touch()
    again = Home(folder / "again" / "landing", folder / "again" / "warehouse")
    shutil.copytree(folder / "home", folder / "again")
    assert refresh(again).code == 0
    whole = rows_of(again)
    places = ("--landing", again.landing, "--warehouse", again.warehouse)
    assert bpp("erase", ERASED, "--registry", "tiny", *places).code == 0
    return Undisturbed(folder / "home", whole, rows_of(again))


def kill_once(chance: random.Random, name: str, home: Home, log: Path) -> bool:
    """Start a deed and kill its processes at a random moment; say whether it was still at work."""
    process = start(DEEDS[name], home, log)
    until = time.monotonic() + chance.uniform(0.05, DEEDS[name].seconds)
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    was_at_work = process.poll() is None
    if was_at_work or DEEDS[name].is_service:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            was_at_work = False
    process.wait()
    return was_at_work


def test_what_is_published_is_whole_after_each_and_work_goes_on(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    before = counted_before(NAME, KILLS)
    kills = Counter({name: before.get(name, 0) for name in DEEDS})
    wanted = min(KILLS, kills.total() + share_of(KILLS))
    chance = random.Random(SEED + kills.total())
    turns, recoveries = before.get("turns", 0), before.get("recoveries", 0)
    while kills.total() < wanted:
        place = tmp_path / "home"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(undisturbed.home, place)
        home = Home(place / "landing", place / "warehouse")
        hit: list[str] = []
        while len(hit) < KILLS_OF_ONE_WAREHOUSE and kills.total() < wanted:
            turns += 1
            name = choose(chance, kills)
            if kill_once(chance, name, home, tmp_path / "log"):
                hit.append(name)
                kills[name] += 1
            said = (tmp_path / "log").read_text(encoding="utf-8", errors="replace")
            assert not any(word in said for word in FOREIGN), (turns, hit, name, said[-3000:])
            text, is_whole = verified(home.warehouse)
            # An erasure that is cut short may not have served yet what it made anew; the refresh ends it.
            is_pending = bool(pending_registries(home.warehouse)) and text.endswith(AS_BEFORE)
            assert is_whole or is_pending, (turns, hit, name, text)
            with opened_read_only(Shelf.of(home.warehouse).current) as con:
                assert con.execute("select count(*) from core.patients").fetchall() in ([(6,)], [(5,)]), turns
        done = refresh(home)
        assert done.code == 0, (turns, hit, done)
        if Shelf.of(home.warehouse).in_service() != newest(home):
            # Somebody stepped back, and that is not undone: step forward again.
            assert bpp("releases", "rollback", newest(home), "--warehouse", home.warehouse).code == 0
        # Who was put on the list is gone for good, be the erasure cut short or not.
        is_listed = (home.warehouse / "erased.jsonl").exists()
        assert rows_of(home) == (undisturbed.without if is_listed else undisturbed.whole), (turns, hit)
        assert left_behind(home.warehouse) == [], (turns, hit)
        recoveries += 1
        record(NAME, KILLS, kills.total(), **kills, lost=0, recoveries=recoveries, turns=turns)


def newest(home: Home) -> str:
    return str(Shelf.of(home.warehouse).newest())


def left_behind(warehouse: Path) -> list[str]:
    """Name what is half-built: nothing of it may outlive the next refresh."""
    patterns = (
        "registries/*/building.duckdb*",
        "registries/*/bpp-read-*",
        "registries/*/*.wal",
        "published/.building-*",
        "published/.bpp.duckdb.*",
        "published/*.wal",
    )
    return [str(path.relative_to(warehouse)) for pattern in patterns for path in warehouse.glob(pattern)]
