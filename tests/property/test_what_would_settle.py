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
from tests.support.generated import DELIVERY, random_patients, scanned
from tests.support.patients import Lesion, Patient, Scan
from tests.support.relations import REGISTRY

Rows = list[dict[str, Any]]
ONE_DAY = timedelta(days=1)
APART = {"xu2025": 28, "lin2021": 8, "jung2022": 8}
"""Protocol -> fewest days between two scans that confirm."""


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


def with_scans(patient: Patient, days: Iterable[date], protocol: Protocol) -> Patient:
    """Add what the protocol asks for: CTs without progression, or bone scans that are better."""
    like = Scan("", DELIVERY)
    if protocol.needs_better:
        like = Scan("", DELIVERY, "BONE_SCAN", lesions=(Lesion("healed", status="resolved"),))
    added = (replace(like, assessment_id=f"{patient.patient_id}:added {day}", day=day) for day in days)
    return replace(patient, scans=(*patient.scans, *added))


def is_in_doubt(patient: Patient, since: date) -> bool:
    later = (scan for scan in patient.scans if scan.day > since)
    return any(
        seen.is_equivocal and seen.status in ("new", "larger") for scan in later for seen in scan.lesions
    )


def has_scan_before(patient: Patient, last: date) -> bool:
    return any(last - timedelta(days=7) <= scan.day <= last for scan in patient.scans)


def confirmed(patients: Mapping[str, Patient], protocol: Protocol, cts: Mapping[str, list[date]]) -> set[str]:
    states, _ = judged((with_scans(patients[name], days, protocol) for name, days in cts.items()), protocol)
    return {name for name in cts if states.get(name) == "pseudoprogression"}


@pytest.mark.parametrize("name", APART)
def test_the_cts_asked_for_confirm_on_the_days_named_and_not_a_day_off(name: str) -> None:
    protocol = load_protocol(name)
    drawn = random_patients(77, 3000)
    if protocol.needs_better:
        drawn = [scanned(patient) for patient in drawn]
    patients = {patient.patient_id: patient for patient in drawn}
    _, rows = judged(patients.values(), protocol)
    asked = {str(row["patient_id"]): row for row in rows}
    if protocol.needs_better:
        # A better scan is read together with one of its week; if that is worse, but in doubt, it is none.
        asked = {one: row for one, row in asked.items() if not is_in_doubt(patients[one], row["since"])}
    # Within a week two CTs are read as one.
    apart = timedelta(days=APART[name])
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
    late = confirmed(patients, protocol, too_late)
    if protocol.needs_better:
        # Read together with an unchanged scan of the line's last week, and dated with it, it still counts.
        late = {one for one in late if not has_scan_before(patients[one], last[one][0])}
    assert late == set()
