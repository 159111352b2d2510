"""Tables of OMOP may be csv or parquet, in capital or small letters, in parts: the rows are the same.

Not here: what single rows become (`test_omop_patients.py` and its neighbours).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.adapters import find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from tests.support.gating import Gated, gated

SIDE_TABLES = ("imaging_assessments", "bone_lesions")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The worked delivery, beside what its registry states."""
    example = find_adapter("omop")
    assert isinstance(example, Path)
    place = Path(shutil.copytree(example / EXAMPLE, tmp_path / "landing" / "site" / "2024-12-31"))
    shutil.move(place / "registry.toml", place.parent)
    return place


def to_parquet(file: Path) -> None:
    pl.read_csv(file, try_parse_dates=True).write_parquet(file.with_name(f"{file.stem.upper()}.parquet"))
    file.unlink()


def to_capitals(file: Path) -> None:
    header, _, rows = file.read_text(encoding="utf-8").partition("\n")
    file.with_name(f"{file.stem.upper()}.csv").write_text(f"{header.upper()}\n{rows}", encoding="utf-8")
    file.unlink()


def to_parts(file: Path) -> None:
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    place = file.with_name(file.stem.capitalize())
    place.mkdir()
    for number, row in enumerate(rows):
        (place / f"part-{number:02}.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    file.unlink()


def told(one: Gated) -> tuple[object, ...]:
    """Return what came of a delivery, whatever its files; rows without an id are known by their places."""
    return one.decision.is_open, one.refused, one.core, one.meanings


@pytest.mark.parametrize("change", [to_parquet, to_capitals, to_parts], ids=lambda change: change.__name__)
def test_the_form_of_the_files_does_not_matter(folder: Path, change: Callable[[Path], None]) -> None:
    before = told(gated(folder))
    for file in sorted(folder.iterdir()):
        if file.stem not in SIDE_TABLES:
            change(file)
    one = gated(folder)
    assert told(one) == before
    assert one.read.unknown_files == ()


def test_a_table_in_small_and_in_capital_letters_is_delivered_twice(folder: Path) -> None:
    shutil.copy(folder / "person.csv", folder / "PERSON.csv")
    one = gated(folder)
    assert [problem.rule for problem in one.read.problems] == ["file_ambiguous"]


def test_tables_of_the_model_of_which_nothing_is_read_are_no_strange_files(folder: Path) -> None:
    for name in (
        "CONCEPT.csv",
        "visit_occurrence.parquet",
        "OBSERVATION.csv",
        "CDM_SOURCE.csv",
        "letter.pdf",
    ):
        (folder / name).write_text("x\n", encoding="utf-8")
    read = gated(folder).read
    assert read.unknown_files == ("letter.pdf",)
    assert set(read.passed_over) == {
        "CONCEPT.csv",
        "visit_occurrence.parquet",
        "OBSERVATION.csv",
        "CDM_SOURCE.csv",
    }


@pytest.mark.parametrize("is_there", [True, False], ids=["EPISODE is empty", "EPISODE is not there"])
def test_without_episodes_lines_are_derived_from_the_listed_agents(folder: Path, is_there: bool) -> None:
    header = (folder / "episode.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "episode.csv").unlink()
    if is_there:
        (folder / "EPISODE.csv").write_text(f"{header}\n", encoding="utf-8")
    stated = folder.parent / "registry.toml"
    assert ("therapy_lines", "required_table_empty" if is_there else "table_missing") in gated(
        folder
    ).causes()
    toml = stated.read_text(encoding="utf-8")
    derive = '[therapy_lines]\nderive = "gap_and_new_agent"\n[cadence]\ninterval_days = [42]\n'
    stated.write_text(f"{toml}{derive}", encoding="utf-8")
    one = gated(folder)
    assert one.decision.is_open, one.decision.causes
    told = [row[1:5] for row in one.core["therapy_lines"]]
    assert [(patient, number, regimen) for patient, number, regimen, _ in told] == [
        ("101", 1, "letrozole + palbociclib"),
        ("102", 1, "fulvestrant"),
    ]
    assert all("line_derived" in one.flagged["therapy_lines", row[-1]] for row in one.core["therapy_lines"])
