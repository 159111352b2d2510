"""The episodes for OMOP: the site's own numbers where it delivers OMOP, counted ones elsewhere.

Not here: the folder (`test_make.py`).
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.adapters import find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.export import Exported, export_release
from bpp_etl.export.omop_tables import EPISODE, EPISODE_EVENT
from tests.support.releases import MadeRelease, publish_made
from tests.support.warehouses import admit, release
from tests.unit.export.conftest import COURSES, NOW


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(export: Callable[[str], Exported]) -> Path:
    return export("omop").folder


@pytest.fixture(scope="module")
def of_omop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Admit the worked delivery of the OMOP adapter, publish it, and export it."""
    home = tmp_path_factory.mktemp("omop")
    adapter = find_adapter("omop")
    assert isinstance(adapter, Path)
    place = Path(shutil.copytree(adapter / EXAMPLE, home / "landing" / "omop-site" / "2024-12-31"))
    shutil.move(place / "registry.toml", place.parent)
    assert admit(home / "landing", home / "warehouse", "omop-site").is_open
    release(home / "warehouse")
    return export_release(home / "warehouse", home / "out", "omop", now=NOW).folder


def test_an_omop_delivery_gets_its_own_numbers_back(of_omop: Path) -> None:
    called, progressed = table(of_omop / "omop-site", "EPISODE")
    assert {name: value for name, value in called.items() if value} == {
        "episode_id": "1",
        "person_id": "101",
        "episode_concept_id": "0",
        "episode_start_date": "2024-02-21",
        "episode_object_concept_id": "0",
        "episode_type_concept_id": "32880",
        "episode_source_value": "bpp:pseudoprogression:xu2025",
        "episode_source_concept_id": "0",
    }
    assert (progressed["person_id"], progressed["episode_start_date"]) == ("102", "2024-04-01")
    assert (progressed["episode_concept_id"], progressed["episode_source_value"]) == (
        "32949",
        "bpp:progression:xu2025",
    )
    images = table(of_omop / "omop-site", "EPISODE_EVENT")
    assert [(row["episode_id"], row["event_id"]) for row in images] == [
        *(("1", "5002"), ("1", "5003"), ("1", "5004"), ("2", "5007")),
    ]
    assert {row["episode_event_field_concept_id"] for row in images} == {"1147082"}
    assert not (of_omop / "omop-site" / "PERSON_ID.csv").exists()


def test_columns_are_those_of_the_cdm_in_its_order(of_omop: Path) -> None:
    for dataset in (EPISODE, EPISODE_EVENT):
        header = (of_omop / "omop-site" / f"{dataset.name}.csv").read_text(encoding="utf-8").split("\n")[0]
        assert header == ",".join(column.name for column in dataset.columns).lower()
    assert header == "episode_id,event_id,episode_event_field_concept_id"


def test_of_another_delivery_persons_are_counted_and_named_beside(folder: Path) -> None:
    for registry, courses in COURSES.items():
        names = {row["person_id"]: row["patient_id"] for row in table(folder / registry, "PERSON_ID")}
        assert sorted(names.values()) == sorted(courses)
        assert sorted(map(int, names)) == list(range(1, len(courses) + 1))
        assert not (folder / registry / "EPISODE_EVENT.csv").exists()
        episodes = table(folder / registry, "EPISODE")
        assert [int(row["episode_id"]) for row in episodes] == list(range(1, len(episodes) + 1))
        assert {row["person_id"] for row in episodes} <= names.keys()


def test_an_episode_is_a_confirmed_call_or_a_progression(folder: Path) -> None:
    names = {row["person_id"]: row["patient_id"] for row in table(folder / "north", "PERSON_ID")}
    told = {
        (names[row["person_id"]], row["episode_concept_id"], row["episode_start_date"])
        for row in table(folder / "north", "EPISODE")
    }
    assert told == {
        ("P1", "0", "2020-02-12"),
        ("P1", "32949", "2020-07-19"),
        ("P2", "0", "2020-02-10"),
        ("P3", "0", "2020-03-01"),
        ("P3", "32949", "2020-10-27"),
        ("P4", "0", "2020-03-25"),
        ("P4", "32949", "2020-09-07"),
        ("true", "32949", "2020-03-25"),
        ("PD first", "32949", "2020-02-12"),
        ("old", "32949", "2020-02-12"),
    }


def test_ids_that_are_numbers_by_chance_are_not_taken_for_those_of_a_cdm(tmp_path: Path) -> None:
    publish_made(tmp_path / "warehouse", MadeRelease({"one": {"77": "day -3 CT\nday 42 CT: PD"}}))
    made = export_release(tmp_path / "warehouse", tmp_path / "out", "omop", now=NOW)
    assert table(made.folder / "one", "PERSON_ID") == [{"person_id": "1", "patient_id": "77"}]
    assert [row["person_id"] for row in table(made.folder / "one", "EPISODE")] == ["1"]
    (note,) = json.loads((made.folder / "export.json").read_text(encoding="utf-8"))["notes"][:-1]
    assert note.startswith("registries whose persons are counted here: 1;")


def test_a_registry_without_an_episode_has_its_tables(tmp_path: Path) -> None:
    publish_made(
        tmp_path / "warehouse", MadeRelease({"one": {"P1": "day -3 CT"}, "two": {"P1": "no line 1"}})
    )
    made = export_release(tmp_path / "warehouse", tmp_path / "out", "omop", now=NOW)
    assert {path.name for path in made.folder.iterdir()} == {"one", "two", "export.json"}
    assert table(made.folder / "one", "EPISODE") == table(made.folder / "two", "EPISODE") == []
