"""A damaged working file shuts its own registry: it is made again of its delivery, and stops no other.

Not here: damaged releases (`test_damaged_releases.py`), and files that are delivered damaged
(`test_hostile_files.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.begin import Refreshed
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.admission.admit import derive
from bpp_etl.admission.due import due_for
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import DamagedError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened, opened_read_only
from tests.faults.conftest import Served
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import PROTOCOLS, admit, contents, release

SHUT = {"patients": "never a table\n"}


def without_a_middle(path: Path) -> None:
    """Overwrite the blocks of a file, but not the first ones, which are read to say what it holds."""
    with opened_read_only(path) as con:
        rows = con.execute(
            "select distinct block_id from pragma_storage_info('core.lab_results') where block_id >= 0"
        ).fetchall()
    with path.open("r+b") as file:
        for (block,) in rows:
            file.seek(3 * 4096 + block * 262144 + 100)
            file.write(b"\xff" * 5000)


def another_database(path: Path) -> None:
    path.unlink()
    with opened(path) as con:
        con.execute("create table notes (said varchar)")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: os.truncate(path, 0),
    "cut off in its head": lambda path: os.truncate(path, 5000),
    "cut off in its middle": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut off by a byte": lambda path: os.truncate(path, path.stat().st_size - 1),
    "text": lambda path: path.write_text("not a database\n" * 1000, encoding="utf-8"),
    "another database": another_database,
    "a folder": a_folder,
}


def refreshed(served: Served, said: list[str] | None = None) -> Refreshed:
    warehouse = Warehouse(landing=str(served.landing), warehouse=str(served.warehouse))
    return refresh(warehouse, say=(said if said is not None else []).append)


def test_a_damaged_file_is_known_to_be_one(served: Served, tmp_path: Path) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    shutil.copy(files.admitted, tmp_path / "sound")
    delivery, protocols = survey(served.landing).newest["tiny"], [load_protocol(name) for name in PROTOCOLS]
    for how, damage in DAMAGE.items():
        assert tuple(files.in_place().damaged) == ()
        damage(files.admitted)
        assert tuple(files.in_place().damaged) == ("admitted",), how
        with pytest.raises(DamagedError, match=r"^admitted\.duckdb of tiny is damaged$") as error:
            files.judgements()
        assert error.value.hint
        assert due_for(served.warehouse, delivery, protocols, full=False).action == "judge", how
        if files.admitted.is_dir():
            files.admitted.rmdir()
        shutil.copy(tmp_path / "sound", files.admitted)


def test_damage_that_only_shows_when_rows_are_read_is_marked_and_made_again(served: Served) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    sound = contents(files.admitted)
    without_a_middle(files.admitted)
    assert tuple(files.in_place().damaged) == (), "what is not read is not looked at"
    with pytest.raises(DamagedError, match="of tiny is damaged"):
        derive(files, "tiny", [load_protocol(name) for name in PROTOCOLS])
    assert tuple(files.in_place().damaged) == ("admitted",)
    before = Shelf.of(served.warehouse).newest()
    assert release(served.warehouse, 58).content_digest == release_digest(served, before)
    admit(served.landing, served.warehouse)
    assert tuple(files.in_place().damaged) == ()
    assert contents(files.admitted) == sound
    # A delivery that is compared with a damaged one is judged all the same.
    without_a_middle(files.admitted)
    write_delivery_of(served.landing, day="2025-01-01")
    assert admit(served.landing, served.warehouse).is_open
    assert tuple(files.in_place().damaged) == ()


def release_digest(served: Served, release_id: str | None) -> str:
    return str(Shelf.of(served.warehouse).manifest(str(release_id))["content_digest"])


def test_a_registry_is_rebuilt_of_its_deliveries_and_the_others_go_on(served: Served) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    sound = contents(files.admitted)
    write_delivery_of(served.landing, day="2025-01-01", **SHUT)
    assert not admit(served.landing, served.warehouse).is_open
    write_delivery_of(served.landing, registry="other")
    without_a_middle(files.admitted)
    said: list[str] = []
    done = refreshed(served, said)
    assert done.exit_code == 3, "found while its rows were copied; it keeps those of the release before"
    assert done.shut["tiny"][0] == "admitted.duckdb of tiny is damaged"
    assert tuple(files.in_place().damaged) == ("admitted",)
    said.clear()
    done = refreshed(served, said)
    assert "tiny: 2024-12-31 judging (admitted.duckdb is damaged)" in said
    assert done.exit_code == 3
    assert contents(files.admitted) == sound, "rebuilt, though a newer delivery is shut"
    assert set(files.judgements()) == {"admitted", "shut"}
    shelf = Shelf.of(served.warehouse)
    told = shelf.manifest(str(done.release_id))["input"]["deliveries"]
    assert [one.split(":")[0] for one in told] == ["other/2024-12-31", "tiny/2024-12-31", "tiny/2025-01-01"]
    assert refreshed(served).is_new is False


def test_a_registry_that_cannot_be_rebuilt_is_shut_by_name_and_keeps_its_rows_in_service(
    served: Served,
) -> None:
    files, shelf = WorkingFiles.of(served.warehouse, "tiny"), Shelf.of(served.warehouse)
    whole = files.admitted.read_bytes()
    os.truncate(files.admitted, 5000)
    shutil.rmtree(served.landing / "tiny")
    write_delivery_of(served.landing, registry="other", patients=TINY["patients"])
    said: list[str] = []
    done = refreshed(served, said)
    assert done.exit_code == 3
    assert done.shut == {
        "tiny": ["admitted.duckdb of tiny is damaged, and none of its deliveries could take its place"]
    }
    told = "\n".join(said)
    assert "tiny: shut: admitted.duckdb of tiny is damaged" in told
    assert "what to do: have its last delivery sent again, or put the file back from a backup" in told
    with opened_read_only(shelf.current) as con:
        rows = con.execute(
            "select registry, count(*) from core.patients group by all order by all"
        ).fetchall()
        events = con.execute("select distinct registry from event.patient_flow order by all").fetchall()
        held = con.execute("select registry, delivery, status from quality.delivery order by all").fetchall()
    assert rows == [("other", 3), ("tiny", 3)]
    assert events == [("other",), ("tiny",)]
    assert held == [("other", "2024-12-31", "admitted"), ("tiny", "2024-12-31", "admitted")]
    again = refreshed(served)
    assert (again.is_new, again.exit_code) == (False, 3)
    # Put back from a backup, it is in service again.
    files.admitted.write_bytes(whole)
    assert refreshed(served).exit_code == 0


def test_a_damaged_file_of_a_shut_delivery_is_judged_anew(served: Served) -> None:
    files = WorkingFiles.of(served.warehouse, "tiny")
    write_delivery_of(served.landing, day="2025-01-01", **SHUT)
    assert not admit(served.landing, served.warehouse).is_open
    os.truncate(files.shut, 5000)
    release(served.warehouse, 59)
    delivery = survey(served.landing).newest["tiny"]
    due = due_for(served.warehouse, delivery, [load_protocol(name) for name in PROTOCOLS], full=False)
    assert due.action == "judge"
    assert not admit(served.landing, served.warehouse).is_open
    assert set(files.judgements()) == {"admitted", "shut"}
