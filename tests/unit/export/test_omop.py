"""The episodes for OMOP of registries that deliver another standard: persons are counted.

Not here: OMOP deliveries (`tests/graph/test_export_to_omop.py`), and the folder (`test_make.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.export import Exported, export_release
from tests.support.releases import MadeRelease, publish_made
from tests.unit.export.conftest import COURSES, NOW, table


@pytest.fixture(scope="module")
def folder(export: Callable[[str], Exported]) -> Path:
    return export("omop").folder


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
