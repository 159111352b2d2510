"""Writes the cohort as tables of OMOP CDM 5.4, with side tables for what the model has no field for.

Not here: reading it. HER2 tests with a ratio are told in a side table, for a measurement has one value.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from tests.formats.cohort import Row, Tables, write_csv

GENDER = {"female": "8532", "male": "8507"}
STATUS = {"positive": "9191", "negative": "9189"}
UNITS = {"U/L": "8645", "IU/L": "8923"}
SCANS = {"CT": "9000001", "PET_CT": "9000002", "MRI": "9000003", "BONE_SCAN": "9000004", "XRAY": "9000005"}
TESTS = {"ALP_TOTAL": "3035995", "6768-6": "3035995", "ALP_BONE": "9000010", "17838-4": "9000010"}
REGISTRY_TOML = """\
format = "omop"
[about]
title = "Synthetic cohort as OMOP"
synthetic = true
[omop.concepts]
ct = [9000001]
pet_ct = [9000002]
mri = [9000003]
bone_scan = [9000004]
xray = [9000005]
alp_bone = [9000010]
"""


def write_omop(tables: Tables, folder: Path) -> str:
    """Write a delivery into `folder`; return what its registry states."""
    people, lines = tables["patients"], tables["therapy_lines"]
    _table(folder, "PERSON", [_person(row) for row in people])
    dead = [row for row in people if row["death_date"]]
    _table(
        folder, "DEATH", [{"person_id": row["patient_id"], "death_date": row["death_date"]} for row in dead]
    )
    _table(folder, "EPISODE", [_line(number, row) for number, row in enumerate(lines, start=1)])
    _table(folder, "PROCEDURE_OCCURRENCE", [_scan(row) for row in tables["imaging_assessments"]])
    numbered = count(1)
    measured = [_measured(row, next(numbered), **told) for row, told in _measurements(tables)]
    _table(folder, "MEASUREMENT", measured)
    write_csv(folder / "patients.csv", people, ["patient_id", "last_contact_date"])
    columns = ["patient_id", "line_number", "end_reason", "cycle_length_days"]
    write_csv(folder / "therapy_lines.csv", lines, columns)
    columns = ["assessment_id", "is_bone_window", "is_evaluable", "extraosseous_response"]
    write_csv(folder / "imaging_assessments.csv", tables["imaging_assessments"], columns)
    write_csv(folder / "bone_lesions.csv", tables["bone_lesions"], list(tables["bone_lesions"][0]))
    with_ratio = [row for row in tables["her2_tests"] if row["her2_cep17_ratio"]]
    write_csv(folder / "her2_tests.csv", with_ratio, list(tables["her2_tests"][0]))
    return REGISTRY_TOML


def _table(folder: Path, name: str, rows: list[Row]) -> None:
    write_csv(folder / f"{name}.csv", rows, list(rows[0]))


def _person(row: Row) -> Row:
    year, month, day = (row["birth_date"] or "1950--").split("-")
    return {
        "person_id": row["patient_id"],
        "gender_concept_id": GENDER.get(row["sex"], "0"),
        "year_of_birth": year,
        "month_of_birth": month.lstrip("0"),
        "day_of_birth": day.lstrip("0"),
        "birth_datetime": f"{year}-{month or '01'}-{day or '01'} 00:00:00",
    }


def _line(number: int, row: Row) -> Row:
    return {
        "episode_id": str(number),
        "person_id": row["patient_id"],
        "episode_concept_id": "32941",
        "episode_start_date": row["start_date"],
        "episode_end_date": row["end_date"],
        "episode_parent_id": "",
        "episode_number": row["line_number"],
        "episode_source_value": row["regimen"],
    }


def _scan(row: Row) -> Row:
    return {
        "procedure_occurrence_id": row["assessment_id"],
        "person_id": row["patient_id"],
        "procedure_concept_id": SCANS[row["modality"]],
        "procedure_date": row["assessment_date"],
    }


def _measurements(tables: Tables) -> list[tuple[Row, dict[str, str]]]:
    """Tell of each measurement whose row it is of, and what its cells say."""
    told: list[tuple[Row, dict[str, str]]] = []
    for row in tables["patients"]:
        if row["metastatic_diagnosis_date"]:
            told.append((row, {"concept": "36769180", "date": row["metastatic_diagnosis_date"]}))
        for column, concept in (("er_status", "36203168"), ("pr_status", "36203170")):
            if row[column]:
                told.append((row, {"concept": concept, "date": "2010-01-01", "answer": STATUS[row[column]]}))
    for row in tables["lab_results"]:
        unit = UNITS.get(row["unit"], "0")
        told.append(
            (
                row,
                {
                    "concept": TESTS.get(row["analyte"], "9000011"),
                    "date": row["specimen_date"],
                    "number": row["value"],
                    "unit": unit,
                    "unit_text": row["unit"] if unit == "0" else "",
                    "high": row["upper_limit_normal"],
                },
            )
        )
    for row in tables["her2_tests"]:
        if row["her2_cep17_ratio"]:
            continue
        if row["ihc_score"]:
            told.append((row, {"concept": "36203114", "date": row["test_date"], "text": row["ihc_score"]}))
        if row["ish_result"]:
            answer = STATUS.get(row["ish_result"], "0")
            text = "" if answer != "0" else row["ish_result"]
            cells = {"concept": "36203113", "date": row["test_date"], "answer": answer, "text": text}
            told.append((row, cells))
    return told


def _measured(
    row: Row,
    number_of_row: int,
    *,
    concept: str,
    date: str,
    number: str = "",
    answer: str = "0",
    unit: str = "0",
    unit_text: str = "",
    high: str = "",
    text: str = "",
) -> Row:
    return {
        "measurement_id": str(number_of_row),
        "person_id": row["patient_id"],
        "measurement_concept_id": concept,
        "measurement_date": date,
        "operator_concept_id": "0",
        "value_as_number": number,
        "value_as_concept_id": answer,
        "unit_concept_id": unit,
        "range_high": high,
        "unit_source_value": unit_text,
        "value_source_value": text,
    }
