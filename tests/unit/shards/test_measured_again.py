"""A share, and a release that an erasure makes anew, are the same measured in parts as in one piece.

Not here: what is gathered of a part (`test_gathering.py`), and what a share or an erasure is
(`tests/unit/share`, `tests/unit/erasure`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.erasure import erase_patient, finish_erasures
from bpp_etl.errors import BppError
from bpp_etl.events import load_protocol
from bpp_etl.identity.erased import pending_registries
from bpp_etl.measure import merge as merging
from bpp_etl.release.seal import digest_of_file
from bpp_etl.release.shelf import FILE as RELEASE
from bpp_etl.release.shelf import REPORT, Shelf
from bpp_etl.settings import Places
from bpp_etl.shards.runners import Runners
from bpp_etl.share import make_share
from bpp_etl.share.before import EXACT, FILE, KEPT
from bpp_etl.share.sums import FILE as SUMS
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.warehouses import PROTOCOLS
from tests.unit.shards.sharded import Here
from tests.unit.shards.test_gathering import first_alone, unsorted

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HERE: Runners = {"processes": lambda *_: Here()}
REGISTRY = "synthetic-dirty"
IN_PARTS = (1, 3, 7)
Cells = dict[str, list[str]]
"""By table its rows in the order in which they lie, every number by all of its digits."""


def in_parts(monkeypatch: pytest.MonkeyPatch, shards: int) -> None:
    monkeypatch.setenv("BPP_SHARD_ROWS", "1")
    monkeypatch.setenv("BPP_SHARDS", str(shards))


def cells_of(file: Path, *schemas: str) -> Cells:
    with opened_read_only(file) as con:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
            " and list_contains($schemas, schema_name)",
            {"schemas": list(schemas)},
        ).fetchall()
        return {
            f"{schema}.{table}": [*map(repr, con.execute(f'from {schema}."{table}"').fetchall())]
            for schema, table in names
        }


def differing(found: Cells, whole: Cells) -> list[str]:
    assert found.keys() == whole.keys()
    return [name for name, rows in found.items() if rows != whole[name]]


def shared(cut: Path, home: Path) -> tuple[Cells, list[str]]:
    """Share the release; return all that is told, and what was said."""
    shutil.copytree(cut / "warehouse" / "published", home / "warehouse" / "published")
    said: list[str] = []
    made = make_share(
        home / "warehouse",
        home / "share",
        [load_protocol(one) for one in PROTOCOLS],
        release_id=str(Shelf.of(home / "warehouse").in_service()),
        now=NOW,
        say=said.append,
        runners=HERE,
    )
    cells = cells_of(home / "share" / FILE, "metric", "quality", "meta")
    for name, folder in ((SUMS, home / "share"), (EXACT, home / "warehouse" / KEPT / made.share_id)):
        cells[name] = [*map(repr, pl.read_parquet(folder / name, glob=False).rows())]
    cells[REPORT] = (home / "share" / REPORT).read_text(encoding="utf-8").splitlines()
    assert {one.name for one in (home / "warehouse" / KEPT).iterdir()} == {made.share_id}
    return cells, said


@pytest.fixture(scope="module")
def share_in_one_piece(cut: Path, tmp_path_factory: pytest.TempPathFactory) -> Cells:
    cells, said = shared(cut, tmp_path_factory.mktemp("share"))
    assert said == []
    assert min(len(cells[name]) for name in ("metric.estimate", "metric.survival_curve", SUMS, EXACT)) > 100
    return cells


@pytest.mark.parametrize("shards", IN_PARTS)
def test_a_share_is_the_same_cell_by_cell_and_in_order_in_any_number_of_parts(
    cut: Path, share_in_one_piece: Cells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    in_parts(monkeypatch, shards)
    found, said = shared(cut, tmp_path)
    assert differing(found, share_in_one_piece) == []
    assert said[0] == f"what is measured is gathered in {3 * shards} parts"


@pytest.mark.parametrize("wrong", [unsorted, first_alone])
def test_parts_that_are_put_together_wrongly_show_in_a_share(
    cut: Path,
    share_in_one_piece: Cells,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wrong: Callable[..., pl.DataFrame],
) -> None:
    in_parts(monkeypatch, 3)
    monkeypatch.setattr(merging, "_merged", wrong)
    found, _ = shared(cut, tmp_path)
    assert {EXACT} <= {*differing(found, share_in_one_piece)}


@pytest.fixture(scope="module")
def patient(published: Path) -> str:
    """Somebody who has an event, and whose absence is therefore seen."""
    with opened_read_only(published) as con:
        found = con.execute(
            "select min(patient_id) from event.pseudoprogression where registry = $registry",
            {"registry": REGISTRY},
        ).fetchall()
    return str(found[0][0])


def copied(cut: Path, home: Path) -> Places:
    shutil.copytree(cut, home)
    return Places(home / "landing", home / "warehouse")


def left_of(places: Places) -> Cells:
    """Read what is measured of the release that was made anew."""
    shelf = Shelf.of(places.warehouse)
    (release_id,) = shelf.ids()
    cells = cells_of(shelf.folder(release_id) / RELEASE, "metric", "quality")
    manifest = shelf.manifest(release_id)
    assert len(manifest["rewritten"]) == 1
    return {**cells, "digest": [manifest["content_digest"]]}


@pytest.fixture(scope="module")
def anew_in_one_piece(cut: Path, patient: str, tmp_path_factory: pytest.TempPathFactory) -> Cells:
    places = copied(cut, tmp_path_factory.mktemp("anew") / "home")
    erase_patient(places, REGISTRY, patient)
    return left_of(places)


@pytest.mark.parametrize("shards", IN_PARTS[:2])
def test_a_release_is_made_anew_the_same_in_any_number_of_parts(
    cut: Path,
    patient: str,
    anew_in_one_piece: Cells,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shards: int,
) -> None:
    in_parts(monkeypatch, shards)
    places, said = copied(cut, tmp_path / "home"), list[str]()
    erase_patient(places, REGISTRY, patient, said.append, HERE)
    assert differing(left_of(places), anew_in_one_piece) == []
    assert f"  what is measured is gathered in {3 * shards} parts" in said


def test_parts_that_are_put_together_wrongly_show_in_a_release_made_anew(
    cut: Path, patient: str, anew_in_one_piece: Cells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch, 3)
    monkeypatch.setattr(merging, "_merged", unsorted)
    places = copied(cut, tmp_path / "home")
    erase_patient(places, REGISTRY, patient, runners=HERE)
    assert "digest" in differing(left_of(places), anew_in_one_piece)


class Gone:
    """A runner whose machines are not there."""

    def run(self, _: Sequence[str]) -> list[str]:
        raise BppError("nobody is there to run tasks", "start them")


def test_an_erasure_for_which_nobody_runs_tasks_waits_and_removes_no_release(
    cut: Path, patient: str, anew_in_one_piece: Cells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch, IN_PARTS[2])
    places = copied(cut, tmp_path / "home")
    shelf = Shelf.of(places.warehouse)
    before = [digest_of_file(shelf.manifest(one)) for one in shelf.ids()]
    with pytest.raises(BppError, match="nobody is there to run tasks"):
        erase_patient(places, REGISTRY, patient, runners={"processes": lambda *_: Gone()})
    assert [digest_of_file(shelf.manifest(one)) for one in shelf.ids()] == before
    assert pending_registries(places.warehouse) == [REGISTRY]
    finish_erasures(places, runners=HERE)
    assert pending_registries(places.warehouse) == []
    assert differing(left_of(places), anew_in_one_piece) == []
