"""What is read and judged before its turn comes to what it comes to in its turn, and fails as it does there.

Not here: one run of many registries (`test_together.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.door import run_refresh
from assets.instance import instance_of
from bpp_etl.admission import ahead
from bpp_etl.admission.ahead import Ahead
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BusyError
from bpp_etl.landing.deliveries import Delivery, survey
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened_read_only
from tests.gates.test_patients_of_another_registry import LEFT_OUT, tables
from tests.operation.test_together import told_of
from tests.support.deliveries import write_delivery_of

OFF = "[limits]\ncadence = 1\n"
OF_EACH = {
    "a-first": tables(range(10), "N"),
    "a1": tables(range(5, 15), "S"),  # half of them the first one's: told
    "b-again": tables(range(10, 15), "T"),  # all of them the one's before, which is being derived: shut
    "b_lacking": {**tables(range(20, 25), "L"), "bone_lesions": "assessment_id\nA1\n"},
}
SHUT = {"b_lacking", "b-again"}


@dataclass(frozen=True)
class Refreshed:
    """A landing of small registries that was refreshed, with which of them were judged before their turn."""

    landing: Path
    warehouse: Path
    ahead: tuple[str, ...]


def refreshed(home: Path, small: int) -> Refreshed:
    for registry, made in OF_EACH.items():
        folder = write_delivery_of(home / "landing", registry, **{**made, **LEFT_OUT})
        (folder.parent / "registry.toml").write_text(OFF, encoding="utf-8")
    found: list[str] = []
    in_turn: Callable[..., object] = Ahead.was_judged

    def noted(self: Ahead, delivery: Delivery) -> object:
        judged = in_turn(self, delivery)
        found.extend([] if judged is None else [delivery.registry])
        return judged

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ahead, "SMALL", small)
        patched.setattr(Ahead, "was_judged", noted)
        assert run_refresh(home / "landing", home / "warehouse", [], [], full=False) == 3
    return Refreshed(home / "landing", home / "warehouse", tuple(found))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Refreshed, Refreshed]:
    """Refresh with all that is small judged ahead, and one registry after the other."""
    home = tmp_path_factory.mktemp("ahead")
    return refreshed(home / "ahead", ahead.SMALL), refreshed(home / "in_turn", 0)


def rows_of(warehouse: Path) -> list[tuple[object, ...]]:
    with opened_read_only(Shelf.of(warehouse).current) as con:
        return con.execute('select "schema", "table", rows, digest from meta."table" order by all').fetchall()


def test_all_but_the_first_are_judged_ahead_and_none_that_is_large(both: tuple[Refreshed, Refreshed]) -> None:
    assert [one.ahead for one in both] == [tuple(OF_EACH)[1:], ()]


def test_the_gate_says_the_same_in_the_same_order(both: tuple[Refreshed, Refreshed]) -> None:
    """A registry is held to the patients of those before it, not of those after."""
    for one in both:
        found = {name: WorkingFiles.of(one.warehouse, name) for name in OF_EACH}
        assert {name for name, files in found.items() if files.shut.exists()} == SHUT
        assert {name for name, files in found.items() if files.admitted.exists()} == OF_EACH.keys() - SHUT


def test_a_release_of_it_has_the_same_rows(both: tuple[Refreshed, Refreshed]) -> None:
    ours, theirs = (
        [row for row in rows_of(one.warehouse) if row[0] in {"core", "event", "metric"}] for one in both
    )
    assert ours
    assert ours == theirs


@pytest.mark.parametrize("registry", OF_EACH)
def test_dagster_hears_the_same_of_each(both: tuple[Refreshed, Refreshed], registry: str) -> None:
    told = []
    for one in both:
        with instance_of(one.warehouse) as instance:
            told.append(told_of(instance, registry))
    assert len(told[0]) > 200
    assert told[0] == told[1]


def test_what_fails_ahead_is_done_in_its_turn(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    work = Ahead(tmp_path / "warehouse")
    with WorkingFiles.of(tmp_path / "warehouse", "tiny").locked():  # another process refreshes it
        work.read(delivery)
        assert work.was_read(delivery) is None
        assert isinstance(work._read[delivery].exception(), BusyError)
    assert work.was_judged(delivery) is None
    work.read(delivery)
    found = work.was_read(delivery)
    assert found is not None
    assert found.rows["patients"] == 3


def test_no_registry_stays_locked_by_what_nobody_waits_for(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    work = Ahead(tmp_path / "warehouse")
    work.read(survey(tmp_path / "landing").newest["tiny"])
    work.close()
    with WorkingFiles.of(tmp_path / "warehouse", "tiny").locked():
        pass
