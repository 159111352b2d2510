"""What is known at the start of line 1 is what the events rest on, and what a naive reader finds.

Not here: how they are counted (`tests/unit/measure/test_baseline.py`).
"""

from __future__ import annotations

from bpp_etl.events import derive_events
from tests.property.reference import her2_on
from tests.property.reference_points import line_of
from tests.support.core_tables import REGISTRY, insert_patients, open_core
from tests.support.generated import DELIVERY, random_patients


def test_the_evidence_of_the_events_before_the_start_is_that_of_the_baseline_characteristics() -> None:
    patients = {patient.patient_id: patient for patient in random_patients(31, 2000)}
    with open_core() as con:
        insert_patients(con, patients.values())
        derive_events(con, REGISTRY, DELIVERY)
        lines = con.table("event.first_line").pl().rows(named=True)
        events = con.table("event.pseudoprogression").pl().rows(named=True)
    characteristics = {row["patient_id"]: row for row in lines}
    assert set(characteristics) == {name for name, one in patients.items() if line_of(one, 1)}
    for event in events:
        patient, found = patients[event["patient_id"]], characteristics[event["patient_id"]]
        cts = [scan for scan in patient.scans if scan.assessment_id in event["baseline_assessment_ids"]]
        lesions = {lesion.lesion_id for scan in cts for lesion in scan.lesions}
        assert found["baseline_lesion_count"] == (len(lesions) if cts else None), patient.patient_id
        assert found["alp_baseline"] == event["alp_baseline"], patient.patient_id
    for name, found in characteristics.items():
        assert found["her2_status_at_start"] == her2_on(patients[name], found["therapy_start_date"]), name
