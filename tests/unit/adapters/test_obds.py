"""What the obds adapter makes of single made-up patients and reports.

Not here: reading XML (`test_xml_records.py`), and public files (`tests/real`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deliveries import write_texts
from tests.support.documents import Row, counted, made
from tests.support.gating import Gated, gated

BORN = '<Geburtsdatum Datumsgenauigkeit="E">1950-05-01</Geburtsdatum>'


def exported(*patients: str, day: str = "2024-12-31") -> str:
    return (
        '<oBDS xmlns="http://www.basisdatensatz.de/oBDS/XML" Schema_Version="3.0.2"><Absender/>'
        f"<Meldedatum>{day}</Meldedatum><Menge_Patient>{''.join(patients)}</Menge_Patient></oBDS>"
    )


def patient(*reports: str, name: str = "P1", sex: str = "W", born: str = BORN) -> str:
    return (
        f'<Patient Patient_ID="{name}"><Patienten_Stammdaten><Nachname>Nobody</Nachname>'
        f"<Geschlecht>{sex}</Geschlecht>{born}</Patienten_Stammdaten>"
        f"<Menge_Meldung>{''.join(reports)}</Menge_Meldung></Patient>"
    )


def report(content: str, name: str = "M1", site: str = "C50.4", tumor: str = "1") -> str:
    return (
        f'<Meldung Meldung_ID="{name}"><Tumorzuordnung Tumor_ID="{tumor}">'
        f"<Primaertumor_ICD><Code>{site}</Code></Primaertumor_ICD>"
        '<Diagnosedatum Datumsgenauigkeit="E">2020-03-01</Diagnosedatum></Tumorzuordnung>'
        f"{content}</Meldung>"
    )


def metastases(*days: str, precision: str = "E") -> str:
    places = "".join(
        f'<Fernmetastase><Diagnosedatum Datumsgenauigkeit="{precision}">{day}</Diagnosedatum>'
        "<Lokalisation>OSS</Lokalisation></Fernmetastase>"
        for day in days
    )
    return f"<Menge_FM>{places}</Menge_FM>"


def module(er: str = "P", pr: str = "N", her2: str = "N") -> str:
    return (
        f"<Modul_Mamma><HormonrezeptorStatus_Oestrogen>{er}</HormonrezeptorStatus_Oestrogen>"
        f"<HormonrezeptorStatus_Progesteron>{pr}</HormonrezeptorStatus_Progesteron>"
        f"<Her2neuStatus>{her2}</Her2neuStatus></Modul_Mamma>"
    )


def diagnosis(inside: str = "") -> str:
    return f"<Diagnose><Diagnosesicherung>7</Diagnosesicherung>{inside}</Diagnose>"


def course(inside: str = "", status: str = "K", day: str = "2021-06-01") -> str:
    return (
        f'<Verlauf Verlauf_ID="1"><Untersuchungsdatum_Verlauf>{day}</Untersuchungsdatum_Verlauf>'
        f"<Gesamtbeurteilung_Tumorstatus>{status}</Gesamtbeurteilung_Tumorstatus>{inside}</Verlauf>"
    )


def therapy(name: str = "T1", intention: str = "P", inside: str = "") -> str:
    told = f"<Intention>{intention}</Intention><Therapieart>CH</Therapieart>{inside}"
    return f'<SYST SYST_ID="{name}">{told}</SYST>'


def death(day: str = "2022-08-01") -> str:
    return f"<Tod><Sterbedatum>{day}</Sterbedatum></Tod>"


def histology(day: str) -> str:
    return (
        f'<Histologie><Tumor_Histologiedatum Datumsgenauigkeit="E">{day}</Tumor_Histologiedatum></Histologie>'
    )


def only(table: str, *texts: str) -> Row:
    (row,) = made("obds", *texts)[table]
    return row


def judged(tmp_path: Path, *texts: str, toml: str = "", **beside: str) -> Gated:
    files = {f"package-{number}.xml": text for number, text in enumerate(texts)}
    files |= {f"{name}.csv": side for name, side in beside.items()}
    return gated(write_texts(tmp_path, files, toml=f'format = "obds"\n{toml}'))


CONTACT = "patient_id,last_contact_date\nP1,2024-06-01\n"


@pytest.mark.parametrize(
    ("letter", "sex"), [("W", "female"), ("M", "male"), ("D", "unknown"), ("X", "unknown"), ("", "unknown")]
)
def test_a_letter_other_than_those_of_women_and_men_is_unknown(letter: str, sex: str) -> None:
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
    ],
)
def test_a_her2_status_has_the_day_of_its_histology_else_of_the_report_and_is_flagged(
    tmp_path: Path, content: str, day: str
) -> None:
    text = exported(patient(report(content)))
    assert only("her2_tests", text)["test_date"] == day
    flags = judged(tmp_path, text, patients=CONTACT).flagged
    assert flags == {("her2_tests", 1): ["her2_status_as_reported", "value_approximated"]}


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


def test_what_only_an_older_package_tells_is_kept() -> None:
    old = exported(patient(report(diagnosis(metastases("2020-03-01")), "M1")), day="2023-01-01")
    new = exported(patient(report(course(), "M2")), day="2024-01-01")
    assert only("patients", old, new)["metastatic_diagnosis_date"] == "2020-03-01"


def test_reports_of_the_start_and_the_end_of_a_therapy_are_one_therapy() -> None:
    reports = (
        report(therapy(), "M1"),
        report(therapy(inside="<Ende>2022-01-01</Ende>"), "M2"),
        report(therapy("T2"), "M3"),
        report(therapy("T3", intention="K"), "M4"),
    )
    found = made("obds", exported(patient(*reports)))
    assert counted(found) == {
        "a patient": 1,
        "a palliative systemic therapy": 2,
        "a further report of the same therapy": 1,
        "a systemic therapy": 1,
    }
    assert "therapy_lines" not in found


def given(*substances: str, start: str = "2022-01-10", end: str = "", precision: str = "E") -> str:
    named = "".join(f"<Substanz>{one}</Substanz>" for one in substances)
    return (
        f'<Beginn Datumsgenauigkeit="{precision}">{start}</Beginn>'
        + (f"<Menge_Substanz>{named}</Menge_Substanz>" if named else "<Protokoll>Letrozol</Protokoll>")
        + (f"<Ende>{end}</Ende>" if end else "")
    )


def drugs(*texts: str) -> set[tuple[object, ...]]:
    rows = made("obds", *texts)["drug_exposures"]
    return {tuple(row[name] for name in ("patient_id", "agent", "start_date", "end_date")) for row in rows}


LETROZOLE, PALBOCICLIB = "<Bezeichnung>Letrozol</Bezeichnung>", "<Bezeichnung>Palbociclib</Bezeichnung>"


def test_each_substance_of_a_therapy_is_a_drug_by_its_name_else_by_its_code() -> None:
    code = "<ATC><Code>L01EF01</Code><Version>2020</Version></ATC>"
    inside = given(LETROZOLE, code, f"{code}{PALBOCICLIB}", end="2022-05-01")
    assert drugs(exported(patient(report(therapy(inside=inside))))) == {
        ("P1", "Letrozol", "2022-01-10", "2022-05-01"),
        ("P1", "L01EF01", "2022-01-10", "2022-05-01"),
        ("P1", "Palbociclib", "2022-01-10", "2022-05-01"),
    }


def test_a_therapy_without_substances_is_a_drug_by_its_protocol() -> None:
    assert drugs(exported(patient(report(therapy(inside=given()))))) == {
        ("P1", "Letrozol", "2022-01-10", None)
    }


def test_a_therapy_has_the_newest_substances_the_start_and_the_end_of_its_reports() -> None:
    first = exported(patient(report(therapy(inside=given(LETROZOLE)), "M1")), day="2022-02-01")
    then = report(therapy(inside=given(LETROZOLE, PALBOCICLIB, end="2022-05-01")), "M2")
    second = exported(patient(then), day="2022-06-01")
    third = exported(patient(report(therapy(), "M3")), day="2022-07-01")
    both = {("P1", agent, "2022-01-10", "2022-05-01") for agent in ("Letrozol", "Palbociclib")}
    for order in ((first, second, third), (third, second, first)):
        assert drugs(*order) == both
        assert (
            counted(made("obds", *order))["a substance of a report that does not count, or told again"] == 1
        )


def test_therapies_of_other_sites_and_reports_sent_again_are_no_drugs() -> None:
    other = report(therapy(inside=given(LETROZOLE)), "M1", site="C20")
    assert drugs(exported(patient(other, report(diagnosis(), "M2")))) == set()
    again = report(therapy(inside=given(LETROZOLE)), "M1")
    assert len(drugs(exported(patient(again)), exported(patient(again)))) == 1


def test_lines_follow_from_the_drugs_where_that_is_declared_and_bear_an_estimated_start(
    tmp_path: Path,
) -> None:
    ill = report(diagnosis(metastases("2022-01-01")), "M0")
    course = report(therapy(inside=given(LETROZOLE, PALBOCICLIB, precision="T")), "M1")
    toml = '[therapy_lines]\nderive = "gap_and_new_agent"\n[last_contact]\nfrom = "reported"\n'
    one = judged(tmp_path, exported(patient(ill, course)), toml=toml)
    assert one.refused == {}
    ((_, _, number, regimen, start, *_),) = one.core["therapy_lines"]
    assert (number, str(start)) == (1, "2022-01-10")
    assert {"letrozol", "palbociclib"} == {agent.strip().lower() for agent in str(regimen).split("+")}
    assert "value_approximated" in next(
        flags for (table, _), flags in one.flagged.items() if table == "therapy_lines"
    )


def test_the_last_contact_may_follow_from_the_latest_day_of_the_reports() -> None:
    reports = (
        report(course(day="2021-06-01"), "M1"),
        report(therapy(inside=given(start="2022-01-10")), "M2"),
        report(diagnosis(), "M3"),
        report(course(day="2023"), "M4"),
    )
    assert only("patients", exported(patient(*reports)))["reported"] == "2022-01-10"


@pytest.mark.parametrize(("status", "meaning"), [("P", "a course with progression"), ("K", "a course")])
def test_a_course_is_counted_and_makes_no_imaging_assessment(status: str, meaning: str) -> None:
    found = made("obds", exported(patient(report(course(status=status)))))
    assert counted(found) == {"a patient": 1, meaning: 1}
    assert "imaging_assessments" not in found
    assert found["drug_exposures"] == []


def test_reports_without_ids_are_each_their_own() -> None:
    nameless = report(diagnosis(module()), name="")
    assert len(made("obds", exported(patient(nameless, nameless)))["her2_tests"]) == 2


def test_names_beside_a_patient_are_in_no_row() -> None:
    assert "Nobody" not in str(made("obds", exported(patient(report(diagnosis(module()))))))
