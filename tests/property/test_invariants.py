"""What must hold whatever the patients are: order, shifts, protocols, ALP, HER2 and the order of dates."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from bpp_etl.events import Protocol, derive_events, load_protocol
from bpp_etl.events.rules import FLOW_RULES, STATE_RULES
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection
from tests.support.core_tables import insert_patients, open_core, rows_of
from tests.support.generated import DELIVERY, random_patients
from tests.support.patients import Patient
from tests.support.relations import REGISTRY, insert_rows


@cache
def patients() -> list[Patient]:
    """Not made while tests are collected: each process of a run does that."""
    return random_patients(21, 2500)


Rows = dict[str, dict[str, object]]


def derived(con: Connection, delivery: date = DELIVERY, protocols: Iterable[Protocol] | None = None) -> Rows:
    derive_events(con, REGISTRY, delivery, protocols)
    found = con.table("event.pseudoprogression").pl()
    assert found["patient_id"].is_unique().all(), "a candidate has more than one row"
    assert found["state"].null_count() == 0
    return {row["patient_id"]: row for row in found.rows(named=True)}


def judged(
    patients: Iterable[Patient], delivery: date = DELIVERY, protocols: Iterable[Protocol] | None = None
) -> Rows:
    with open_core() as con:
        insert_patients(con, patients)
        return derived(con, delivery, protocols)


@pytest.fixture(scope="module")
def rows() -> Rows:
    found = judged(patients())
    assert len(found) > 500
    return found


def test_the_order_of_the_rows_changes_nothing(rows: Rows) -> None:
    tables = rows_of(patients())
    with open_core() as con:
        for name, table in tables.items():
            random.Random(name).shuffle(table)
            insert_rows(con, f"core.{name}", table)
        assert derived(con) == rows


def test_rows_delivered_twice_change_no_call(rows: Rows) -> None:
    tables = rows_of(patients())
    with open_core() as con:
        for name, table in tables.items():
            insert_rows(con, f"core.{name}", table)
            # A patient's own row is the one that the gate must not let in twice.
            if name != "patients":
                insert_rows(con, f"core.{name}", table)
        assert derived(con) == rows


def test_shifting_every_date_shifts_every_date_and_nothing_else(rows: Rows) -> None:
    shift = timedelta(days=-1000)

    def moved(value: object) -> object:
        return value + shift if isinstance(value, date) else value

    shifted = judged([shifted_patient(patient, shift) for patient in patients()], DELIVERY + shift)
    expected = {
        name: {column: moved(value) for column, value in row.items() if column != "delivery"}
        for name, row in rows.items()
    }
    assert {
        name: {column: value for column, value in row.items() if column != "delivery"}
        for name, row in shifted.items()
    } == expected


def shifted_patient(patient: Patient, shift: timedelta) -> Patient:
    return replace(
        patient,
        last_contact=patient.last_contact + shift,
        death=patient.death and patient.death + shift,
        lines=tuple(
            replace(line, start=line.start + shift, end=line.end and line.end + shift)
            for line in patient.lines
        ),
        scans=tuple(replace(scan, day=scan.day + shift) for scan in patient.scans),
        labs=tuple(replace(lab, day=lab.day + shift) for lab in patient.labs),
        her2=tuple(replace(test, day=test.day + shift) for test in patient.her2),
    )


def with_more_cts(folder: Path, needed: int) -> Protocol:
    path = folder / f"needs_{needed}.toml"
    path.write_text(
        f'name = "needs_{needed}"\nkind = "event"\nextends = "xu2025"\ntitle = "t"\nsummary = "s"\n'
        f'[citation]\ntext = "c"\n[parameters.confirming_cts]\nvalue = {needed}\nsource = "s"\n',
        encoding="utf-8",
    )
    return load_protocol(path)


def test_asking_for_more_confirming_cts_never_confirms_more(tmp_path: Path) -> None:
    confirmed: list[set[str]] = []
    with open_core() as con:
        insert_patients(con, patients())
        for needed in (1, 2, 3, 4):
            found = derived(con, protocols=[with_more_cts(tmp_path, needed)])
            confirmed.append({name for name, row in found.items() if row["state"] == "pseudoprogression"})
    assert confirmed[0] > confirmed[1] > confirmed[2] >= confirmed[3]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda patient: replace(patient, labs=()), id="no ALP"),
        pytest.param(lambda patient: replace(patient, her2=()), id="no HER2"),
        pytest.param(
            lambda patient: replace(
                patient, labs=tuple(replace(lab, value=lab.value * 9) for lab in patient.labs)
            ),
            id="other ALP",
        ),
    ],
)
def test_alp_and_her2_never_change_a_state_or_a_date(
    rows: Rows, changed: Callable[[Patient], Patient]
) -> None:
    def beside(found: Rows) -> Rows:
        return {
            name: {
                column: value
                for column, value in row.items()
                if not column.startswith(("alp_", "her2_")) and column != "flags"
            }
            for name, row in found.items()
        }

    assert beside(judged(changed(patient) for patient in patients())) == beside(rows)


def test_no_rule_can_see_alp_or_her2() -> None:
    names = {name for rule in (*FLOW_RULES, *STATE_RULES) for name in rule.condition.meta.root_names()}
    assert names
    assert not [name for name in names if "alp" in name or "her2" in name]


def test_dates_come_in_their_order(rows: Rows) -> None:
    for row in rows.values():
        dates = [row["therapy_start_date"], row["event_date"], row["confirmation_date"]]
        if row["state"] == "pseudoprogression":
            assert None not in dates
        known = [one for one in dates if one is not None]
        assert known == sorted(set(known))
        if row["progression_date"] is not None:
            last = row["confirmation_date"] or row["event_date"]
            if row["reason"] == "pd_at_detection":
                assert row["progression_date"] == last
            else:
                assert row["progression_date"] > last
        assert row["onset_after"] is None or row["onset_after"] < row["event_date"]
        if row["progression_after"] is not None:
            assert row["progression_after"] < row["observed_progression_date"]


def test_every_row_ends_in_progression_or_in_censoring(rows: Rows) -> None:
    for row in rows.values():
        assert row["has_progression"] == (row["progression_date"] is not None)
        assert (row["progression_date"] is None) == (row["censor_date"] is not None)
        assert (row["progression_kind"] is None) == (row["progression_date"] is None)
        assert (row["days_event_to_progression"] is None) == (row["progression_date"] is None)
        assert bool(row["progression_assessment_ids"]) == row["has_progression"]
        if row["state"] == "indeterminate":
            assert row["progression_date"] is None
        if row["state"] == "true_progression":
            assert row["progression_date"] is not None
        if row["censor_date"] is not None:
            assert row["censor_date"] >= row["event_date"]


def test_every_row_names_its_evidence(rows: Rows) -> None:
    for row in rows.values():
        assert row["candidate_assessment_ids"]
        assert row["candidate_lesion_ids"]
        assert row["new_lesion_count"] >= len(row["candidate_lesion_ids"])
        assert row["sites"]
        assert bool(row["baseline_assessment_ids"]) or row["reason"] in ("no_baseline_ct", "pd_at_detection")
        assert len(row["confirming_assessment_ids"]) >= row["confirming_ct_count"]


def test_cadence_intervals_chain_from_the_start_of_the_line(rows: Rows) -> None:
    with open_core() as con:
        insert_patients(con, patients())
        derive_cadence(con, REGISTRY)
        kept = con.table("core.assessment_cadence").pl().rows(named=True)
    starts = {
        (patient.patient_id, line.number): line.start for patient in patients() for line in patient.lines
    }
    previous: dict[tuple[str, int], date] = {}
    for row in kept:
        key = (row["patient_id"], row["line_number"])
        assert row["previous_date"] == previous.get(key, starts[key])
        assert row["time_point_date"] > row["previous_date"]
        previous[key] = row["time_point_date"]
