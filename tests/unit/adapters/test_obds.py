"""What the obds adapter makes of single made-up patients, diagnoses and courses.

Not here: therapies (`test_obds_therapies.py`), and public files (`tests/real`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.documents import counted, made
from tests.unit.adapters.obds_reports import (
    BORN,
    course,
    death,
    diagnosis,
    exported,
    histology,
    judged,
    metastases,
    module,
    only,
    operation,
    pathology,
    patient,
    report,
)

CONTACT = "patient_id,last_contact_date\nP1,2024-06-01\n"


@pytest.mark.parametrize(
    ("letter", "sex"),
    [
        ("W", "female"),
        ("M", "male"),
        ("D", "unknown"),
        ("X", "unknown"),
        ("U", "unknown"),
        ("", "unknown"),
        ("S", "S"),
    ],
)
def test_letters_of_the_schema_are_translated_and_another_passes_for_the_gate(letter: str, sex: str) -> None:
    assert only("patients", exported(patient(sex=letter)))["sex"] == sex


@pytest.mark.parametrize("precision", ["T", "M", "V"])
def test_an_estimated_date_is_kept_and_flagged_and_an_exact_one_is_not(
    tmp_path: Path, precision: str
) -> None:
    born = BORN.replace('"E"', f'"{precision}"')
    one = judged(tmp_path / "born", exported(patient(born=born)), patients=CONTACT)
    assert one.flagged == {("patients", 1): ["value_approximated"]}
    text = exported(patient(report(diagnosis(metastases("2020-03-01", precision=precision)))))
    assert judged(tmp_path / "ill", text, patients=CONTACT).flagged == {
        ("patients", 2): ["value_approximated"]
    }
    text = exported(patient(report(diagnosis(metastases("2020-03-01")))))
    assert judged(tmp_path / "exact", text, patients=CONTACT).flagged == {}


def test_the_day_that_a_side_table_knows_comes_before_an_estimated_one(tmp_path: Path) -> None:
    text = exported(patient(born=BORN.replace('"E"', '"M"')))
    side = "patient_id,birth_date,last_contact_date\nP1,1950-05-17,2024-06-01\n"
    one = judged(tmp_path, text, patients=side)
    assert (one.refused, one.flagged) == ({}, {})
    assert "1950, 5, 17" in repr(one.core["patients"])


def test_an_element_without_a_day_is_empty_and_no_text_of_it(tmp_path: Path) -> None:
    born = '<Geburtsdatum Datumsgenauigkeit="V"/>'
    row = only("patients", exported(patient(report(diagnosis(metastases(""))), born=born)))
    assert (row["birth_date"], row["metastatic_diagnosis_date"]) == (None, None)


@pytest.mark.parametrize("zone", ["Z", "+01:00", "-05:00"])
def test_a_zone_behind_a_day_moves_none(zone: str) -> None:
    born = BORN.replace("1950-05-01", f"1950-05-01{zone}")
    told = (
        report(diagnosis(metastases(f"2021-12-01{zone}")), "M1"),
        report(operation(module(), day=f"2020-04-02{zone}"), "M2"),
        report(death(f"2022-08-01{zone}"), "M3"),
    )
    text = exported(patient(*told, born=born))
    row = only("patients", text)
    days = (row["birth_date"], row["metastatic_diagnosis_date"], row["death_date"])
    assert days == ("1950-05-01", "2021-12-01", "2022-08-01")
    assert only("her2_tests", text)["test_date"] == "2020-04-02"


@pytest.mark.parametrize("day", ["2020", "2020-03"])
def test_a_date_without_its_day_is_refused_and_not_completed(tmp_path: Path, day: str) -> None:
    one = judged(tmp_path, exported(patient(report(diagnosis(metastases(day))))), patients=CONTACT)
    assert one.refused == {("patients", 2): ["date_is_partial"]}


def test_metastatic_disease_begins_with_the_earliest_metastasis_of_any_report() -> None:
    reports = (
        report(course(metastases("2022-01-05", "2021-09-14")), "M1"),
        report(diagnosis(metastases("2021-12-01")), "M2"),
        report(diagnosis(metastases("2010-01-01")), "M3", site="C20", tumor="2"),
    )
    for order in (reports, reports[::-1]):
        assert only("patients", exported(patient(*order)))["metastatic_diagnosis_date"] == "2021-09-14"


def test_the_site_of_a_tumor_is_known_from_any_report_on_it() -> None:
    nameless = report(diagnosis(metastases("2021-12-01")), "M2", site="")
    text = exported(patient(nameless, report(course(), "M1", site="C50.1")))
    assert only("patients", text)["metastatic_diagnosis_date"] == "2021-12-01"
    other = exported(patient(nameless, report(course(), "M1", site="C20")))
    assert made("obds", other)["patients"] == []


def test_reports_and_patients_of_other_sites_are_counted_and_left_out() -> None:
    elsewhere = report(diagnosis(module(her2="P") + metastases("2021-01-01")), "M9", site="C20", tumor="2")
    found = made("obds", exported(patient(report(diagnosis()), elsewhere), patient(elsewhere, name="P2")))
    assert [(row["patient_id"], row["metastatic_diagnosis_date"]) for row in found["patients"]] == [
        ("P1", None)
    ]
    assert found["her2_tests"] == []
    assert counted(found) == {
        "a patient": 1,
        "a patient whose tumors are all of other sites": 1,
        "a diagnosis": 1,
        "a report on a tumor of another site": 2,
    }


@pytest.mark.parametrize(
    ("letter", "status"), [("P", "positive"), ("N", "negative"), ("U", None), ("X", None), ("", None)]
)
def test_letters_of_the_module_become_receptors_and_the_reported_status(
    letter: str, status: str | None
) -> None:
    text = exported(patient(report(diagnosis(module(letter, letter, letter)))))
    row = only("patients", text)
    assert (row["er_status"], row["pr_status"]) == (status, status)
    tests = made("obds", text)["her2_tests"]
    assert [row["reported_status"] for row in tests] == ([status] if status else [])
    for test in tests:
        assert (test["specimen_site"], test["ihc_score"], test["ish_result"]) == ("unknown", None, None)


@pytest.mark.parametrize(
    ("content", "day"),
    [
        (diagnosis(module()), "2020-03-01"),
        (diagnosis(histology("2020-03-05") + module()), "2020-03-05"),
        (course(module()), "2021-06-01"),
        (course(histology("2021-05-30") + module()), "2021-05-30"),
        (operation(module()), "2020-04-02"),
        (operation(histology("2020-04-01") + module()), "2020-04-01"),
        (pathology(histology("2021-05-29") + module()), "2021-05-29"),
    ],
)
def test_a_her2_status_has_the_day_of_its_histology_else_of_the_report_and_is_flagged(
    tmp_path: Path, content: str, day: str
) -> None:
    text = exported(patient(report(content)))
    assert only("her2_tests", text)["test_date"] == day
    flags = judged(tmp_path, text, patients=CONTACT).flagged
    assert flags == {("her2_tests", 1): ["her2_status_as_reported", "value_approximated"]}


@pytest.mark.parametrize(
    ("content", "kind"),
    [(operation(module("N", "P")), "an operation"), (pathology(module("N", "P")), "a report of pathology")],
)
def test_pathology_and_operations_tell_receptors_and_are_counted_as_such(content: str, kind: str) -> None:
    text = exported(patient(report(content)))
    row = only("patients", text)
    assert (row["er_status"], row["pr_status"]) == ("negative", "positive")
    assert counted(made("obds", text)) == {"a patient": 1, f"{kind}, with a HER2 status": 1}


def test_a_metastasis_that_pathology_alone_tells_begins_metastatic_disease() -> None:
    found = report(pathology(metastases("2021-08-20")), "M1")
    later = report(course(metastases("2021-09-14")), "M2")
    assert only("patients", exported(patient(found, later)))["metastatic_diagnosis_date"] == "2021-08-20"


def test_reports_of_one_histology_are_one_her2_test_where_they_agree() -> None:
    told = (
        report(diagnosis(histology("2020-03-05") + module(her2="N")), "M1"),
        report(pathology(histology("2020-03-05") + module(her2="N")), "M2"),
        report(
            operation(
                histology("2020-03-05") + "<Modul_Mamma><Her2neuStatus>N</Her2neuStatus></Modul_Mamma>"
            ),
            "M3",
        ),
        report(pathology(histology("2020-03-05") + module(her2="P")), "M4"),
    )
    found = made("obds", exported(patient(*told)))
    assert [row["reported_status"] for row in found["her2_tests"]] == ["negative", "positive"]
    assert counted(found) == {
        "a patient": 1,
        "a diagnosis, with a HER2 status": 1,
        "a report of pathology, with receptors": 1,
        "an operation, with a HER2 status told already": 1,
        "a report of pathology, with a HER2 status": 1,
    }


def test_the_newest_report_tells_the_receptors() -> None:
    reports = (report(course(module(er="N")), "M1"), report(diagnosis(module(er="P")), "M2"))
    for order in (reports, reports[::-1]):
        assert only("patients", exported(patient(*order)))["er_status"] == "negative"


def test_a_death_is_told_and_no_last_contact() -> None:
    row = only("patients", exported(patient(report(death()))))
    assert (row["death_date"], row["last_contact_date"]) == ("2022-08-01", None)


def test_of_packages_the_newest_tells_who_a_patient_is_and_a_report_sent_again_counts_once() -> None:
    old = exported(patient(report(diagnosis(module(her2="P"))), sex="X"), day="2023-01-01")
    new = exported(patient(report(diagnosis(module(her2="N")))), day="2024-01-01")
    for order in ((old, new), (new, old)):
        found = made("obds", *order)
        assert [row["sex"] for row in found["patients"]] == ["female"]
        assert [row["reported_status"] for row in found["her2_tests"]] == ["negative"]
        assert counted(found) == {
            "a patient": 1,
            "a patient who was sent again since": 1,
            "a diagnosis, with a HER2 status": 1,
            "a report that was sent again since": 1,
        }


def test_patients_of_one_id_by_two_senders_are_two_where_they_were_born_on_other_days() -> None:
    def of(sender: str, born: str) -> str:
        text = exported(patient(report(diagnosis()), born=BORN.replace("1950-05-01", born)))
        return text.replace("<Absender/>", f'<Absender Absender_ID="{sender}"/>')

    for born, rows in (("1961-02-03", 2), ("1950-05-01", 1)):
        assert len(made("obds", of("A", "1950-05-01"), of("B", born))["patients"]) == rows
    assert len(made("obds", of("A", "1950-05-01"), of("A", "1961-02-03"))["patients"]) == 1


def test_what_only_an_older_package_tells_is_kept() -> None:
    old = exported(patient(report(diagnosis(metastases("2020-03-01")), "M1")), day="2023-01-01")
    new = exported(patient(report(course(), "M2")), day="2024-01-01")
    assert only("patients", old, new)["metastatic_diagnosis_date"] == "2020-03-01"


@pytest.mark.parametrize(("status", "meaning"), [("P", "a course with progression"), ("K", "a course")])
def test_a_course_is_counted_and_makes_no_imaging_assessment(status: str, meaning: str) -> None:
    found = made("obds", exported(patient(report(course(status=status)))))
    assert counted(found) == {"a patient": 1, meaning: 1}
    assert "imaging_assessments" not in found
    assert found["drug_exposures"] == []


def test_reports_without_ids_are_each_their_own() -> None:
    nameless = (report(diagnosis(module(her2=letter)), name="") for letter in "PN")
    assert len(made("obds", exported(patient(*nameless)))["her2_tests"]) == 2


def test_names_beside_a_patient_are_in_no_row() -> None:
    assert "Nobody" not in str(made("obds", exported(patient(report(diagnosis(module()))))))
