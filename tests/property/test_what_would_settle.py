"""The CTs that are asked for confirm the candidate on the days that are named, and not a day off.

Not here: the other advice of `bpp explain` (`tests/unit/explain`), which follows single courses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bpp_etl.events import Protocol, derive_events, load_protocol
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import DELIVERY, random_patients
from tests.support.patients import Patient, Scan
from tests.support.relations import REGISTRY

Rows = list[dict[str, Any]]
ONE_DAY = timedelta(days=1)


def judged(patients: Iterable[Patient], protocol: Protocol) -> tuple[dict[str, str], Rows]:
    """Return each candidate's state, and the CTs that are asked for."""
    with open_core() as con:
        insert_patients(con, patients)
        derive_events(con, REGISTRY, DELIVERY, [protocol])
        states = con.table("event.pseudoprogression").pl()
        asked = con.table("event.open_question").pl().rows(named=True)
    unread = {row["patient_id"] for row in asked if row["missing"] == "progression_reading"}
    # Without a baseline CT no other CT decides; and the second of two may fall within a week of a CT that is
    # there and not read, and is then read, and dated, together with it.
    asked = [
        row
        for row in asked
        if row["missing"] == "confirming_ct"
        and row["reason"] != "no_baseline_ct"
        and (row["lacking"] == 1 or row["patient_id"] not in unread)
    ]
    return dict(zip(states["patient_id"], states["state"], strict=True)), asked


def with_cts(patient: Patient, days: Iterable[date]) -> Patient:
    added = (Scan(f"{patient.patient_id}:added {day}", day) for day in days)
    return replace(patient, scans=(*patient.scans, *added))


def confirmed(patients: Mapping[str, Patient], protocol: Protocol, cts: Mapping[str, list[date]]) -> set[str]:
    states, _ = judged((with_cts(patients[name], days) for name, days in cts.items()), protocol)
    return {name for name in cts if states.get(name) == "pseudoprogression"}


@pytest.mark.parametrize("name", ["xu2025", "lin2021"])
def test_the_cts_asked_for_confirm_on_the_days_named_and_not_a_day_off(name: str) -> None:
    protocol = load_protocol(name)
    patients = {patient.patient_id: patient for patient in random_patients(77, 3000)}
    _, rows = judged(patients.values(), protocol)
    asked = {str(row["patient_id"]): row for row in rows}
    # Within a week two CTs are read as one.
    apart = timedelta(days={"xu2025": 28, "lin2021": 8}[name])
    soonest = {
        one: [row["look_from"] + apart * place for place in range(row["lacking"])]
        for one, row in asked.items()
    }
    assert len(soonest) > 10
    assert confirmed(patients, protocol, soonest) == set(soonest)

    single = {one: row for one, row in asked.items() if row["lacking"] == 1}
    last = {one: [row["look_until"]] for one, row in single.items() if row["look_until"]}
    assert confirmed(patients, protocol, last) == set(last)
    too_soon = {one: [row["look_from"] - ONE_DAY] for one, row in single.items()}
    assert confirmed(patients, protocol, too_soon) == set()
    # A CT after death is no case: the gate refuses it.
    too_late = {one: [day + ONE_DAY] for one, (day,) in last.items() if patients[one].death != day}
    assert too_late
    assert confirmed(patients, protocol, too_late) == set()
