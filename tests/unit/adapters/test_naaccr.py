"""What the naaccr adapter makes of single made-up patients, and of what is sent again.

Not here: HER2 and therapy (`test_naaccr_tumors.py`), reading XML (`test_xml_records.py`), and public files
(`tests/real`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.documents import counted, made
from tests.unit.adapters.naaccr_records import exported, items, judged, only, patient


@pytest.mark.parametrize(
    ("told", "sex"),
    [
        ({"sex": "1"}, "male"),
        ({"sex": "2"}, "female"),
        ({"sex": "9"}, "unknown"),
        ({"sex": ""}, "unknown"),
        ({"sex": "", "sexAssignedAtBirth": "2"}, "female"),
        ({"sex": "1", "sexAssignedAtBirth": "2"}, "female"),
    ],
)
def test_sex_is_item_220_and_from_version_26_item_225(told: dict[str, str], sex: str) -> None:
    assert only("patients", exported(patient({}, **told)))["sex"] == sex


@pytest.mark.parametrize(
    ("version", "told", "death"),
    [
        (180, {"vitalStatus": "0"}, "2024-12-31"),
        (260, {"vitalStatus": "0"}, "2024-12-31"),
        (260, {"vitalStatus": "1"}, None),
        (260, {"vitalStatus": ""}, None),
        (160, {"vitalStatus": "0"}, None),
        (250, {"vitalStatus": "0", "dateOfDeathCanada": "20241230"}, "2024-12-30"),
        (250, {"vitalStatus": "1", "dateOfDeathCanada": "20241230"}, "2024-12-30"),
    ],
)
def test_vital_status_0_is_dead_from_version_18_on(
    version: int, told: dict[str, str], death: str | None
) -> None:
    row = only("patients", exported(patient({}, **told), version=version))
    assert (row["death_date"], row["last_contact_date"]) == (death, "2024-12-31")


@pytest.mark.parametrize(
    ("delivered", "kept"),
    [
        ("20240229", "2024-02-29"),
        ("202402", "2024-02"),
        ("2024", "2024"),
        ("20240230", "2024-02-30"),
        ("20249999", "2024-99-99"),
        ("soon", "soon"),
        ("2024----", "2024----"),
        (" ", None),
    ],
)
def test_a_date_is_written_as_a_day_and_never_completed(delivered: str, kept: str | None) -> None:
    told = exported(patient({"metsAtDxBone": "1", "dateOfDiagnosis": delivered}, dateOfBirth=delivered))
    row = only("patients", told)
    assert (row["birth_date"], row["metastatic_diagnosis_date"]) == (kept, kept)


def test_a_partial_date_is_refused_by_the_gate(tmp_path: Path) -> None:
    one = judged(tmp_path, exported(patient({}, dateOfBirth="195011")))
    assert one.refused == {("patients", 2): ["date_is_partial"]}


@pytest.mark.parametrize(
    ("tumor", "day"),
    [
        ({}, None),
        ({"metsAtDxBone": "0", "metsAtDxLung": "8", "metsAtDxOther": "9"}, None),
        ({"metsAtDxBone": "1"}, "2020-06-16"),
        ({"metsAtDxBrain": "1"}, "2020-06-16"),
        ({"metsAtDxDistantLn": "1"}, "2020-06-16"),
        ({"metsAtDxLiver": "1"}, "2020-06-16"),
        ({"metsAtDxLung": "1"}, "2020-06-16"),
        ({"metsAtDxOther": "1"}, "2020-06-16"),
        ({"metsAtDxOther": "2"}, "2020-06-16"),
        ({"metsAtDxLung": "2"}, None),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "40"}, "2023-01-05"),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "55"}, "2023-01-05"),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "60"}, "2023-01-05"),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "62"}, "2023-01-05"),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "36"}, None),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "10"}, None),
        ({"recurrenceDate1st": "20230105", "recurrenceType1st": "70"}, None),
        ({"recurrenceDate1st": "20230105"}, None),
        ({"metsAtDxBone": "1", "recurrenceDate1st": "20190105", "recurrenceType1st": "40"}, "2019-01-05"),
    ],
)
def test_metastatic_is_at_diagnosis_or_at_a_distant_first_recurrence(
    tumor: dict[str, str], day: str | None
) -> None:
    assert only("patients", exported(patient(tumor)))["metastatic_diagnosis_date"] == day


@pytest.mark.parametrize(
    ("code", "status"), [("0", "negative"), ("1", "positive"), ("7", None), ("9", None), ("", None)]
)
def test_receptors_are_translated_and_what_is_not_known_is_empty(code: str, status: str | None) -> None:
    tumor = {"estrogenReceptorSummary": code, "progesteroneRecepSummary": code}
    row = only("patients", exported(patient(tumor)))
    assert (row["er_status"], row["pr_status"]) == (status, status)


def test_the_metastatic_tumor_tells_the_receptors_before_a_newer_one() -> None:
    tumors = (
        {"estrogenReceptorSummary": "1", "metsAtDxBone": "1"},
        {"estrogenReceptorSummary": "0", "dateOfDiagnosis": "20230101", "tumorRecordNumber": "02"},
    )
    assert only("patients", exported(patient(*tumors)))["er_status"] == "positive"
    assert only("patients", exported(patient({}, tumors[1])))["er_status"] == "negative"


def test_tumors_of_other_sites_tell_nothing_of_a_patient_with_a_tumor_of_the_breast() -> None:
    told = {"metsAtDxBone": "1", "her2IhcSummary": "3", "estrogenReceptorSummary": "0"}
    lung = {**told, "primarySite": "C341", "tumorRecordNumber": "02"}
    found = made("naaccr", exported(patient({}, lung)))
    assert [row["metastatic_diagnosis_date"] for row in found["patients"]] == [None]
    assert [row["er_status"] for row in found["patients"]] == [None]
    assert found["her2_tests"] == []
    assert counted(found) == {"a patient": 1, "a tumor of the breast": 1, "a tumor of another site": 1}


def test_a_patient_whose_tumors_are_all_of_other_sites_is_counted_and_left_out() -> None:
    found = made("naaccr", exported(patient({"primarySite": "C341"}), patient(patientIdNumber="00000002")))
    assert [row["patient_id"] for row in found["patients"]] == ["00000002"]
    assert counted(found) == {
        "a patient": 1,
        "a patient whose tumors are all of other sites": 1,
        "a tumor of another site": 1,
    }


def test_of_what_is_sent_again_the_newest_export_counts_whatever_the_order() -> None:
    old = exported(patient({"her2IhcSummary": "1"}, dateOfLastContact="20230101"), at="2023-06-01T00:00:00Z")
    new = exported(patient({"her2IhcSummary": "3"}), at="2024-06-01T00:00:00Z")
    for texts in ((old, new), (new, old)):
        found = made("naaccr", *texts)
        assert [row["last_contact_date"] for row in found["patients"]] == ["2024-12-31"]
        assert [row["ihc_score"] for row in found["her2_tests"]] == ["3+"]
        assert counted(found)["a tumor of the breast that was sent again since"] == 1
        assert counted(found)["a patient who was sent again since"] == 1


def test_patients_of_one_number_in_two_registries_are_two_where_they_were_born_on_other_days() -> None:
    def of(registry: str, born: str) -> str:
        text = exported(patient({"her2IhcSummary": "1"}, dateOfBirth=born))
        return text.replace("<Patient>", f"{items({'registryId': registry})}<Patient>", 1)

    for born, rows in (("19600302", 2), ("19550101", 1)):
        assert len(made("naaccr", of("0000001", "19550101"), of("0000002", born))["patients"]) == rows
    assert len(made("naaccr", of("0000001", "19550101"), of("0000001", "19600302"))["patients"]) == 1


def test_a_patient_told_in_two_records_of_one_export_is_one_with_both_tumors() -> None:
    found = made("naaccr", exported(patient({"metsAtDxBone": "1"}), patient({"her2IhcSummary": "3"})))
    assert [row["metastatic_diagnosis_date"] for row in found["patients"]] == ["2020-06-16"]
    assert len(found["her2_tests"]) == 1


def test_items_may_be_named_by_number_alone() -> None:
    numbers = {"20": "00000009", "220": "2", "1750": "20241231", "1760": "0", "240": "19500101"}
    tumor = {"400": "C509", "390": "20200616", "3850": "3", "1112": "1", "3827": "1", "3230": "20200701"}
    record = f"{items(numbers, 'naaccrNum')}<Tumor>{items(tumor, 'naaccrNum')}</Tumor>"
    found = made("naaccr", exported(f"<Patient>{record}</Patient>"))
    (row,) = found["patients"]
    assert (row["patient_id"], row["sex"], row["death_date"], row["er_status"]) == (
        "00000009",
        "female",
        "2024-12-31",
        "positive",
    )
    assert [row["ihc_score"] for row in found["her2_tests"]] == ["3+"]
    assert [row["start_date"] for row in found["therapy_lines"]] == ["2020-07-01"]


def test_user_dictionaries_and_identifiers_are_not_read_and_identifiers_are_told(tmp_path: Path) -> None:
    told = {"nameLast": "Nobody", "socialSecurityNumber": "000000000", "ourOwnItem": "x"}
    one = judged(tmp_path, exported(patient({}, **told)))
    assert one.refused == {}
    assert one.read.identifier_columns == (("documents", "nameLast"), ("documents", "socialSecurityNumber"))
    assert one.core["patients"] == judged(tmp_path / "bare", exported(patient({}))).core["patients"]
    found = made("naaccr", exported(patient({}, **told)))
    assert "Nobody" not in str(found)


def test_a_patient_without_an_id_reaches_the_gate(tmp_path: Path) -> None:
    one = judged(tmp_path, exported(patient({"her2IhcSummary": "3"}, patientIdNumber=" ")))
    assert one.refused == {
        ("her2_tests", 1): ["required_value_missing"],
        ("patients", 2): ["required_value_missing"],
    }
