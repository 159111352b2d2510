"""Three more published definitions against a naive reading of each, over crowded random patients."""

from __future__ import annotations

from collections import Counter

import pytest

from bpp_etl.events import derive_events, load_protocol
from tests.property.reference_definitions import MODALITIES, call
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import DELIVERY, random_patients, scanned
from tests.support.relations import REGISTRY


@pytest.mark.parametrize("protocol", MODALITIES)
def test_random_patients_are_judged_as_a_naive_reader_judges_them(protocol: str) -> None:
    patients = random_patients(41, 3000)
    if protocol == "jung2022":
        patients = [scanned(patient) for patient in patients]
    with open_core() as con:
        insert_patients(con, patients)
        derive_events(con, REGISTRY, DELIVERY, [load_protocol(protocol)])
        flow = {row["patient_id"]: row for row in con.table("event.patient_flow").pl().rows(named=True)}
        events = con.table("event.pseudoprogression").pl().rows(named=True)
    rows = {row["patient_id"]: row for row in events}
    seen: Counter[object] = Counter()
    for patient in patients:
        expected = call(patient, protocol)
        found = rows.get(patient.patient_id, {}) | {"left_at": flow[patient.patient_id]["left_at"]}
        assert {name: found.get(name) for name in expected} == expected, patient
        seen[expected["left_at"]] += 1
        seen[expected.get("reason")] += 1
        seen[expected.get("progression_kind")] += 1
    told = {"confirmed", "pd_at_detection", "no_baseline_ct", "progression_first", "no_on_treatment_ct"}
    own = {"coleman1988": {"late_lesion"}, "jung2022": {"worse_again", "pd_before_confirmation"}}
    assert told | own.get(protocol, set()) <= set(seen)
