"""A last contact that nobody recorded follows from other records where that is declared, and only there.

Not here: what may be stated (`test_configuration.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.gates.test_declared_rows import delivered, rows, told, trial
from tests.support.gating import Gated

HEADER = "patient_id,sex,last_contact_date,death_date,metastatic_diagnosis_date\n"
LINES = "patient_id,line_number,regimen,start_date,end_date\n"
SCANS = "assessment_id,patient_id,assessment_date,modality\n"
ANY = "[last_contact]\nfrom = 'any_record'\n"


def of_one(tmp_path: Path, toml: str, patient: str = "A,female,,,", **tables: str) -> Gated:
    """Gate a patient with line 1 from January to April, and a scan in February."""
    given = {
        "patients": f"{HEADER}{patient}\n",
        "therapy_lines": f"{LINES}A,1,made up,2024-01-01,2024-04-30\n",
        "imaging_assessments": f"{SCANS}A1,A,2024-02-12,CT\n",
        "bone_lesions": "assessment_id,lesion_id,site,morphology,status\nA1,L,rib,osteoblastic,new\n",
        "lab_results": None,
        "her2_tests": None,
    }
    return delivered(tmp_path, toml, **{**given, **tables})


def contact(one: Gated) -> tuple[str | None, bool]:
    """Return the patient's last contact, and whether it is said to follow from other records."""
    ((day, flags),) = rows(one, "patients", "last_contact_date", "flags")
    return day and str(day), "last_contact_derived" in flags


def test_without_a_declaration_it_is_missing(tmp_path: Path) -> None:
    assert of_one(tmp_path, "").refused["patients", 1] == ["required_value_missing"]


@pytest.mark.parametrize(
    ("patient", "tables", "expected"),
    {
        "a scan": ("A,female,,,", {}, ("2024-02-12", True)),
        "the start of a line": (
            "A,female,,,",
            {"imaging_assessments": f"{SCANS}A1,A,2023-12-20,CT\n"},
            ("2024-01-01", True),
        ),
        "a specimen of another analyte": (
            "A,female,,,",
            {"lab_results": "patient_id,analyte,specimen_date,value,unit\nA,CA15-3,2024-06-01,9,U/mL\n"},
            ("2024-06-01", True),
        ),
        "a refused row": (
            "A,female,,,",
            {"lab_results": "patient_id,analyte,specimen_date,value,unit\nA,ALP_TOTAL,2024-06-01,9,\n"},
            ("2024-06-01", True),
        ),
        "the diagnosis": ("A,female,,,2024-03-01", {}, ("2024-03-01", True)),
        "death comes before all": ("A,female,,2024-08-01,", {}, ("2024-08-01", True)),
        "what is recorded stays": ("A,female,2024-02-20,,", {}, ("2024-02-20", False)),
        "not a day to come": (
            "A,female,,,",
            {"imaging_assessments": f"{SCANS}A1,A,2024-02-12,CT\nA2,A,2025-01-01,CT\n"},
            ("2024-02-12", True),
        ),
        "the delivery's own day": (
            "A,female,,,",
            {"imaging_assessments": f"{SCANS}A1,A,2024-02-12,CT\nA2,A,2024-12-31,CT\n"},
            ("2024-12-31", True),
        ),
    }.values(),
)
def test_it_is_the_latest_of_the_patients_records(
    tmp_path: Path, patient: str, tables: dict[str, str], expected: tuple[str, bool]
) -> None:
    assert contact(of_one(tmp_path, ANY, patient, **tables)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("'therapy_lines'", "2024-01-01"),
        ("['therapy_lines.end_date']", "2024-04-30"),
        ("['therapy_lines', 'imaging_assessments']", "2024-02-12"),
    ],
)
def test_it_may_follow_from_some_records_alone(tmp_path: Path, names: str, expected: str) -> None:
    one = of_one(tmp_path, f"[last_contact]\nfrom = {names}\n")
    assert contact(one) == (expected, True)
    assert [rows for *_, rows in told(one)] == [1]


def test_who_has_no_record_and_who_has_an_unreadable_contact_are_refused_all_the_same(tmp_path: Path) -> None:
    one = of_one(tmp_path, ANY, "A,female,soon,,\nB,female,,,")
    assert one.refused["patients", 1] == ["date_invalid"]
    assert one.refused["patients", 2] == ["required_value_missing"]
    assert [rows for *_, rows in told(one)] == [0]


def test_the_column_may_be_lacking_altogether(tmp_path: Path) -> None:
    one = of_one(tmp_path, ANY, patients="patient_id,sex\nA,female\n")
    assert contact(one) == ("2024-02-12", True)
    assert ("patients", "column_missing") in of_one(
        tmp_path / "b", "", patients="patient_id,sex\nA,female\n"
    ).causes()


def test_a_contact_that_follows_is_flagged_on_the_patients_events_too(tmp_path: Path) -> None:
    counted = of_one(tmp_path, ANY).result("patients", "last_contact_derived")
    assert (counted.judged, counted.broken, counted.severity) == (1, 1, "flag")


def test_a_date_format_of_a_table_is_followed(tmp_path: Path) -> None:
    toml = f"{ANY}[read.imaging_assessments]\ndate_format = '%d.%m.%Y'\n"
    scans = f"{SCANS}A1,A,12.03.2024,CT\n"
    assert contact(of_one(tmp_path, toml, imaging_assessments=scans)) == ("2024-03-12", True)


def test_patients_of_another_standard_get_it_too(tmp_path: Path) -> None:
    dm = "USUBJID,SEX\nS1,F\nS2,F\n"
    one = trial(tmp_path, ANY, dm=dm)
    assert (
        rows(one, "patients", "last_contact_date", "flags")
        == [(dt.date(2024, 2, 12), ["last_contact_derived"])] * 2
    )
