"""Public FHIR bundles and bulk exports: each resource comes into a table or is left out by name.

Sources, all synthetic: mcode/clinical-trial-matching-app and -service (Apache-2.0), hl7.fhir.us.mcode 4.0.0
(CC0), Synthea patients of blakethom8/ehi-ignite-challenge (MIT). Not here: single resources, which
`tests/unit/adapters` has.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, opened
from tests.real.exports import confirmed, planted
from tests.real.pipeline import SHARED

FORMATS = SHARED / "formats"
FOLDERS = ("fhir_bulk", "fhir_mcode", "fhir_mcode/ig_4.0.0")
pytestmark = pytest.mark.skipif(
    not FORMATS.is_dir(), reason="the public files do not lie beside the checkout"
)


@contextmanager
def delivered(folder: str, root: Path) -> Iterator[tuple[ReadDelivery, Connection]]:
    """Read a folder of public files as a delivery, the last contact of everyone beside them."""
    delivery = root / "landing" / "public" / "2025-12-31"
    delivery.mkdir(parents=True)
    for file in (FORMATS / folder).iterdir():
        if file.suffix in {".json", ".ndjson"}:
            shutil.copy(file, delivery)
    (delivery.parent / "registry.toml").write_text('format = "fhir"\n', encoding="utf-8")
    people = sorted({one["id"] for one in resources(folder) if one.get("resourceType") == "Patient"})
    rows = "".join(f"{person},2025-06-30\n" for person in people)
    (delivery / "patients.csv").write_text(f"patient_id,last_contact_date\n{rows}", encoding="utf-8")
    told = delivery_of(delivery)
    assert told is not None
    with opened(root / "read.duckdb", is_working_file=True) as con:
        yield read_delivery(con, told), con


def resources(folder: str) -> list[dict[str, object]]:
    """Read the resources of a folder's files, by another way than the adapter's."""
    found: list[dict[str, object]] = []
    for file in sorted((FORMATS / folder).iterdir()):
        if file.suffix == ".ndjson":
            found += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
        elif file.suffix == ".json":
            told = json.loads(file.read_text(encoding="utf-8"))
            whole = told["entry"] if told.get("resourceType") == "Bundle" else [{"resource": told}]
            found += [entry["resource"] for entry in whole]
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_resource_is_accounted_for(folder: str, tmp_path: Path) -> None:
    with delivered(folder, tmp_path) as (read, con):
        told = con.execute("select source, sum(source_rows)::bigint from raw.source_rows group by source")
        found = {str(source): rows for source, rows in told.fetchall() if rows}
    kinds = Counter(str(resource.get("resourceType")) for resource in resources(folder))
    names = {"patient": "Patient", "condition": "Condition", "observation": "Observation"}
    names |= {"imaging_study": "ImagingStudy", "episode": "EpisodeOfCare", "medication": "Medication"}
    names["specimen"] = "Specimen"
    names |= {
        f"medication_{kind}": f"Medication{kind.title()}"
        for kind in ("request", "administration", "statement")
    }
    expected = {source: kinds[kind] for source, kind in names.items() if kinds[kind]}
    expected["documents"] = sum(kinds.values()) - sum(expected.values())
    assert found == expected
    assert read.unknown_files == ()
    assert [problem.message for problem in read.problems] == [
        "bone_lesions is not in what was delivered as HL7 FHIR R4;"
        " a side table bone_lesions.csv beside it brings it"
    ]


def test_the_bulk_export_has_its_alkaline_phosphatase_and_no_upper_limit(tmp_path: Path) -> None:
    with delivered("fhir_bulk", tmp_path) as (read, con):
        told = con.execute(
            "select count(*), count(unit), count(upper_limit_normal), min(unit) from raw.lab_results"
        ).fetchall()
        modalities = con.execute(
            "select distinct modality from raw.imaging_assessments order by all"
        ).fetchall()
    assert told == [(41, 41, 0, "U/L")]
    assert read.rows["patients"] == 7
    assert modalities == [("XRAY",)]


def test_the_her2_tests_under_four_codes_are_read(tmp_path: Path) -> None:
    with delivered("fhir_mcode", tmp_path) as (_, con):
        told = con.execute(
            "select ihc_score, ish_result, reported_status, count(*) from raw.her2_tests"
            " group by all order by all"
        ).fetchall()
    assert told == [("3+", "positive", "positive", 1), (None, None, "negative", 4)]


SEEN = '[last_contact]\nfrom = "any_record"\n'


def files_of(*folders: str) -> dict[str, Path]:
    """Find the files of folders by their names."""
    found = (path for folder in folders for path in sorted((FORMATS / folder).iterdir()))
    return {path.name: path for path in found if path.suffix in {".json", ".ndjson"}}


def codes_of(resource: Any, system: str = "") -> set[str]:
    return {
        str(one.get("code")) for one in resource["code"].get("coding", ()) if system in one.get("system", "")
    }


def patient_of(resource: Any) -> str:
    return str(resource["subject"]["reference"]).replace(":", "/").rpartition("/")[2]


def people_of(*folders: str) -> list[tuple[str | None, ...]]:
    """Return id, sex, birth and death of all patients."""
    found: list[Any] = [one for folder in folders for one in resources(folder)]
    return sorted(
        (one["id"], one["gender"], one["birthDate"], one.get("deceasedDateTime", "")[:10] or None)
        for one in found
        if one.get("resourceType") == "Patient"
    )


def test_planted_events_of_a_bulk_export_are_found_and_every_cell_is_that_of_its_resource(
    tmp_path: Path,
) -> None:
    starts = {
        "232131ac-4bb4-452e-8341-da6ac5cf2f53": "2015-05-20",
        "c4f62fd2-0813-423d-a65d-65ba3521c41a": "2010-10-01",
    }
    one = planted(tmp_path, "fhir", files_of("fhir_bulk"), starts, toml=SEEN)
    assert one.events == confirmed(starts)
    people = one.rows("core.patients", "patient_id", "sex", "birth_date", "death_date")
    assert people == people_of("fhir_bulk")
    told: list[Any] = resources("fhir_bulk")
    assert one.rows("core.lab_results", "patient_id", "specimen_date", "raw_value", "raw_unit") == sorted(
        (patient_of(row), row["effectiveDateTime"][:10], str(row["valueQuantity"]["value"]), "U/L")
        for row in told
        if row["resourceType"] == "Observation" and "6768-6" in codes_of(row)
    )
    scans = one.rows("core.imaging_assessments", "patient_id", "assessment_date", "modality")
    assert [row for row in scans if row[2] == "XRAY"] == sorted(
        (patient_of(row), row["started"][:10], "XRAY")
        for row in told
        if row["resourceType"] == "ImagingStudy"
        and {one["modality"]["code"] for one in row["series"]} & {"CR", "DX"}
    )


def test_planted_events_of_bundles_are_found_and_none_tells_of_another_s_patients(tmp_path: Path) -> None:
    """Two of the bundles have observations of the same ids, each of its own patient."""
    starts = {"Ancora-13": "2022-02-01", "mCODETrialMatchingPatientExample01": "2020-02-01"}
    labs = "patient_id,analyte,specimen_date,value,unit\nAncora-13,ALP_TOTAL,2022-01-29,1.5,ukat/L\n"
    toml = f"{SEEN}[limits]\nher2_tests = 0.4\n"
    files = files_of("fhir_mcode", "fhir_mcode/ig_4.0.0")
    one = planted(tmp_path, "fhir", files, starts, toml=toml, lab_results=labs)
    assert one.events == confirmed(starts)
    people = one.rows("core.patients", "patient_id", "sex", "birth_date", "death_date")
    assert people == people_of("fhir_mcode", "fhir_mcode/ig_4.0.0")
    assert one.rows("core.patients", "patient_id", "er_status", "pr_status") == [
        ("1e208b6b-77f1-4808-a32b-9f9caf1ec334", "positive", None),
        ("Ancora-13", "negative", "negative"),  # of 2022; the older ones differ
        ("cancer-patient-jenny-m", "positive", "negative"),
        ("mCODETrialMatchingPatientExample01", "positive", "positive"),
        ("mCODETrialMatchingPatientExample02", "positive", "positive"),
    ]
    assert one.rows("core.her2_tests", "patient_id", "test_date", "ihc_score", "reported_status") == [
        ("1e208b6b-77f1-4808-a32b-9f9caf1ec334", "2017-07-21", "3+", "positive"),
        ("Ancora-13", "2018-03-10", None, "negative"),
        ("Ancora-13", "2022-01-02", None, "negative"),
        ("cancer-patient-jenny-m", "2018-03-10", None, "negative"),
    ]
