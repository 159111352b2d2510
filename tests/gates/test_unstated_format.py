"""Files of another standard whose registry states no format: told which, and the line to write.

Not here: what a check proposes else (`tests/unit/test_check_proposals.py`).
"""

from __future__ import annotations

import gzip
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from bpp_etl.adapters import CANONICAL, adapter_names
from bpp_etl.check.run import delivery_in
from bpp_etl.check.run import gated as checked
from bpp_etl.check.show import as_text
from bpp_etl.landing.deliveries import files_of
from bpp_etl.reading.likely_format import likely_formats
from tests.support.deliveries import TINY, write_delivery_of, write_texts


def looks_like(folder: Path) -> list[str]:
    delivery = delivery_in(folder)
    return [adapter.name for adapter in likely_formats(delivery, files_of(delivery))]


def example_of(name: str, home: Path) -> Path:
    folder = home / "north" / "2024-12-31"
    shutil.copytree(Path(str(files("bpp_etl.adapters").joinpath(name, "example"))), folder)
    (folder / "registry.toml").unlink(missing_ok=True)
    return folder


@pytest.mark.parametrize("name", [name for name in adapter_names() if name != CANONICAL])
def test_the_files_of_each_format_are_known_by_its_own_description(name: str, tmp_path: Path) -> None:
    assert looks_like(example_of(name, tmp_path)) == [name]


def test_packed_documents_are_known_too(tmp_path: Path) -> None:
    folder = example_of("obds", tmp_path)
    for file in folder.glob("*.xml"):
        (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert looks_like(folder) == ["obds"]


@pytest.mark.parametrize(
    "texts",
    [
        {"person.csv": TINY["patients"]},
        {"data.csv": TINY["patients"]},
        {"patient.csv": TINY["patients"]},
        {"x.json": '{"a": 1}', "y.xml": "<Patient><Name>Nobody</Name></Patient>"},
        {"x.json.gz": "not packed", "y.xml": ""},
    ],
)
def test_one_name_alone_and_other_documents_look_like_no_format(
    texts: dict[str, str], tmp_path: Path
) -> None:
    assert looks_like(write_texts(tmp_path, texts)) == []


def test_the_gate_says_which_format_to_state_and_a_check_proposes_the_line(tmp_path: Path) -> None:
    folder = example_of("sdtm", tmp_path)
    found = checked(delivery_in(folder))
    words = "the files look like CDISC SDTM, and are read as canonical tables, without "
    told = f'{words}patients, therapy_lines: state format = "sdtm" in registry.toml, above its sections'
    assert [one.message for one in found.decision.causes if one.rule == "table_missing"] == [told]
    assert found.proposal.told()["format"] == "sdtm"
    assert found.proposal.as_toml().startswith('format = "sdtm"')
    assert found.would_open
    assert words in " ".join(as_text(found).split())
    (folder.parent / "registry.toml").write_text(found.proposal.as_toml(), encoding="utf-8")
    assert checked(delivery_in(folder)).decision.is_open


def test_the_format_is_told_too_where_side_tables_of_all_names_lie_there(tmp_path: Path) -> None:
    folder = example_of("sdtm", tmp_path)
    for table in ("patients", "therapy_lines"):
        (folder / f"{table}.csv").write_text("patient_id\nP1\n", encoding="utf-8")
    causes = {(one.table, one.rule): one.message for one in checked(delivery_in(folder)).decision.causes}
    assert causes["delivery", "table_missing"].endswith(
        'as canonical tables: state format = "sdtm" in registry.toml, above its sections'
    )
    assert ("patients", "column_missing") in causes


def test_a_table_of_ours_that_is_missing_is_still_told_by_its_name_alone(tmp_path: Path) -> None:
    found = checked(delivery_in(write_delivery_of(tmp_path, patients=None)))
    assert {one.table for one in found.decision.causes if one.rule == "table_missing"} == {"patients"}
