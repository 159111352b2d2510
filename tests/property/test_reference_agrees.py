"""The engine against the naive reference: crowded random patients, and every short sequence of findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import pytest

from bpp_etl.events import derive_events, load_protocol
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection
from schemas.cadence import NOT_STATED, StatedCadence
from schemas.stated import NOTHING_STATED, Stated
from tests.property import reference
from tests.property.reference_cadence import cadence
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import DELIVERY, all_sequences, random_patients
from tests.support.patients import Patient
from tests.support.relations import REGISTRY

NEEDED = {"xu2025": 2, "xu2025_one_ct": 1}
STATED = (NOT_STATED, StatedCadence((84,)), StatedCadence((28, 56, 42, 84)))


def judged(
    con: Connection, patients: Iterable[Patient], stated: Stated = NOTHING_STATED
) -> dict[tuple[str, str], dict[str, object]]:
    """Return the engine's rows, with the flow's exit, by protocol and patient."""
    insert_patients(con, patients)
    derive_events(con, REGISTRY, DELIVERY, [load_protocol(name) for name in NEEDED], stated=stated)
    flow = con.table("event.patient_flow").pl().rows(named=True)
    events = con.table("event.pseudoprogression").pl().rows(named=True)
    rows = {(row["protocol"], row["patient_id"]): row for row in events}
    return {
        (exit_["protocol"], exit_["patient_id"]): {
            **rows.get(
                (exit_["protocol"], exit_["patient_id"]), {"progression_date": exit_["progression_date"]}
            ),
            "left_at": exit_["left_at"],
            "flow_state": exit_["state"],
        }
        for exit_ in flow
    }


def differences(
    patients: list[Patient],
    rows: dict[tuple[str, str], dict[str, object]],
    stated: Stated = NOTHING_STATED,
) -> list[str]:
    found = []
    for protocol, needed in NEEDED.items():
        for patient in patients:
            expected = asdict(
                reference.call(
                    patient,
                    DELIVERY,
                    needed,
                    stated.cadence.interval_days,
                    do_ids_last=stated.has_stable_lesion_ids,
                )
            )
            row = rows[protocol, patient.patient_id]
            found += [
                f"{protocol} {patient.patient_id} {name}: {row.get(name)!r}, by the reference {value!r}"
                for name, value in expected.items()
                if row.get(name) != value
            ]
            if row["flow_state"] != expected["state"]:
                found.append(f"{protocol} {patient.patient_id}: the flow says {row['flow_state']!r}")
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_patients_are_judged_as_the_reference_judges_them(seed: int) -> None:
    patients = random_patients(seed, 3000)
    with open_core() as con:
        rows = judged(con, patients)
    assert len(rows) == len(patients) * len(NEEDED)
    assert differences(patients, rows) == []


@pytest.mark.parametrize("cadence_stated", STATED[1:], ids=str)
def test_random_patients_of_a_stated_schedule_are_judged_as_the_reference_judges_them(
    cadence_stated: StatedCadence,
) -> None:
    stated = Stated(cadence_stated)
    patients = random_patients(4, 1500)
    with open_core() as con:
        rows = judged(con, patients, stated)
    assert differences(patients, rows, stated) == []
    assert differences(patients, rows) != [], "the schedule decides on some"


@pytest.mark.parametrize("seed", [5, 6])
def test_random_patients_whose_lesions_keep_their_ids_are_judged_as_the_reference_judges_them(
    seed: int,
) -> None:
    stated = Stated(has_stable_lesion_ids=True)
    patients = random_patients(seed, 3000)
    with open_core() as con:
        rows = judged(con, patients, stated)
    assert differences(patients, rows, stated) == []
    told = [reference.call(patient, DELIVERY, do_ids_last=True) for patient in patients]
    untold = [reference.call(patient, DELIVERY) for patient in patients]
    for name in ("left_at", "state", "event_date", "new_lesion_count", "progression_kind"):
        assert [getattr(call, name) for call in told] != [getattr(call, name) for call in untold], name


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 110))
def test_tens_of_thousands_of_random_patients_are_judged_as_the_reference_judges_them(seed: int) -> None:
    patients = random_patients(seed, 4000)
    with open_core() as con:
        rows = judged(con, patients)
    assert differences(patients, rows) == []


def test_random_patients_reach_every_state_reason_and_exit() -> None:
    calls = [reference.call(patient, DELIVERY) for patient in random_patients(1, 3000)]
    assert {call.reason for call in calls} == {
        None,
        "confirmed",
        "pd_at_detection",
        "pd_before_confirmation",
        "no_baseline_ct",
        "progression_not_read",
        "death",
        "therapy_changed",
        "lost_to_follow_up",
        "awaiting_ct",
    }
    assert {call.left_at for call in calls} == {
        "no_first_line",
        "no_on_treatment_ct",
        "no_new_osteoblastic_lesion",
        "progression_first",
        "candidate",
    }


def test_every_sequence_of_up_to_five_findings_is_judged_as_the_reference_judges_it() -> None:
    patients = list(all_sequences(5))
    assert len(patients) == 6 + 36 + 216 + 1296 + 7776
    with open_core() as con:
        rows = judged(con, patients)
    assert differences(patients, rows) == []


@pytest.mark.parametrize("stated", STATED, ids=str)
@pytest.mark.parametrize("seed", [11, 12])
def test_random_patients_keep_the_cadence_that_the_reference_counts(seed: int, stated: StatedCadence) -> None:
    patients = random_patients(seed, 3000)
    with open_core() as con:
        insert_patients(con, patients)
        derive_cadence(con, REGISTRY, stated)
        rows = con.table("core.assessment_cadence").pl().rows(named=True)
    kept = {
        (
            row["patient_id"],
            row["line_number"],
            row["time_point_date"],
            row["previous_date"],
            row["interval_days"],
            row["expected_interval_days"],
            row["interval_days"] - row["expected_interval_days"],
            row["cadence_class"],
        )
        for row in rows
    }
    expected = {
        (
            patient.patient_id,
            visit.line_number,
            visit.time_point_date,
            visit.previous_date,
            visit.interval_days,
            visit.expected_interval_days,
            visit.interval_days - visit.expected_interval_days,
            visit.cadence_class,
        )
        for patient in patients
        for visit in cadence(patient, stated.interval_days)
    }
    assert len(rows) == len(kept)
    assert {row[7] for row in kept} == {"on_time", "early", "late", "missed"}
    assert kept == expected
