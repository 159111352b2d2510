"""What the fhir adapter makes of requests, administrations and statements of drugs.

Not here: the lines that are derived of them (`tests/unit/harmonise`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.gates.test_declared_rows import rows
from tests.support.deliveries import write_texts
from tests.support.gating import gated
from tests.unit.adapters.fhir_resources import PATIENT, Resource, coded, made, observation, only

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
PROFILE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-cancer-related-medication-request|4.0.0"


def drug(kind: str = "MedicationRequest", **more: Any) -> Resource:
    told = {
        "resourceType": kind,
        "meta": {"profile": [PROFILE]},
        "status": "active",
        "subject": {"reference": "Patient/P1"},
        "medicationCodeableConcept": {"text": "Letrozole "},
    }
    return {**told, **more}


def test_a_request_begins_on_the_day_it_was_written_and_has_no_end() -> None:
    for status in ("active", "completed", "stopped"):
        row = only("drug_exposures", PATIENT, drug(authoredOn="2024-01-05T09:00:00Z", status=status))
        assert (row["patient_id"], row["agent"]) == ("P1", "letrozole")
        assert (row["start_date"], row["end_date"]) == ("2024-01-05", None)


def test_an_administration_on_a_day_begins_and_ends_on_it() -> None:
    given = drug(
        "MedicationAdministration", effectiveDateTime="2024-01-05T23:00:00-05:00", status="completed"
    )
    row = only("drug_exposures", PATIENT, given)
    assert (row["start_date"], row["end_date"]) == ("2024-01-05", "2024-01-05")
    over = drug("MedicationAdministration", effectivePeriod={"start": "2024-01-05", "end": "2024-01-07"})
    row = only("drug_exposures", PATIENT, over)
    assert (row["start_date"], row["end_date"]) == ("2024-01-05", "2024-01-07")


def test_a_statement_keeps_what_it_does_not_say_open() -> None:
    row = only("drug_exposures", PATIENT, drug("MedicationStatement", effectivePeriod={"start": "2024-01"}))
    assert (row["start_date"], row["end_date"]) == ("2024-01", None)
    row = only("drug_exposures", PATIENT, drug("MedicationStatement", effectivePeriod={"end": "2024-02-01"}))
    assert (row["start_date"], row["end_date"]) == (None, "2024-02-01")


@pytest.mark.parametrize(
    "more",
    [
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"status": "draft"},
        {"intent": "proposal"},
        {"intent": "plan"},
    ],
)
def test_what_was_not_given_is_counted_and_left_out(more: Resource) -> None:
    resources = PATIENT, drug(authoredOn="2024-01-05", **more)
    assert made("drug_exposures", *resources) == []
    told = {row["meaning"]: row["source_rows"] for row in made("source_rows", *resources)}
    assert told["a drug that was not given, or in error"] == 1


def test_a_drug_without_the_profile_counts_where_its_code_is_listed() -> None:
    plain = drug(
        meta={},
        medicationCodeableConcept={
            "coding": [{"system": RXNORM, "code": "1946827", "display": "abemaciclib Oral"}]
        },
    )
    assert made("drug_exposures", PATIENT, plain) == []
    listed = [("agents", "1946827", "Abemaciclib")]
    assert only("drug_exposures", PATIENT, plain, settings=listed)["agent"] == "abemaciclib"


@pytest.mark.parametrize("reference", ["Medication/M1", "#c", "urn:uuid:77"])
def test_a_reference_leads_to_the_drug(reference: str) -> None:
    known = {"resourceType": "Medication", "id": "M1", "code": {"text": "Fulvestrant"}}
    contained = [{"resourceType": "Medication", "id": "c", "code": {"coding": [{"display": "fulvestrant"}]}}]
    more = {"medicationCodeableConcept": None, "medicationReference": {"reference": reference}}
    row = only(
        "drug_exposures", PATIENT, known, drug(contained=contained, **more), urls=[None, "urn:uuid:77"]
    )
    assert row["agent"] == "fulvestrant"


def referred(name: str, **more: Any) -> Resource:
    return {"resourceType": "Medication", "id": "M1", "code": {"text": name}, **more}


def test_a_drug_of_which_two_records_differ_has_no_agent_unless_one_is_the_newest() -> None:
    request = drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/M1"})
    several = [referred("Letrozole"), referred("Palbociclib")]
    assert only("drug_exposures", PATIENT, request, *several)["agent"] is None
    dated = [
        {**one, "meta": {"lastUpdated": f"2024-0{month}-01T00:00:00Z"}}
        for month, one in zip((2, 1), several, strict=True)
    ]
    assert only("drug_exposures", PATIENT, request, *dated)["agent"] == "letrozole"


def test_a_reference_leads_to_the_drug_and_the_specimen_of_its_own_bundle_first(tmp_path: Path) -> None:
    texts = {"patients.csv": "patient_id,last_contact_date\nP1,2024-06-01\nP2,2024-06-01\n"}
    for name, agent, site in (("P1", "Letrozole", "80248007"), ("P2", "Palbociclib", "71341001")):
        given = drug(
            authoredOn="2024-01-05",
            medicationCodeableConcept=None,
            medicationReference={"reference": "Medication/M1"},
            subject={"reference": f"Patient/{name}"},
        )
        tissue = {"resourceType": "Specimen", "id": "T1", "collection": {"bodySite": coded(site)}}
        tested = observation(
            "48676-1",
            valueCodeableConcept=coded("LA6577-6"),
            subject={"reference": f"Patient/{name}"},
            specimen={"reference": "Specimen/T1"},
        )
        told = ({**PATIENT, "id": name}, referred(agent), given, tissue, tested)
        entries = [{"resource": one} for one in told]
        texts[f"{name}.json"] = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    toml = 'format = "fhir"\n[therapy_lines]\nderive = "gap_and_new_agent"\nstart = "first_drug"\n'
    one = gated(write_texts(tmp_path, texts, toml=toml))
    assert rows(one, "therapy_lines", "patient_id", "regimen") == [("P1", "letrozole"), ("P2", "palbociclib")]
    assert rows(one, "her2_tests", "patient_id", "specimen_site") == [("P1", "primary"), ("P2", "metastasis")]


def test_of_copies_the_one_last_updated_counts() -> None:
    first = drug(id="a", authoredOn="2024-01-05", meta={"profile": [PROFILE], "lastUpdated": "2024-01-01"})
    again = drug(id="a", authoredOn="2024-01-09", meta={"profile": [PROFILE], "lastUpdated": "2024-02-01"})
    assert only("drug_exposures", PATIENT, again, first)["start_date"] == "2024-01-09"
