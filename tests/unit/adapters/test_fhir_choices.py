"""What the fhir adapter makes of the choices that FHIR leaves to a writer: elements, references, components.

Not here: what codes, statuses and units mean (`test_fhir_records.py`, `test_fhir_results.py`).
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

UCUM = "http://unitsofmeasure.org"
PROGRESSIVE = coded("LA28370-7", system=LOINC)
BONE, BREAST = "71341001", "76752008"


def quantity(value: float, unit: str = "U/L") -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def panel(*components: Resource, **more: Any) -> Resource:
    return observation("24325-3", component=list(components), **more)


def part(loinc: str, **value: Any) -> Resource:
    return {"code": coded(loinc), **value}


def test_an_instant_is_a_day_and_a_period_begins() -> None:
    instant = alp(effectiveDateTime=None, effectiveInstant="2024-03-05T01:00:00.000+02:00")
    assert only("lab_results", PATIENT, instant)["specimen_date"] == "2024-03-05"
    condition = {
        "resourceType": "Condition",
        "code": coded("94222008", system=SNOMED),
        "subject": {"reference": "Patient/P1"},
        "onsetPeriod": {"start": "2023-02-01", "end": "2023-06-01"},
        "recordedDate": "2024-01-01",
    }
    assert only("patients", PATIENT, condition)["metastatic_diagnosis_date"] == "2023-02-01"


def test_a_result_may_be_a_component() -> None:
    limit = [{"high": quantity(104)}]
    whole = panel(
        part("1742-6", valueQuantity=quantity(20)),
        part("6768-6", valueQuantity=quantity(90), referenceRange=limit),
    )
    row = only("lab_results", PATIENT, whole)
    assert (row["analyte"], row["value"], row["unit"]) == ("ALP_TOTAL", "90", "U/L")
    assert (row["upper_limit_normal"], row["specimen_date"]) == ("104", "2024-01-02")
    assert made("lab_results", PATIENT, {**whole, "status": "entered-in-error"}) == []
    older = {**whole, "id": "L", "meta": {"lastUpdated": "2024-01-01T00:00:00Z"}}
    newer = {**whole, "id": "L", "meta": {"lastUpdated": "2024-01-02T00:00:00Z"}}
    assert len(made("lab_results", PATIENT, newer, older)) == 1


def test_of_two_such_components_the_total_counts_and_the_observation_is_told_apart() -> None:
    both = panel(part("17838-4", valueQuantity=quantity(12)), part("6768-6", valueQuantity=quantity(90)))
    assert only("lab_results", PATIENT, both)["analyte"] == "ALP_TOTAL"
    told = {row["meaning"]: row["source_rows"] for row in made("source_rows", PATIENT, both, alp())}
    assert told["a result of alkaline phosphatase, the first of two in one observation"] == 1
    assert told["a result of alkaline phosphatase"] == 1


def test_a_panel_of_her2_is_one_test() -> None:
    whole = observation(
        "74885-5",
        component=[
            part("85319-2", valueCodeableConcept=coded("LA11842-4", system=LOINC)),
            part("85318-4", valueCodeableConcept=coded("LA6577-6", system=LOINC)),
            part("49683-6", valueQuantity={"value": 1.4}),
        ],
    )
    row = only("her2_tests", PATIENT, whole)
    assert (row["ihc_score"], row["ish_result"], row["her2_cep17_ratio"]) == ("2+", "negative", "1.4")


@pytest.mark.parametrize("reference", ["#P1", "#other"])
def test_a_contained_patient_is_nobody_of_the_delivery(reference: str) -> None:
    row = only("lab_results", PATIENT, alp(subject={"reference": reference}))
    assert row["patient_id"] == reference


def test_a_contained_specimen_is_that_of_its_own_observation() -> None:
    def tested(day: str, site: str) -> Resource:
        inside = {
            "resourceType": "Specimen",
            "id": "s",
            "collection": {"bodySite": coded(site, system=SNOMED)},
        }
        score = coded("LA11841-6", system=LOINC)
        more = {"valueCodeableConcept": score, "specimen": {"reference": "#s"}, "contained": [inside]}
        return observation("85319-2", day, **more)

    apart = {"resourceType": "Specimen", "id": "s", "collection": {"bodySite": coded(BREAST, system=SNOMED)}}
    rows = made("her2_tests", PATIENT, apart, tested("2024-01-02", BONE), tested("2024-02-02", BREAST))
    assert [row["specimen_site"] for row in rows] == ["metastasis", "primary"]


def test_what_a_transaction_adds_without_an_id_is_called_by_its_full_url() -> None:
    nameless = {key: value for key, value in PATIENT.items() if key != "id"}
    scan = {key: value for key, value in study("CT").items() if key != "id"}
    urn = "urn:uuid:8c0f2b1e-0000-4000-8000-00000000000a"
    name, of = urn.rpartition(":")[2], {"subject": {"reference": urn}}
    resources = nameless, {**scan, **of}, alp(**of)
    urls = (urn, "urn:uuid:8c0f2b1e-0000-4000-8000-00000000000b")
    assert only("patients", *resources, urls=urls)["patient_id"] == name
    assert only("lab_results", *resources, urls=urls)["patient_id"] == name
    row = only("imaging_assessments", *resources, urls=urls)
    assert (row["patient_id"], row["assessment_id"]) == (name, urls[1].rpartition(":")[2])


def test_every_series_of_a_study_says_how_it_was_made() -> None:
    series = [{"modality": {"code": code}} for code in ("CT", "CT", "SR", "CT", "CT", "PT")]
    row = only("imaging_assessments", PATIENT, study(series=series))
    assert row["modality"] == "PET_CT"


def test_a_study_that_began_with_its_first_series_has_that_day() -> None:
    series = [{"modality": {"code": "CT"}, "started": "2024-02-03T10:00:00Z"}]
    row = only("imaging_assessments", PATIENT, {**study(series=series), "started": None})
    assert row["assessment_date"] == "2024-02-03"


@pytest.mark.parametrize(
    "named",
    [
        {"derivedFrom": [{"reference": "Observation/O9"}, {"reference": "ImagingStudy/S1"}]},
        {"partOf": [{"reference": "https://x.example/fhir/ImagingStudy/S1/_history/2"}]},
        {"derivedFrom": [{"reference": "urn:uuid:5"}], "partOf": [{"reference": "urn:uuid:6"}]},
    ],
)
def test_a_response_names_its_study_in_any_of_its_references(named: Resource) -> None:
    worse = observation("97509-4", "2024-03-09", valueCodeableConcept=PROGRESSIVE, **named)
    same_day = study("MR", day="2024-03-09", id="S2")
    rows = made("imaging_assessments", PATIENT, study("CT"), same_day, worse, urls=(None, "urn:uuid:6"))
    assert [row["extraosseous_response"] for row in rows] == ["PD", None]


def test_a_response_that_is_derived_of_something_else_is_of_its_day() -> None:
    other = [{"reference": "Observation/O9"}]
    worse = observation("97509-4", "2024-02-01", valueCodeableConcept=PROGRESSIVE, derivedFrom=other)
    assert only("imaging_assessments", PATIENT, study("CT"), worse)["extraosseous_response"] == "PD"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"text": "Positive"}, "positive"),
        ({"text": "NEGATIVE "}, "negative"),
        ({"text": "weakly positive"}, None),
        ({"text": "positive", **coded("LA6577-6", system=LOINC)}, "negative"),
    ],
)
def test_a_text_alone_answers_where_it_is_the_word_itself(told: Resource, status: str | None) -> None:
    receptor = observation("85337-4", valueCodeableConcept=told)
    assert only("patients", PATIENT, receptor)["er_status"] == status
    tested = observation("85318-4", valueCodeableConcept=told)
    assert only("her2_tests", PATIENT, tested)["ish_result"] == status


def test_two_receptors_of_one_day_that_differ_pass_joined() -> None:
    both = [
        observation("85337-4", valueCodeableConcept=coded(code, system=LOINC))
        for code in ("LA6577-6", "LA6576-8")
    ]
    assert only("patients", PATIENT, *both)["er_status"] == "negative / positive"


def test_the_last_update_is_that_of_the_later_moment_wherever_its_clock_stood() -> None:
    late = alp(90, id="A", meta={"lastUpdated": "2024-01-01T09:30:00Z"})
    early = alp(70, id="A", meta={"lastUpdated": "2024-01-01T10:00:00+02:00"})
    assert only("lab_results", PATIENT, late, early)["value"] == "90"


def test_patients_of_one_id_on_two_servers_are_two_for_the_gate_to_refuse() -> None:
    other = {**PATIENT, "birthDate": "1971-05-06"}
    urls = "https://north.example/fhir/Patient/P1", "https://south.example/fhir/Patient/P1"
    assert len(made("patients", PATIENT, other, urls=urls)) == 2
    assert len(made("patients", PATIENT, other, urls=(urls[0], urls[0]))) == 1
    assert len(made("patients", PATIENT, other, urls=(urls[0], None))) == 1


@pytest.mark.parametrize("more", [{"doNotPerform": True}, {"intent": "option"}])
def test_what_must_not_or_need_not_be_given_is_no_drug(more: Resource) -> None:
    request = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/P1"},
        "medicationCodeableConcept": {"coding": [{"code": "1946827"}]},
        "authoredOn": "2024-01-05",
    }
    listed = [("agents", "1946827", "abemaciclib")]
    assert len(made("drug_exposures", PATIENT, request, settings=listed)) == 1
    assert made("drug_exposures", PATIENT, {**request, **more}, settings=listed) == []
