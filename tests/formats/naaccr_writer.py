"""Writes the cohort as NAACCR XML: who the patients are and their tumors, and all else in side tables.

Not here: reading it. Every second patient has metastases at diagnosis, the others a distant recurrence.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from tests.formats.cohort import Row, Tables, write_csv

SEX = {"male": "1", "female": "2"}
STATUS = {"negative": "0", "positive": "1"}
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<NaaccrData xmlns="http://naaccr.org/naaccrxml" recordType="I"'
    ' baseDictionaryUri="http://naaccr.org/naaccrxml/naaccr-dictionary-260.xml" specificationVersion="1.8"'
    ' timeGenerated="2026-06-30T08:00:00-04:00">\n'
)
REGISTRY_TOML = """\
format = "naaccr"
[about]
title = "Synthetic cohort as NAACCR XML"
synthetic = true
"""


def write_naaccr(tables: Tables, folder: Path) -> str:
    """Write a delivery into `folder`; return what its registry states."""
    people = [_patient(row, number) for number, row in enumerate(tables["patients"])]
    (folder / "incidence.xml").write_text(f"{HEAD}{''.join(people)}</NaaccrData>\n", encoding="utf-8")
    for name, rows in tables.items():
        if name != "patients":
            write_csv(folder / f"{name}.csv", rows, list(rows[0]))
    return REGISTRY_TOML


def _patient(row: Row, number: int) -> str:
    told = {
        "patientIdNumber": row["patient_id"],
        "nameLast": "Nobody",
        "sexAssignedAtBirth": SEX.get(row["sex"], "9"),
        "dateOfBirth": _day(row["birth_date"]),
        "vitalStatus": "0" if row["death_date"] else "1",
        "dateOfLastContact": _day(row["death_date"] or row["last_contact_date"]),
    }
    tumor = {
        "primarySite": "C504",
        "dateOfDiagnosis": _day(row["metastatic_diagnosis_date"]),
        "metsAtDxBone": "1",
        "estrogenReceptorSummary": STATUS.get(row["er_status"], "9"),
        "progesteroneRecepSummary": STATUS.get(row["pr_status"], "7"),
    }
    if number % 2 or not row["metastatic_diagnosis_date"]:
        recurrence = {"recurrenceType1st": "55", "recurrenceDate1st": tumor["dateOfDiagnosis"]}
        tumor |= {"dateOfDiagnosis": "20010203", "metsAtDxBone": "0", **recurrence}
    other = {"primarySite": "C187", "dateOfDiagnosis": "2001", "metsAtDxLiver": "1"}
    return f"<Patient>{_items(told)}<Tumor>{_items(tumor)}</Tumor><Tumor>{_items(other)}</Tumor></Patient>\n"


def _items(told: Row) -> str:
    return "".join(f'<Item naaccrId="{name}">{escape(text)}</Item>' for name, text in told.items() if text)


def _day(text: str) -> str:
    return text.replace("-", "")
