"""Writes the cohort as a cBioPortal study in days from the metastatic diagnosis, with side tables.

Not here: reading it. A study cannot place in time what is known of a patient without a day zero, nor a HER2
test with a ratio: side tables tell these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from tests.formats.cohort import Row, Tables, write_csv

TESTS = {"ALP_TOTAL": "ALP", "6768-6": "ALP", "ALP_BONE": "Bone ALP", "17838-4": "Bone ALP"}
REGISTRY_TOML = """\
format = "cbioportal"
[about]
title = "Synthetic cohort as a study"
synthetic = true
[dates]
relative_to = "metastatic_diagnosis_date"
unit = "days"
[cbioportal]
tests.alp_bone = ["Bone ALP"]
"""


def write_cbioportal(tables: Tables, folder: Path) -> str:
    """Write a delivery into `folder`; return what its registry states."""
    people = tables["patients"]
    zero = {row["patient_id"]: row["metastatic_diagnosis_date"] for row in people}
    scans, labs, tests = (tables[name] for name in ("imaging_assessments", "lab_results", "her2_tests"))
    patients = [{"PATIENT_ID": row["patient_id"], "SEX": row["sex"].title()} for row in people]
    _file(folder, "data_clinical_patient", patients, has_comments=True)
    samples = [_sample(number, row) for number, row in _studied(tests, zero)]
    _file(folder, "data_clinical_sample", samples, has_comments=True)
    for name, rows in (
        ("imaging", [_image(row, zero) for _, row in _studied(scans, zero)]),
        ("labtest", [_result(row, zero) for _, row in _studied(labs, zero)]),
        ("specimen", [_specimen(number, row, zero) for number, row in _studied(tests, zero)]),
    ):
        _file(folder, f"data_timeline_{name}", rows)
    columns = ["birth_date", "metastatic_diagnosis_date", "er_status", "pr_status"]
    columns = ["patient_id", *columns, "last_contact_date", "death_date"]
    write_csv(folder / "patients.csv", people, columns)
    for name in ("therapy_lines", "bone_lesions"):
        write_csv(folder / f"{name}.csv", tables[name], list(tables[name][0]))
    # Of an image that the study has, what it does not say; and the others whole.
    dated = ("patient_id", "assessment_date", "modality")
    beside = [{**row, **dict.fromkeys(dated, "")} if zero[row["patient_id"]] else row for row in scans]
    write_csv(folder / "imaging_assessments.csv", beside, list(scans[0]))
    for name, rows in (("lab_results", labs), ("her2_tests", tests)):
        there = {number for number, _ in _studied(rows, zero)}
        others = [row for number, row in enumerate(rows) if number not in there]
        write_csv(folder / f"{name}.csv", others, list(rows[0]))
    return REGISTRY_TOML


def _studied(rows: list[Row], zero: Mapping[str, str]) -> list[tuple[int, Row]]:
    """Number the rows that a study can say, among all of their table."""
    return [
        (number, row)
        for number, row in enumerate(rows)
        if zero[row["patient_id"]] and not row.get("her2_cep17_ratio")
    ]


def _file(folder: Path, name: str, rows: list[Row], *, has_comments: bool = False) -> None:
    header = list(rows[0])
    above = [
        "#" + "\t".join(words) for words in (header, header, ["STRING"] * len(header), ["1"] * len(header))
    ]
    lines = [*(above if has_comments else ()), "\t".join(header)]
    lines += ["\t".join(row[column] for column in header) for row in rows]
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _event(row: Row, day: str, kind: str, zero: Mapping[str, str]) -> Row:
    since = dt.date.fromisoformat(day) - dt.date.fromisoformat(zero[row["patient_id"]])
    return {
        "PATIENT_ID": row["patient_id"],
        "START_DATE": str(since.days),
        "STOP_DATE": "",
        "EVENT_TYPE": kind,
    }


def _image(row: Row, zero: Mapping[str, str]) -> Row:
    image = {"DIAGNOSTIC_TYPE": row["modality"].replace("_", " "), "IMAGE_ID": row["assessment_id"]}
    return {**_event(row, row["assessment_date"], "IMAGING", zero), **image}


def _result(row: Row, zero: Mapping[str, str]) -> Row:
    return {
        **_event(row, row["specimen_date"], "LAB_TEST", zero),
        "TEST": TESTS.get(row["analyte"], row["analyte"]),
        "RESULT": row["value"],
        "UNIT": row["unit"],
        "UPPER_LIMIT_NORMAL": row["upper_limit_normal"],
    }


def _sample(number: int, row: Row) -> Row:
    return {
        "PATIENT_ID": row["patient_id"],
        "SAMPLE_ID": f"S{number}",
        "HER2_STATUS": row["reported_status"].title() or "NA",
        "HER2_IHC": row["ihc_score"] or "NA",
        "HER2_ISH": row["ish_result"].title() or "NA",
    }


def _specimen(number: int, row: Row, zero: Mapping[str, str]) -> Row:
    return {**_event(row, row["test_date"], "SPECIMEN", zero), "SAMPLE_ID": f"S{number}"}
