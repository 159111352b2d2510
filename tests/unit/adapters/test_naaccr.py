"""What the naaccr adapter makes of single made-up patients and tumors.

Not here: reading XML (`test_xml_records.py`), and public files (`tests/real`).
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.support.deliveries import write_texts
from tests.support.documents import Row, counted, made
from tests.support.gating import Gated, gated

URI = "http://naaccr.org/naaccrxml/naaccr-dictionary-{}.xml"
BREAST = {"primarySite": "C504", "dateOfDiagnosis": "20200616", "tumorRecordNumber": "01"}
PERSON = {"patientIdNumber": "00000001", "sex": "2", "dateOfLastContact": "20241231", "vitalStatus": "1"}


def items(told: dict[str, str], key: str = "naaccrId") -> str:
    return "".join(f'<Item {key}="{name}">{escape(value)}</Item>' for name, value in told.items())


def patient(*tumors: dict[str, str], **others: str) -> str:
    records = "".join(f"<Tumor>{items({**BREAST, **tumor})}</Tumor>" for tumor in tumors)
    return f"<Patient>{items({**PERSON, **others})}{records}</Patient>"


def exported(*patients: str, version: int = 250, at: str = "2024-12-31T08:00:00-05:00") -> str:
    return (
        f'<?xml version="1.0"?><NaaccrData xmlns="http://naaccr.org/naaccrxml" recordType="I"'
        f' baseDictionaryUri="{URI.format(version)}" timeGenerated="{at}">{"".join(patients)}</NaaccrData>'
    )


def only(table: str, *texts: str) -> Row:
    (row,) = made("naaccr", *texts)[table]
    return row


def judged(tmp_path: Path, text: str, **beside: str) -> Gated:
    files = {"export.xml": text, **{f"{name}.csv": side for name, side in beside.items()}}
    return gated(write_texts(tmp_path, files, toml='format = "naaccr"\n'))


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


@pytest.mark.parametrize(
    ("tumor", "test"),
    [
        ({"her2IhcSummary": "0"}, ("0", None, None, None, None)),
        ({"her2IhcSummary": "1"}, ("1+", None, None, None, None)),
        ({"her2IhcSummary": "2"}, ("2+", None, None, None, None)),
        ({"her2IhcSummary": "3"}, ("3+", None, None, None, None)),
        ({"her2IhcSummary": "4"}, (None, None, None, None, "negative")),
        ({"her2IshSummary": "0"}, (None, "negative", None, None, None)),
        ({"her2IshSummary": "2"}, (None, "equivocal", None, None, None)),
        ({"her2IshSummary": "3"}, (None, "positive", None, None, None)),
        ({"her2OverallSummary": "1"}, (None, None, None, None, "positive")),
        ({"her2IhcSummary": "4", "her2OverallSummary": "1"}, (None, None, None, None, "positive")),
        ({"her2IhcSummary": "2", "her2OverallSummary": "0"}, ("2+", None, None, None, None)),
        ({"her2IshDualProbeRatio": "1.9"}, (None, None, "1.9", None, None)),
        ({"her2IshDualProbeRatio": "XX.2"}, (None, None, "XX.2", None, None)),
        ({"her2IshDualProbeRatio": "XX6"}, (None, None, "XX6", None, None)),
        ({"her2IshDualProbeCopyNumber": "3.1"}, (None, None, None, "3.1", None)),
        ({"her2IshSingleProbeCopyNumber": "4.2"}, (None, None, None, "4.2", None)),
        (
            {"her2IshDualProbeCopyNumber": "XX.8", "her2IshSingleProbeCopyNumber": "4.2"},
            (None, None, None, "4.2", None),
        ),
    ],
)
def test_her2_of_the_primary_is_translated(tumor: dict[str, str], test: tuple[str | None, ...]) -> None:
    row = only("her2_tests", exported(patient(tumor)))
    kinds = ("ihc_score", "ish_result", "her2_cep17_ratio", "her2_copy_number", "reported_status")
    assert tuple(row[kind] for kind in kinds) == test
    assert (row["test_date"], row["specimen_site"]) == ("2020-06-16", "primary")


@pytest.mark.parametrize(
    "tumor",
    [
        {},
        {"her2IhcSummary": "7", "her2IshSummary": "8", "her2OverallSummary": "9"},
        {"her2IshDualProbeRatio": "XX.7", "her2IshDualProbeCopyNumber": "XX.9"},
        {"her2IshDualProbeRatio": "X9", "her2IshSingleProbeCopyNumber": "XX.8"},
        {"her2OverallSummary": "0"},
        {"her2OverallSummary": "7"},
    ],
)
def test_what_is_not_known_of_her2_is_no_test(tumor: dict[str, str]) -> None:
    assert made("naaccr", exported(patient(tumor)))["her2_tests"] == []


def test_the_day_of_a_her2_test_is_flagged_as_approximated(tmp_path: Path) -> None:
    one = judged(tmp_path, exported(patient({"her2IhcSummary": "3", "her2IshDualProbeRatio": "XX.3"})))
    assert one.flagged == {("her2_tests", 1): ["ratio_unreadable", "value_approximated"]}


@pytest.mark.parametrize(
    ("dates", "regimen", "start"),
    [
        ({"rxDateSystemic": "20200701"}, "systemic therapy", "2020-07-01"),
        (
            {"rxDateChemo": "20200702", "rxDateHormone": "20200701"},
            "chemotherapy + hormone therapy",
            "2020-07-01",
        ),
        (
            {"rxDateSystemic": "20200630", "rxDateBrm": "20200801"},
            "biological response modifier",
            "2020-06-30",
        ),
        ({"rxDateHormone": "202007"}, "hormone therapy", "2020-07"),
    ],
)
def test_the_first_course_of_a_tumor_with_metastases_is_line_1(
    dates: dict[str, str], regimen: str, start: str
) -> None:
    row = only("therapy_lines", exported(patient({"metsAtDxBone": "1", **dates})))
    assert (row["line_number"], row["regimen"], row["start_date"]) == ("1", regimen, start)


@pytest.mark.parametrize(
    "tumor",
    [
        {"rxDateSystemic": "20200701"},
        {"rxDateSystemic": "20200701", "recurrenceDate1st": "20230105", "recurrenceType1st": "55"},
        {"metsAtDxBone": "1"},
        {"metsAtDxBone": "1", "rxDateSystemic": "20200701", "primarySite": "C187"},
    ],
)
def test_another_first_course_is_no_line(tumor: dict[str, str]) -> None:
    assert made("naaccr", exported(patient({}, {**tumor, "tumorRecordNumber": "02"})))["therapy_lines"] == []


def test_two_tumors_with_metastases_make_one_line_1() -> None:
    tumor = {"metsAtDxBone": "1", "rxDateChemo": "20200801"}
    other = {"metsAtDxBone": "1", "rxDateHormone": "20200701", "tumorRecordNumber": "02"}
    assert only("therapy_lines", exported(patient(tumor, other)))["regimen"] == "hormone therapy"


LINES = "patient_id,line_number,regimen,start_date\n"


def test_the_regimen_of_a_side_table_counts_and_another_start_disagrees(tmp_path: Path) -> None:
    text = exported(patient({"metsAtDxBone": "1", "rxDateChemo": "20200801"}))
    alone = judged(tmp_path / "alone", text)
    assert alone.flagged == {("therapy_lines", 1): ["value_approximated"]}
    one = judged(tmp_path / "same", text, therapy_lines=f"{LINES}00000001,1,paclitaxel,2020-08-01\n")
    assert one.refused == {}
    assert one.flagged == {}
    other = judged(tmp_path / "other", text, therapy_lines=f"{LINES}00000001,1,paclitaxel,2020-08-02\n")
    assert other.refused == {("therapy_lines", 1): ["side_table_disagrees"]}


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
