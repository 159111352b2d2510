"""Writes the cohort as FHIR R4: a bundle of patients and lines, ndjson of results and studies, side tables.

Not here: reading it. The resources are made from the standard, not from what the adapter reads of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.formats.cohort import Row, Tables, write_csv

Resource = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
UCUM = "http://unitsofmeasure.org"
LINE = "http://onconova.github.io/fhir/StructureDefinition/onconova-ext-therapy-line-number"
MODALITIES = {"CT": ["CT"], "PET_CT": ["PT", "CT"], "MRI": ["MR"], "XRAY": ["DX"], "BONE_SCAN": ["NM"]}
RESPONSES = {"CR": "LA28366-5", "PR": "LA28369-9", "SD": "LA28371-5", "PD": "LA28370-7", "NE": "LA9348-9"}
STATUS = {"positive": "LA6576-8", "negative": "LA6577-6", "equivocal": "LA11884-6"}
SCORES = {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2"}
ANALYTES = {"ALP_TOTAL": "6768-6", "ALP_BONE": "17838-4"}
REGISTRY_TOML = """\
format = "fhir"
[about]
title = "Synthetic cohort as FHIR"
synthetic = true
[recode.imaging_assessments.modality]
NM = "BONE_SCAN"
"""


def write_fhir(tables: Tables, folder: Path) -> str:
    """Write a delivery into `folder`; return what its registry states."""
    people = [*map(_patient, tables["patients"]), *map(_line, tables["therapy_lines"])]
    people += [_condition(row) for row in tables["patients"] if row["metastatic_diagnosis_date"]]
    base = "https://ehr.example/fhir"
    entries = [{"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one} for one in people]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    (folder / "people.json").write_text(json.dumps(bundle, indent=1), encoding="utf-8")
    _lines(folder / "ImagingStudy.000.ndjson", map(_study, tables["imaging_assessments"]))
    _lines(folder / "Observation.000.ndjson", _observations(tables))
    write_csv(folder / "patients.csv", tables["patients"], ["patient_id", "last_contact_date"])
    write_csv(
        folder / "therapy_lines.csv",
        tables["therapy_lines"],
        ["patient_id", "line_number", "end_reason", "cycle_length_days"],
    )
    response = "extraosseous_response"
    scans = tables["imaging_assessments"]
    read = [{**row, response: "" if row[response] in RESPONSES else row[response]} for row in scans]
    columns = ["assessment_id", "is_bone_window", "is_evaluable", response]
    write_csv(folder / "imaging_assessments.csv", read, columns)
    write_csv(folder / "bone_lesions.csv", tables["bone_lesions"], list(tables["bone_lesions"][0]))
    return REGISTRY_TOML


def _lines(path: Path, resources: Iterator[Resource]) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")


def _of(row: Row) -> Resource:
    return {"reference": f"Patient/{row['patient_id']}"}


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _patient(row: Row) -> Resource:
    told: Resource = {"resourceType": "Patient", "id": row["patient_id"], "gender": row["sex"]}
    if row["birth_date"]:
        told["birthDate"] = row["birth_date"]
    if row["death_date"]:
        told["deceasedDateTime"] = row["death_date"]
    return told


def _condition(row: Row) -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"c-{row['patient_id']}",
        "code": _concept(SNOMED, "94222008"),
        "subject": _of(row),
        "onsetDateTime": row["metastatic_diagnosis_date"],
    }


def _line(row: Row) -> Resource:
    period = {"start": row["start_date"], **({"end": row["end_date"]} if row["end_date"] else {})}
    return {
        "resourceType": "EpisodeOfCare",
        "id": f"l-{row['patient_id']}-{row['line_number']}",
        "status": "finished" if row["end_date"] else "active",
        "type": [{"text": row["regimen"]}],
        "patient": _of(row),
        "period": period,
        "extension": [{"url": LINE, "valuePositiveInt": int(row["line_number"])}],
    }


def _study(row: Row) -> Resource:
    return {
        "resourceType": "ImagingStudy",
        "id": row["assessment_id"],
        "status": "available",
        "subject": _of(row),
        "started": f"{row['assessment_date']}T10:00:00+01:00",
        "modality": [{"system": DICOM, "code": code} for code in MODALITIES[row["modality"]]],
    }


def _observation(name: str, code: str, row: Row, day: str, **value: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": _concept(LOINC, code),
        "subject": _of(row),
        "effectiveDateTime": day,
        **value,
    }


def _observations(tables: Tables) -> Iterator[Resource]:
    for row in tables["patients"]:
        for column, code in (("er_status", "85337-4"), ("pr_status", "85339-0")):
            if row[column] in STATUS:
                answer = _concept(LOINC, STATUS[row[column]])
                name = f"{column}-{row['patient_id']}"
                yield _observation(name, code, row, "2010-01-01", valueCodeableConcept=answer)
    for row in tables["imaging_assessments"]:
        if row["extraosseous_response"] in RESPONSES:
            answer = _concept(LOINC, RESPONSES[row["extraosseous_response"]])
            study = [{"reference": f"ImagingStudy/{row['assessment_id']}"}]
            name, day = f"r-{row['assessment_id']}", row["assessment_date"]
            yield _observation(name, "97509-4", row, day, valueCodeableConcept=answer, derivedFrom=study)
    for number, row in enumerate(tables["lab_results"]):
        yield _laboratory(f"a-{number}", row)
    for number, row in enumerate(tables["her2_tests"]):
        yield from _her2(f"h-{number}", row)


def _laboratory(name: str, row: Row) -> Resource:
    limit, code = row["upper_limit_normal"], ANALYTES.get(row["analyte"], row["analyte"])
    value: Resource = {"valueQuantity": _quantity(row["value"], row["unit"])}
    if limit:
        value["referenceRange"] = [{"high": _quantity(limit, row["unit"])}]
    return _observation(name, code, row, f"{row['specimen_date']}T08:00:00Z", **value)


def _quantity(value: str, unit: str) -> Resource:
    return {"value": float(value), "unit": unit, "system": UCUM, "code": unit}


def _her2(name: str, row: Row) -> Iterator[Resource]:
    day = row["test_date"]
    for column, code, answers in (
        ("ihc_score", "85319-2", SCORES),
        ("ish_result", "85318-4", STATUS),
        ("reported_status", "48676-1", STATUS),
    ):
        if row[column] in answers:
            answer = _concept(LOINC, answers[row[column]])
            yield _observation(f"{name}-{column}", code, row, day, valueCodeableConcept=answer)
    for column, code in (("her2_cep17_ratio", "49683-6"), ("her2_copy_number", "74860-8")):
        if row[column]:
            number = {"value": float(row[column])}
            yield _observation(f"{name}-{column}", code, row, day, valueQuantity=number)
