"""Writes the cohort as oBDS 3: a package of patients and diagnoses, a later one of deaths, and side tables.

Not here: reading it. HER2 is told in side tables, for oBDS has no score of it.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.formats.cohort import Row, Tables, write_csv

SEX = {"male": "M", "female": "W"}
STATUS = {"negative": "N", "positive": "P"}
REGISTRY_TOML = """\
format = "obds"
[about]
title = "Synthetic cohort as oBDS"
synthetic = true
"""


def write_obds(tables: Tables, folder: Path) -> str:
    """Write a delivery into `folder`; return what its registry states."""
    people = tables["patients"]
    first = [_patient(row, _diagnosis(row)) for row in people]
    later = [_patient(row, _death(row)) for row in people if row["death_date"]]
    for name, day, patients in (("package.xml", "2026-01-31", first), ("follow-up.xml", "2026-06-30", later)):
        (folder / name).write_text(_package(patients, day), encoding="utf-8")
    write_csv(folder / "patients.csv", people, ["patient_id", "last_contact_date"])
    for name, rows in tables.items():
        if name != "patients":
            write_csv(folder / f"{name}.csv", rows, list(rows[0]))
    return REGISTRY_TOML


def _package(patients: list[str], day: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oBDS xmlns="http://www.basisdatensatz.de/oBDS/XML"'
        f' Schema_Version="3.0.2"><Absender Absender_ID="1"/><Meldedatum>{day}</Meldedatum>'
        f"<Menge_Patient>{''.join(patients)}</Menge_Patient></oBDS>\n"
    )


def _patient(row: Row, content: str) -> str:
    born = row["birth_date"]
    return (
        f"<Patient Patient_ID={quoteattr(row['patient_id'])}><Patienten_Stammdaten>"
        f"<Nachname>Nobody</Nachname><Geschlecht>{SEX.get(row['sex'], 'U')}</Geschlecht>"
        f"{_dated('Geburtsdatum', born) if born else ''}"
        f"</Patienten_Stammdaten><Menge_Meldung>{content}</Menge_Meldung></Patient>\n"
    )


def _report(name: str, content: str) -> str:
    return (
        f"<Meldung Meldung_ID={quoteattr(name)}><Tumorzuordnung Tumor_ID='1'>"
        f"<Primaertumor_ICD><Code>C50.9</Code></Primaertumor_ICD>"
        f"{_dated('Diagnosedatum', '2001-02-03')}</Tumorzuordnung>{content}</Meldung>"
    )


def _diagnosis(row: Row) -> str:
    day, place = row["metastatic_diagnosis_date"], "<Lokalisation>OSS</Lokalisation>"
    metastasis = f"<Menge_FM><Fernmetastase>{_dated('Diagnosedatum', day)}{place}</Fernmetastase></Menge_FM>"
    er, pr = (STATUS.get(row[column], "U") for column in ("er_status", "pr_status"))
    return _report(
        f"{row['patient_id']}-D",
        f"<Diagnose><Diagnosesicherung>7</Diagnosesicherung>{metastasis if day else ''}<Modul_Mamma>"
        f"<HormonrezeptorStatus_Oestrogen>{er}</HormonrezeptorStatus_Oestrogen>"
        f"<HormonrezeptorStatus_Progesteron>{pr}</HormonrezeptorStatus_Progesteron></Modul_Mamma></Diagnose>",
    )


def _death(row: Row) -> str:
    day = f"<Sterbedatum>{row['death_date']}</Sterbedatum>"
    return _report(f"{row['patient_id']}-T", f"<Tod>{day}<Tod_tumorbedingt>J</Tod_tumorbedingt></Tod>")


def _dated(name: str, day: str) -> str:
    return f'<{name} Datumsgenauigkeit="E">{day}</{name}>'
