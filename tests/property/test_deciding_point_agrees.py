"""A state is decided where SQL says so before the rules do; what follows changes no verdict beside it.

Not here: what iRECIST makes of single courses (`tests/spec/test_verdict_irecist.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from bpp_etl.events import derive_events, load_protocol, load_shipped
from tests.property.reference_points import time_points
from tests.support.core_tables import insert_patients, open_core
from tests.support.evidence import gather_evidence
from tests.support.generated import DELIVERY, random_patients
from tests.support.patients import Patient
from tests.support.relations import REGISTRY


@cache
def patients() -> list[Patient]:
    """Not made while tests are collected: each process of a run does that."""
    return random_patients(41, 2500)


SHIPPED = [protocol.name for protocol in load_shipped() if protocol.is_event]


def judged(patients: Iterable[Patient], protocol: str = "xu2025") -> dict[str, dict[str, Any]]:
    with open_core() as con:
        insert_patients(con, patients)
        derive_events(con, REGISTRY, DELIVERY, [load_protocol(protocol)])
        return {row["patient_id"]: row for row in con.table("event.pseudoprogression").pl().rows(named=True)}


def decided_on(row: dict[str, Any]) -> date | None:
    """Read the day off the published row: that of the confirming CT, or of the progression, or none."""
    named = {"pseudoprogression": "confirmation_date", "true_progression": "progression_date"}
    day: date | None = row[named[row["state"]]] if row["state"] in named else None
    return day


@pytest.mark.parametrize("protocol", SHIPPED)
def test_a_state_is_decided_on_the_day_of_its_confirmation_or_progression(protocol: str) -> None:
    rows = judged(patients(), protocol)
    evidence = gather_evidence(patients(), DELIVERY, load_protocol(protocol))["candidate"]
    found = dict(evidence.select("patient_id", "decided_on").iter_rows())
    assert found == {name: decided_on(row) for name, row in rows.items()}
    assert {row["state"] for row in rows.values()} == {
        "pseudoprogression",
        "true_progression",
        "indeterminate",
    }


def without_what_follows(patient: Patient, last: date) -> Patient:
    kept = [scan for point in time_points(patient.scans) if point.day <= last for scan in point.scans]
    return replace(patient, scans=tuple(kept))


def test_no_scan_after_the_decision_changes_the_irecist_verdict_beside_the_state() -> None:
    rows = judged(patients())
    decided = {name: day for name, row in rows.items() if (day := decided_on(row)) is not None}
    assert len(decided) > 150
    by_id = {patient.patient_id: patient for patient in patients()}
    shorter = judged(without_what_follows(by_id[name], day) for name, day in decided.items())
    columns = ("state", "verdict_irecist", "verdict_irecist_date")
    assert {name: [row[one] for one in columns] for name, row in shorter.items()} == {
        name: [rows[name][one] for one in columns] for name in decided
    }
    # Without them the line has no more to say than the scans of the state; with them it often has.
    for row in shorter.values():
        assert row["verdict_irecist_line"] == row["verdict_irecist"]
        assert row["verdict_irecist_line_date"] == row["verdict_irecist_date"]
    assert sum(row["verdict_irecist_line"] != row["verdict_irecist"] for row in rows.values()) > 20


def test_both_irecist_verdicts_are_one_while_the_state_is_open() -> None:
    for row in judged(patients()).values():
        if row["state"] == "indeterminate":
            assert row["verdict_irecist"] == row["verdict_irecist_line"]
            assert row["verdict_irecist_date"] == row["verdict_irecist_line_date"]
