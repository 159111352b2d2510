"""What the fhir adapter makes of patients, lines, images and responses: references, copies, dates.

Not here: results (`test_fhir_results.py`), and files of documents (`test_documents.py`).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.adapters.fhir_resources import (
    LOINC,
    PATIENT,
    SNOMED,
    Resource,
    alp,
    coded,
    made,
    observation,
    only,
    study,
)


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("Patient/P1", None),
        ("Patient/P1/_history/3", None),
        ("https://ehr.example/fhir/Patient/P1", None),
        ("urn:uuid:P1", None),
        ("urn:uuid:0c3151bd", "urn:uuid:0c3151bd"),
        ("https://ehr.example/fhir/Patient/77", "https://ehr.example/fhir/Patient/77"),
    ],
)
def test_a_reference_is_matched_on_its_last_part_and_on_the_full_url(reference: str, url: str | None) -> None:
    result = alp(subject={"reference": reference})
    assert only("lab_results", PATIENT, result, urls=[url])["patient_id"] == "P1"


def test_a_reference_to_nobody_stays_what_it_is() -> None:
    assert only("lab_results", PATIENT, alp(subject={"reference": "Patient/P9"}))["patient_id"] == "P9"


def test_of_copies_of_a_resource_the_one_last_updated_counts() -> None:
    old = {**PATIENT, "gender": "unknown", "meta": {"lastUpdated": "2024-01-01T00:00:00Z"}}
    new = {**PATIENT, "meta": {"lastUpdated": "2024-06-01T00:00:00Z"}}
    for order in ([old, new], [new, old]):
        assert only("patients", *order)["sex"] == "female"
    first = alp(90, id="a", meta={"lastUpdated": "2024-06-01T00:00:00Z"})
    second = alp(80, id="a", meta={"lastUpdated": "2024-01-01T00:00:00Z"})
    assert only("lab_results", PATIENT, first, second)["value"] == "90"
    by_version = alp(70, id="a", meta={"versionId": "10"}), alp(60, id="a", meta={"versionId": "9"})
    assert only("lab_results", PATIENT, *by_version)["value"] == "70"
    assert len(made("lab_results", PATIENT, alp(1), alp(2))) == 2


def test_resources_of_one_id_are_of_each_patient_whatever_they_say_of_their_updates() -> None:
    other = {**PATIENT, "id": "P2"}
    own, others = alp(90, id="a"), alp(80, id="a", subject={"reference": "Patient/P2"})
    meta = [{"meta": {"lastUpdated": f"2024-0{month}-01T00:00:00Z"}} for month in (1, 2, 3)]
    for first, second, again in (({}, {}, {}), meta, (meta[0], {}, meta[2])):
        told = PATIENT, other, {**own, **first}, {**others, **second}, {**own, **again, "status": "amended"}
        rows = made("lab_results", *told)
        assert [(row["patient_id"], row["value"]) for row in rows] == [("P2", "80"), ("P1", "90")]
        counted = made("source_rows", *told)
        meanings = {row["meaning"]: row["source_rows"] for row in counted if row["source"] == "observation"}
        assert meanings == {
            "a result of alkaline phosphatase, its id also that of another patient's": 2,
            "an observation that was updated since": 1,
        }


def test_one_patient_named_in_two_ways_has_one_copy() -> None:
    dated = [{"meta": {"lastUpdated": f"2024-0{month}-01T00:00:00Z"}} for month in (1, 2)]
    old = alp(90, id="a", subject={"reference": "Patient/P1"}, **dated[0])
    new = alp(80, id="a", subject={"reference": "https://x.org/fhir/Patient/P1"}, **dated[1])
    assert only("lab_results", PATIENT, old, new)["value"] == "80"


@pytest.mark.parametrize(
    ("modalities", "modality"),
    [
        (["CT"], "CT"),
        (["SR", "CT"], "CT"),
        (["PT", "CT"], "PET_CT"),
        (["MR"], "MRI"),
        (["DX"], "XRAY"),
        (["PT"], "PT"),
        (["NM"], "NM"),
    ],
)
def test_a_study_is_an_assessment_by_its_modalities(modalities: list[str], modality: str) -> None:
    assert only("imaging_assessments", PATIENT, study(*modalities))["modality"] == modality


def test_a_study_of_another_modality_is_none_and_series_tell_it_too() -> None:
    assert made("imaging_assessments", PATIENT, study("US")) == []
    assert made("imaging_assessments", PATIENT, study("CT", status="cancelled")) == []
    of_series = study(series=[{"modality": {"code": "SR"}}, {"modality": {"code": "CT"}}])
    assert only("imaging_assessments", PATIENT, of_series)["modality"] == "CT"


def test_a_moment_counts_on_the_day_that_is_written_in_it() -> None:
    assert only("imaging_assessments", PATIENT, study("CT"))["assessment_date"] == "2024-02-01"
    assert only("lab_results", PATIENT, alp(effectiveDateTime="2024-03"))["specimen_date"] == "2024-03"
    period = alp(effectiveDateTime=None, effectivePeriod={"start": "2024-03-05T01:00:00Z"})
    assert only("lab_results", PATIENT, period)["specimen_date"] == "2024-03-05"


def status(code: str, day: str = "2024-02-01", **more: Any) -> Resource:
    system = LOINC if code.startswith("LA") else SNOMED
    return observation("97509-4", day, valueCodeableConcept=coded(code, system=system), **more)


@pytest.mark.parametrize(
    ("code", "response"),
    [
        ("271299001", "PD"),
        ("LA28370-7", "PD"),
        ("LA28371-5", "SD"),
        ("LA28366-5", "CR"),
        ("LA9348-9", "NE"),
        ("268910001", None),
        ("359746009", None),
        ("709137006", None),
    ],
)
def test_a_clinicians_impression_is_a_response_only_where_it_is_worse(
    code: str, response: str | None
) -> None:
    row = only("imaging_assessments", PATIENT, study("CT"), status(code))
    assert row["extraosseous_response"] == response


def test_an_impression_counts_as_what_the_registry_states() -> None:
    stated = [("response", "359746009", "NON_CR_NON_PD")]
    row = only("imaging_assessments", PATIENT, study("CT"), status("359746009"), settings=stated)
    assert row["extraosseous_response"] == "NON_CR_NON_PD"


def test_a_response_is_of_its_day_or_of_the_study_it_names_and_the_worst_counts() -> None:
    other_day = status("LA28370-7", "2024-02-02")
    assert only("imaging_assessments", PATIENT, study("CT"), other_day)["extraosseous_response"] is None
    named = {**other_day, "derivedFrom": [{"reference": "ImagingStudy/S1"}]}
    assert only("imaging_assessments", PATIENT, study("CT"), named)["extraosseous_response"] == "PD"
    both = status("LA28371-5"), status("271299001")
    assert only("imaging_assessments", PATIENT, study("CT"), *both)["extraosseous_response"] == "PD"
    of_another = status("LA28370-7", derivedFrom=[{"reference": "ImagingStudy/S2"}])
    assert only("imaging_assessments", PATIENT, study("CT"), of_another)["extraosseous_response"] is None


def condition(code: str, system: str = SNOMED, **more: Any) -> Resource:
    told = {
        "resourceType": "Condition",
        "code": coded(code, system=system),
        "subject": {"reference": "Patient/P1"},
    }
    return {**told, **more}


def test_the_metastatic_diagnosis_is_the_earliest_of_a_distant_one() -> None:
    row = only(
        "patients",
        PATIENT,
        condition("94222008", onsetDateTime="2023-05-01T10:00:00Z"),
        condition("C78.7", "http://hl7.org/fhir/sid/icd-10-cm", recordedDate="2023-03-01"),
        condition("C77.3", "http://hl7.org/fhir/sid/icd-10-cm", recordedDate="2020-01-01"),
        condition("94222008", onsetDateTime="2019-01-01", verificationStatus=coded("refuted", system="v")),
    )
    assert row["metastatic_diagnosis_date"] == "2023-03-01"


def test_a_metastasis_that_is_refuted_is_counted_as_such() -> None:
    refuted = condition(
        "94222008", onsetDateTime="2019-01-01", verificationStatus=coded("refuted", system="v")
    )
    told = made("source_rows", PATIENT, condition("94222008", onsetDateTime="2023-05-01"), refuted)
    conditions = {(row["meaning"], row["table_name"]) for row in told if row["source"] == "condition"}
    assert conditions == {("a metastasis", "patients"), ("a metastasis in error or refuted", None)}


@pytest.mark.parametrize(
    ("gender", "sex"), [("other", "unknown"), ("unknown", "unknown"), ("male", "male"), (None, None)]
)
def test_gender_is_translated_and_a_month_is_not_completed(gender: str | None, sex: str | None) -> None:
    row = only("patients", {**PATIENT, "gender": gender, "birthDate": "1960-05", "deceasedBoolean": True})
    assert (row["sex"], row["birth_date"], row["death_date"]) == (sex, "1960-05", None)


def test_receptors_are_those_of_the_newest_test() -> None:
    row = only(
        "patients",
        PATIENT,
        observation("85337-4", "2020-01-01", valueCodeableConcept=coded("10828004")),
        observation("40556-3", "2024-01-01", valueCodeableConcept=coded("LA6577-6", system=LOINC)),
        observation("85339-0", "2024-01-01", valueCodeableConcept=coded("1", system="x")),
    )
    assert (row["er_status"], row["pr_status"]) == ("negative", None)


NUMBER = "http://onconova.github.io/fhir/StructureDefinition/onconova-ext-therapy-line-number"


def test_a_line_is_an_episode_with_a_line_number() -> None:
    episode = {
        "resourceType": "EpisodeOfCare",
        "status": "finished",
        "patient": {"reference": "Patient/P1"},
        "type": [{"text": "letrozole"}],
        "period": {"start": "2024-01-05T00:00:00Z", "end": "2024-06-01"},
        "extension": [{"url": "https://x.example/other"}, {"url": NUMBER, "valuePositiveInt": 2}],
    }
    row = only("therapy_lines", PATIENT, episode)
    told = (row["line_number"], row["regimen"], row["start_date"], row["end_date"])
    assert told == ("2", "letrozole", "2024-01-05", "2024-06-01")
    for less, meaning in (
        ({"extension": []}, "without a line number"),
        ({"status": "entered-in-error"}, "in error or cancelled"),
    ):
        assert made("therapy_lines", PATIENT, {**episode, **less}) == []
        counted = made("source_rows", PATIENT, {**episode, **less})
        assert [(row["meaning"], row["table_name"]) for row in counted if row["source"] == "episode"] == [
            (f"an episode of care {meaning}", None)
        ]
