"""A calendar window against the naive reference, and against a registry that holds nobody else.

Not here: its words (`tests/unit/report`) and its two days (`tests/spec/test_calendar_window.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from bpp_etl.disclosure import publish_metrics
from bpp_etl.events import Protocol, Window, derive_events, load_protocol
from bpp_etl.timeline.cadence import derive_cadence
from schemas.cadence import NOT_STATED
from tests.property import reference
from tests.property.reference_points import line_of
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import DELIVERY, START, random_patients
from tests.support.patients import Patient
from tests.support.relations import REGISTRY
from tests.unit.measure.world import Measured, release

INSIDE = Window(START + timedelta(days=3), START + timedelta(days=7))
OF_THE_FLOW = {"flow", "event_rule", "concordance"}
"""Tables that tell who lies outside."""


def moved(patient: Patient, days: int) -> Patient:
    """Move a course as a whole."""
    by = timedelta(days=days)
    return replace(
        patient,
        last_contact=patient.last_contact + by,
        death=patient.death and patient.death + by,
        lines=tuple(
            replace(one, start=one.start + by, end=one.end and one.end + by) for one in patient.lines
        ),
        scans=tuple(replace(one, day=one.day + by) for one in patient.scans),
        labs=tuple(replace(one, day=one.day + by) for one in patient.labs),
        her2=tuple(replace(one, day=one.day + by) for one in patient.her2),
    )


def spread_patients(seed: int, count: int) -> list[Patient]:
    """Make random patients whose lines 1 start on eleven days in a row."""
    return [moved(patient, place % 11) for place, patient in enumerate(random_patients(seed, count))]


def is_inside(patient: Patient) -> bool:
    line = line_of(patient, 1)
    return line is not None and START + timedelta(days=3) <= line.start <= START + timedelta(days=7)


def test_who_is_in_a_window_is_judged_as_the_reference_judges_them() -> None:
    patients = spread_patients(41, 600)
    windows = {
        "both": INSIDE,
        "later": Window(first_day=INSIDE.last_day),
        "earlier": Window(last_day=INSIDE.first_day),
    }
    protocol = load_protocol("xu2025")
    with open_core() as con:
        insert_patients(con, patients)
        protocols = [replace(protocol.within(window), name=name) for name, window in windows.items()]
        derive_events(con, REGISTRY, DELIVERY, protocols)
        flow = con.table("event.patient_flow").select("protocol", "patient_id", "left_at", "state").fetchall()
        lines = con.table("event.first_line").select("protocol", "patient_id").fetchall()
    calls = {
        (name, patient.patient_id): reference.call(
            patient, DELIVERY, started_from=window.first_day, started_to=window.last_day
        )
        for name, window in windows.items()
        for patient in patients
    }
    assert sorted(flow) == sorted((*key, call.left_at, call.state) for key, call in calls.items())
    outside = ("no_first_line", "outside_window")
    assert sorted(lines) == sorted(key for key, call in calls.items() if call.left_at not in outside)
    for name in windows:
        assert {"outside_window", "candidate"} <= {call.left_at for key, call in calls.items() if name in key}


def measured(patients: Iterable[Patient], protocols: Sequence[Protocol]) -> Measured:
    with release() as con:
        # A random death may come before the scans, which no gate admits.
        insert_patients(con, [replace(patient, death=None) for patient in patients])
        derive_cadence(con, REGISTRY, NOT_STATED)
        derive_events(con, REGISTRY, DELIVERY, protocols)
        return Measured(con, publish_metrics(con, protocols=protocols, threshold=0))


def test_every_number_in_a_window_is_that_of_a_registry_which_holds_nobody_else() -> None:
    patients = spread_patients(42, 300)
    inside = [patient for patient in patients if is_inside(patient)]
    assert 100 < len(inside) < 200
    own, other = load_protocol("xu2025"), load_protocol("xu2025_one_ct")
    in_window, of_few = measured(patients, [own.within(INSIDE), other]), measured(inside, [own, other])
    assert in_window.tables.keys() == of_few.tables.keys()
    for table in of_few.tables.keys() - OF_THE_FLOW:
        assert rows_of(in_window, table) == rows_of(of_few, table), table
    for table in OF_THE_FLOW:
        judged = [row for row in in_window.tables[table] if "outside_window" not in row.values()]
        assert len(judged) == len(of_few.tables[table]), table
    agreement = {"metric": "agreement_protocol", "stratum": f"definition={other.name}"}
    assert in_window.one("estimate", **agreement) == of_few.one("estimate", **agreement)

    parts = in_window.some("flow", protocol=own.name, stratum="all", parent_step="admitted")
    assert sum(row["patients"] for row in parts) == len(patients), "the flow adds up"
    left = {row["step"]: row["patients"] for row in parts}
    assert left["outside_window"] + left["no_first_line"] + len(inside) == len(patients)
    assert not in_window.some("flow", protocol=other.name, step="outside_window"), "it has no window"


def rows_of(found: Measured, table: str) -> list[dict[str, object]]:
    """List the rows of the protocol with a window that rest on it alone."""
    rows = [row for row in found.tables[table] if row.get("protocol") == "xu2025"]
    return [row for row in rows if row.get("stratum") != "definition=xu2025_one_ct"]
