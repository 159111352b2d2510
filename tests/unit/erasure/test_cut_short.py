"""An erasure that is killed at any of its steps is not told as done, and is ended by what comes next.

Not here: a process that is killed (`make soak`). Here a step ends the work as a kill does: what should come
after it does not, and nobody clears up.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.erasure import erase_patient, finish_erasures
from bpp_etl.errors import BppError
from bpp_etl.identity.erased import FILE, pending_registries
from bpp_etl.release.seal import AS_BEFORE
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import verified
from bpp_etl.settings import Places
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.warehouses import release
from tests.unit.erasure.erased import ID, left_of_her

STEPS = ("replace", "rmtree", "unlink", "fsync")


class Killed(BaseException):
    """The end of a process."""


def kill_at(patch: pytest.MonkeyPatch, step: str, number: int) -> Callable[[], int]:
    """End the work at the n-th time that a file is put in a place, removed or synced; count them."""
    seen = [0]

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            seen[0] += 1
            if seen[0] == number:
                for name, module in (("replace", os), ("rmtree", shutil), ("fsync", os)):
                    patch.setattr(module, name, ended)
                patch.setattr(Path, "unlink", ended)
                raise Killed
            return real(*given, **named)

        return call

    def ended(*_: Any, **__: Any) -> Any:
        raise Killed

    if step == "unlink":
        patch.setattr(Path, "unlink", watched(Path.unlink))
    else:
        module = shutil if step == "rmtree" else os
        patch.setattr(module, step, watched(getattr(module, step)))
    return lambda: seen[0]


def one_release(home: Places) -> Places:
    """Leave the release in service alone, which takes half as long."""
    shelf = Shelf.of(home.warehouse)
    shelf.remove(shelf.ids()[0])
    return home


def opens(home: Places) -> bool:
    with opened_read_only(Shelf.of(home.warehouse).current) as con:
        return con.execute("select count(*) > 0 from core.patients").fetchall() == [(True,)]


def assert_gone(home: Places) -> None:
    assert left_of_her(home.warehouse / "registries" / "tiny") == {}
    shelf = Shelf.of(home.warehouse)
    for path in (shelf.current, *(shelf.folder(one) / "bpp.duckdb" for one in shelf.ids())):
        with opened_read_only(path) as con:
            rows = con.execute("select registry from core.patients where patient_id = $id", {"id": ID})
            assert rows.fetchall() == [("other",)]


def cut_short_and_ended(home: Places, step: str, number: int) -> bool:
    """Kill at a moment, look, and end what was begun; say whether the moment came."""
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, step, number)
        try:
            erase_patient(home, "tiny", ID)
            came = False
        except Killed:
            came = True
    assert opens(home)
    is_begun = pending_registries(home.warehouse) == ["tiny"]
    is_told_as_done = (home.warehouse / FILE).exists() and not is_begun
    if is_told_as_done:
        assert_gone(home)
    if not came:
        return False
    if is_begun:
        with pytest.raises(BppError, match="the erasure of a patient was cut short"):
            release(home.warehouse, 5)
    told: list[str] = []
    finish_erasures(home, told.append)
    assert pending_registries(home.warehouse) == []
    assert verified(home.warehouse)[1]
    if is_begun:
        assert told[0] == "tiny: ending the erasure of a patient, which was cut short"
        assert_gone(home)
    assert not list((home.warehouse / "published").glob(".[br]*-*"))
    return True


@pytest.mark.parametrize(("step", "number"), [("replace", 2), ("replace", 4), ("replace", 5), ("fsync", 2)])
def test_what_was_begun_is_ended_by_the_next_refresh(home: Places, step: str, number: int) -> None:
    assert cut_short_and_ended(one_release(home), step, number)


def test_a_file_that_is_still_served_as_it_was_is_called_so_and_not_damaged(home: Places) -> None:
    one_release(home)
    shelf = Shelf.of(home.warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shelf, "put_in_service", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            erase_patient(home, "tiny", ID)
    assert verified(home.warehouse)[0].splitlines()[-1] == f"in service: bpp.duckdb {AS_BEFORE}"
    assert shelf.damage_in_service() == AS_BEFORE
    finish_erasures(home)
    assert verified(home.warehouse)[1]
    shelf.current.chmod(0o600)
    with shelf.current.open("ab") as file:
        file.write(b"x")
    assert shelf.damage_in_service() == "is damaged"


@pytest.mark.soak
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_nothing_half_told(home: Places, step: str, tmp_path: Path) -> None:
    one_release(home)
    for number in range(1, 60):
        copy = tmp_path / f"{step}-{number}"
        shutil.copytree(home.warehouse.parent, copy)
        again = Places(copy / "landing", copy / "warehouse")
        if not cut_short_and_ended(again, step, number):
            return
        shutil.rmtree(copy)
    raise AssertionError("it never came to its end")
