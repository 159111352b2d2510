"""Who is dead and nobody says since when: flagged in every format that can say so, never silently alive.

Not here: days of death that are there, which each format's own tests have.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.gates.test_declared_rows import rows
from tests.gates.test_side_tables import DOMAINS
from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated
from tests.unit.adapters import naaccr_records, obds_reports
from tests.unit.adapters.fhir_resources import PATIENT

FLAG = "death_without_date"
DEAD: Mapping[str, Mapping[str, str]] = {
    "fhir": {"p.json": json.dumps({**PATIENT, "deceasedBoolean": True})},
    "cbioportal": {
        "data_clinical_patient.txt": "PATIENT_ID\tSEX\tOS_STATUS\tOS_MONTHS\nP1\tFemale\t1:DECEASED\tNA\n"
    },
    "naaccr": {
        "n.xml": naaccr_records.exported(
            naaccr_records.patient({}, patientIdNumber="P1", vitalStatus="0", dateOfLastContact="")
        )
    },
    "obds": {
        "o.xml": obds_reports.exported(
            obds_reports.patient(
                obds_reports.report("<Tod><Tod_tumorbedingt>U</Tod_tumorbedingt></Tod>", site="C50.9")
            )
        )
    },
    "omop": {
        "person.csv": "person_id,gender_concept_id,year_of_birth\nP1,8532,1961\n",
        "death.csv": "person_id,death_date\nP1,\n",
    },
    "sdtm": {**DOMAINS, "dm.csv": "USUBJID,SEX,DTHDTC,DTHFL\nP1,F,,Y\n"},
}
TOML = {"cbioportal": '[dates]\nrelative_to = "metastatic_diagnosis_date"\nunit = "days"\n'}


def delivered(home: Path, name: str, side: str) -> Gated:
    texts = {**DEAD[name], "patients.csv": side}
    return gated(write_texts(home, texts, toml=f'format = "{name}"\n{TOML.get(name, "")}'))


@pytest.mark.parametrize("name", DEAD)
def test_who_died_on_a_day_that_is_not_told_is_flagged_until_a_side_table_tells_it(
    name: str, tmp_path: Path
) -> None:
    silent = delivered(tmp_path / "a", name, "patient_id,last_contact_date\nP1,2024-06-01\n")
    assert rows(silent, "patients", "patient_id", "death_date", "flags") == [("P1", None, [FLAG])]
    told = delivered(
        tmp_path / "b", name, "patient_id,last_contact_date,death_date\nP1,2024-06-01,2024-06-01\n"
    )
    assert rows(told, "patients", "death_date", "flags") == [(dt.date(2024, 6, 1), [])]


def test_a_birth_that_is_estimated_beside_it_is_flagged_of_its_own(tmp_path: Path) -> None:
    born = obds_reports.BORN.replace('"E"', '"M"')
    text = obds_reports.exported(
        obds_reports.patient(
            obds_reports.report("<Tod><Tod_tumorbedingt>U</Tod_tumorbedingt></Tod>"), born=born
        )
    )
    one = obds_reports.judged(tmp_path, text, patients="patient_id,last_contact_date\nP1,2024-06-01\n")
    assert rows(one, "patients", "flags") == [([FLAG, "value_approximated"],)]


def test_the_living_are_not_flagged(tmp_path: Path) -> None:
    texts = {
        "p.json": json.dumps({**PATIENT, "deceasedBoolean": False}),
        "patients.csv": "patient_id,last_contact_date\nP1,2024-06-01\n",
    }
    assert gated(write_texts(tmp_path, texts, toml='format = "fhir"\n')).flagged == {}


def test_fhir_counts_them_apart(tmp_path: Path) -> None:
    one = delivered(tmp_path, "fhir", "patient_id,last_contact_date\nP1,2024-06-01\n")
    assert one.meanings == {("patient", "a patient who died on a day that is not told"): 1}
