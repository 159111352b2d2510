"""A column whose name speaks of a person is known in several languages; no column of ours is taken for one.

Not here: what is done with it (`tests/gates`).
"""

from __future__ import annotations

import pytest

from bpp_etl.reading.problems import looks_like_identifier
from schemas.contract import delivered_columns
from schemas.tables import TABLES

SPEAK = """
name PatientName test_person_name doctor_name name_of_patient contact_name
FIRST.NAME surname e-mail eMail address mobile_no NHSNumber SSN mrn MRN_1 passport_no zip
Vorname Nachname Straße Anschrift PLZ Telefon Handynummer KVNR nom prénom Prenom_patient adresse téléphone
apellidos nombre dirección teléfono dni cognome codice_fiscale indirizzo endereço cpf naam voornaam
telefoonnummer efternamn navn imię nazwisko PESEL příjmení rodné_číslo
姓名 患者姓名 联系电话 身份证号 病历号 氏名 電話番号 이름 Фамилия телефон
"""
SILENT = """
test_name TestName lab_name laboratory_name drug_name DrugNames line_name component_long_name regimen_name
name_of_test name_of_the_drug nom_du_medicament nombre_de_la_prueba event_name redcap_event_name
case_code patient_number exam_code nomenclature anomia denominator telemetry namespace scanner ward
"""


@pytest.mark.parametrize("name", SPEAK.split())
def test_it_speaks_of_a_person(name: str) -> None:
    assert looks_like_identifier(name)


@pytest.mark.parametrize("name", SILENT.split())
def test_it_does_not(name: str) -> None:
    assert not looks_like_identifier(name)


def test_no_column_of_ours_does() -> None:
    ours = {column.name for table in TABLES.values() for column in delivered_columns(table.contract)}
    assert [name for name in ours if looks_like_identifier(name)] == []
