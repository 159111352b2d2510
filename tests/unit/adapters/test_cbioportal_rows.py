"""What single rows of a cBioPortal study become: patients, samples, events of timelines."""

from __future__ import annotations

from typing import Any

import pytest

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.settings import SettingRow
from tests.support.adapted import Record, made, meanings

PATIENT: Record = {"patient_id": "P1", "sex": "Female"}
SAMPLE: Record = {"patient_id": "P1", "sample_id": "P1-01"}
NOTHING = (None, "", " ", "NA", "na", "[Not Available]")


def patient(samples: list[Record] | None = None, **cells: str | None) -> Any:
    (row,) = made("cbioportal", patient=[{**PATIENT, **cells}], sample=samples or [])["patients"]
    return row


def event(kind: str, day: str = "52", **cells: str | None) -> Record:
    return {"patient_id": "P1", "start_date": day, "event_type": kind, **cells}


def yielded(table: str, *events: Record, settings: list[SettingRow] | None = None) -> list[Any]:
    return made("cbioportal", settings or (), timeline=events)[table]


@pytest.mark.parametrize(
    ("told", "sex"),
    [
        *(("Female", "female"), ("FEMALE", "female"), ("f", "female"), ("Male", "male"), ("M", "male")),
        *((nothing, "unknown") for nothing in NOTHING),
        *(("Unknown", "unknown"), ("intersex", "intersex")),
    ],
)
def test_sex_is_a_word_of_ours_or_reaches_the_gate(told: str | None, sex: str) -> None:
    assert patient(sex=told)["sex"] == sex


@pytest.mark.parametrize("status", ["1:DECEASED", "DECEASED", " 1: deceased "])
def test_the_months_of_the_deceased_are_the_day_of_death_and_of_the_last_contact(status: str) -> None:
    row = patient(os_status=status, os_months="20.1")
    assert (row["death_date"], row["last_contact_date"]) == ("20.1 months", "20.1 months")


@pytest.mark.parametrize("status", ["0:LIVING", "LIVING", *NOTHING])
def test_the_months_of_all_others_are_the_last_contact(status: str | None) -> None:
    row = patient(os_status=status, os_months="10")
    assert (row["death_date"], row["last_contact_date"]) == (None, "10 months")


def test_months_that_are_none_leave_no_day_and_other_text_reaches_the_gate() -> None:
    assert {patient(os_months=nothing)["last_contact_date"] for nothing in NOTHING} == {None}
    assert patient(os_months="two")["last_contact_date"] == "two"
    assert patient(os_months="NA", os_status="1:DECEASED")["death_date"] is None


def test_the_deceased_without_a_day_are_counted_apart() -> None:
    told = [
        {**PATIENT, "os_status": "1:DECEASED", "os_months": "NA"},
        {**PATIENT, "os_status": "1:DECEASED", "os_months": "5"},
        {**PATIENT, "os_status": "0:LIVING"},
    ]
    assert meanings("cbioportal", patient=told) == {
        ("patient", "a patient who died on a day that is not told", "patients"): 1,
        ("patient", "a patient", "patients"): 2,
    }


def test_there_is_no_birth_and_no_diagnosis() -> None:
    assert (patient()["birth_date"], patient()["metastatic_diagnosis_date"]) == (None, None)


def test_the_patient_s_own_receptor_status_comes_before_that_of_samples() -> None:
    samples = [{**SAMPLE, "er_status": "Negative", "pr_status": "POSITIVE"}]
    row = patient(samples, er_status="Positive", pr_status="NA")
    assert (row["er_status"], row["pr_status"]) == ("positive", "positive")


def test_samples_that_differ_pass_joined_for_the_gate() -> None:
    told = ["Negative", "Positive", "Positive", "NA", "1 %"]
    samples = [{**SAMPLE, "sample_id": f"P1-0{n}", "er_status": one} for n, one in enumerate(told)]
    assert patient(samples)["er_status"] == "1 % / negative / positive"


def her2(settings: list[SettingRow] | None = None, events: Any = (), **cells: str | None) -> list[Any]:
    samples = [{**SAMPLE, **cells}]
    return made("cbioportal", settings or (), patient=[PATIENT], sample=samples, timeline=events)[
        "her2_tests"
    ]


SPECIMEN = event("SPECIMEN", "8", sample_id="P1-01")


def test_a_sample_is_a_her2_test_on_the_day_of_its_specimen() -> None:
    (test,) = her2(events=[SPECIMEN], her2_status="Negative", sample_type="Metastasis")
    assert (test["patient_id"], test["test_date"]) == ("P1", "8")
    assert (test["specimen_site"], test["reported_status"]) == ("metastasis", "negative")
    (test,) = her2(events=[SPECIMEN], her2_ihc="2", her2_ish="Positive", sample_type="Primary tumor")
    assert (test["ihc_score"], test["ish_result"], test["specimen_site"]) == ("2+", "positive", "primary")
    assert test["reported_status"] is None


@pytest.mark.parametrize(
    ("told", "score"), [("0", "0"), ("1", "1+"), ("3+", "3+"), ("weak", "weak"), ("4", "4")]
)
def test_a_score_has_its_sign_and_what_is_none_reaches_the_gate(told: str, score: str) -> None:
    assert her2(events=[SPECIMEN], her2_ihc=told)[0]["ihc_score"] == score


def test_without_a_specimen_the_day_is_the_one_that_is_stated_and_else_there_is_no_test() -> None:
    other = event("SPECIMEN", "8", sample_id="P1-02")
    stated: list[SettingRow] = [("her2_day", "", "0")]
    assert her2(events=[other], her2_status="Negative") == []
    assert her2(stated, [other], her2_status="Negative")[0]["test_date"] == "0"
    assert her2(stated, [SPECIMEN], her2_status="Negative")[0]["test_date"] == "8"


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_sample_that_says_nothing_of_her2_is_no_test(nothing: str | None) -> None:
    assert her2(events=[SPECIMEN], her2_status=nothing, her2_ihc=nothing, her2_ish=nothing) == []


def test_samples_are_counted_by_what_they_say() -> None:
    samples = [
        {**SAMPLE, "her2_status": "Negative"},
        {**SAMPLE, "sample_id": "P1-02", "her2_status": "Negative"},
        {**SAMPLE, "sample_id": "P1-03", "er_status": "Positive"},
        {**SAMPLE, "sample_id": "P1-04", "er_status": "NA"},
    ]
    told = meanings("cbioportal", patient=[PATIENT], sample=samples, timeline=[SPECIMEN])
    assert {key: rows for key, rows in told.items() if key[0] == "sample"} == {
        ("sample", "a sample with HER2 and its day", "her2_tests"): 1,
        ("sample", "a sample with HER2 without a day", None): 1,
        ("sample", "a sample with the status of hormone receptors", "patients"): 1,
        ("sample", "a sample that says nothing of receptors", None): 1,
    }


@pytest.mark.parametrize(
    ("told", "modality"),
    [
        *(("CT", "CT"), ("ct scan", "CT"), ("PET/CT", "PET_CT"), ("PET-CT", "PET_CT"), ("PET_CT", "PET_CT")),
        *(
            ("MRI", "MRI"),
            ("Bone Scan", "BONE_SCAN"),
            ("X-ray", "XRAY"),
            ("PET", "PET"),
            ("Biopsy", "Biopsy"),
        ),
    ],
)
def test_an_image_has_the_modality_of_its_type_or_reaches_the_gate(told: str, modality: str) -> None:
    (scan,) = yielded("imaging_assessments", event("IMAGING", diagnostic_type=told))
    assert (scan["modality"], scan["assessment_date"], scan["patient_id"]) == (modality, "52", "P1")


def test_the_rows_of_one_patient_day_and_type_are_one_image() -> None:
    scans = yielded(
        "imaging_assessments",
        event("IMAGING", diagnostic_type="CT", result="new osteoblastic"),
        event("IMAGING", diagnostic_type="CT", result="stable"),
        event("IMAGING", diagnostic_type="MRI"),
        event("IMAGING", "53", diagnostic_type="CT"),
    )
    assert [(scan["assessment_id"], scan["row_number"]) for scan in scans] == [
        ("P1|52|CT", 1),
        ("P1|52|MRI", 3),
        ("P1|53|CT", 4),
    ]
    assert {scan["extraosseous_response"] for scan in scans} == {None}


def test_a_result_is_a_response_only_where_the_registry_says_so() -> None:
    stated: list[SettingRow] = [("responses", "Stable Disease", "SD"), ("responses", "progression", "PD")]
    row = event("IMAGING", diagnostic_type="CT", result=" stable disease ")
    (scan,) = yielded("imaging_assessments", row, settings=stated)
    assert scan["extraosseous_response"] == "SD"
    other = event("IMAGING", diagnostic_type="CT", result="Progression")
    (scan,) = yielded("imaging_assessments", row, other, settings=stated)
    assert scan["extraosseous_response"] == "PD / SD"


@pytest.mark.parametrize(
    ("test", "column", "unit"),
    [
        ("ALP", "U/L", "U/L"),
        ("ALP (U/L)", None, "U/L"),
        ("alkaline phosphatase (ukat/L)", "NA", "ukat/L"),
        ("ALP (U/L)", "ukat/L", "ukat/L"),
        ("Alk Phos", None, None),
    ],
)
def test_the_unit_of_a_result_is_the_site_s_own_column_else_it_stands_behind_the_name(
    test: str, column: str | None, unit: str | None
) -> None:
    (result,) = yielded("lab_results", event("LAB_TEST", "-5", test=test, result="120", unit=column))
    assert (result["analyte"], result["specimen_date"]) == ("ALP_TOTAL", "-5")
    assert (result["value"], result["unit"]) == ("120", unit)


def test_a_registry_says_what_its_tests_are_called() -> None:
    stated: list[SettingRow] = [("tests.alp_total", "", "AP"), ("tests.alp_bone", "", "Bone ALP")]
    rows = [event("LAB_TEST", test=test, result="1") for test in ("ap", "Bone ALP (ug/L)", "CA 15-3")]
    told = yielded("lab_results", *rows, settings=stated)
    assert [(one["analyte"], one["unit"]) for one in told] == [("ALP_TOTAL", None), ("ALP_BONE", "ug/L")]
    assert yielded("lab_results", *rows) == []


def test_a_treatment_is_a_drug_by_its_agent_and_stays_open_without_a_stop() -> None:
    rows = [
        event("TREATMENT", "0", agent="Letrozole", stop_date="480"),
        event("TREATMENT", "5", agent=" Palbociclib ", stop_date=" "),
        event("TREATMENT", "9", agent=None),
    ]
    told = yielded("drug_exposures", *rows)
    assert [(one["agent"], one["start_date"], one["end_date"]) for one in told] == [
        ("Letrozole", "0", "480"),
        ("Palbociclib", "5", None),
    ]


def test_a_day_that_is_no_whole_number_reaches_the_gate() -> None:
    assert yielded("lab_results", event("LAB_TEST", "52.5", test="ALP"))[0]["specimen_date"] == "52.5"


@pytest.mark.parametrize(
    ("row", "meaning", "table"),
    [
        (event("LAB_TEST", test="ALP"), "a result of alkaline phosphatase", "lab_results"),
        (event("LAB_TEST", test="CA 15-3"), "another laboratory test", None),
        (event("IMAGING", diagnostic_type="CT"), "a row of an image", "imaging_assessments"),
        (event("imaging", diagnostic_type="NA"), "an image without a type", None),
        (event("TREATMENT", agent="Letrozole"), "an agent of a treatment", "drug_exposures"),
        (
            event("TREATMENT", agent="Photons", treatment_type="Radiation Therapy"),
            "a treatment that is no drug",
            None,
        ),
        (event("TREATMENT", agent="Photons", subtype="Radiation"), "a treatment that is no drug", None),
        (
            event(
                "TREATMENT",
                agent="Radium-223",
                treatment_type="Medical Therapy",
                subtype="Radiopharmaceutical",
            ),
            "an agent of a treatment",
            "drug_exposures",
        ),
        (event("TREATMENT", agent="NA"), "a treatment without an agent", None),
        (event("SPECIMEN", sample_id="P1-01"), "the day of a sample", "her2_tests"),
        (event("SPECIMEN"), "a specimen without a sample", None),
        (event("STATUS"), "a status", None),
        (event("SURGERY"), "another event", None),
        ({"patient_id": "P1", "event_type": None}, "another event", None),
    ],
)
def test_each_event_is_counted_by_what_it_is(row: Record, meaning: str, table: str | None) -> None:
    assert meanings("cbioportal", timeline=[row]) == {("timeline", meaning, table): 1}


def test_molecular_data_is_passed_over_and_a_timeline_under_another_name_is_told() -> None:
    adapter = load_adapter("cbioportal")
    molecular = ("data_mutations.txt", "data_CNA.txt", "data_mrna_seq_v2_rsem.txt", "data_log2_CNA.txt")
    assert all(adapter.passes_over(name) for name in molecular)
    assert not any(
        adapter.passes_over(name) for name in ("data_labs.txt", "data_drugs.txt", "data_scans.txt")
    )
