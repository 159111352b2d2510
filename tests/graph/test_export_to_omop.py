"""The worked delivery of the OMOP adapter, exported: its own persons and images come back.

Not here: other deliveries (`tests/unit/export/test_omop.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.adapters import find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.export import export_release
from bpp_etl.export.omop_tables import EPISODE, EPISODE_EVENT
from tests.support.warehouses import admit, release
from tests.unit.export.conftest import NOW, table


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
        assert header == ",".join(column.name for column in dataset.columns)
    assert header == "episode_id,event_id,episode_event_field_concept_id"
