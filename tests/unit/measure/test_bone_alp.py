"""Bone ALP: rows of its own, and the same windows as total ALP.

Not here: total ALP (`test_alp.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from bpp_etl.events import load_protocol
from bpp_etl.events.derive import derive_events
from bpp_etl.measure.gather import gather
from bpp_etl.measure.merge import arrays_of, merge
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.ddl import create_table
from schemas.cadence import AssessmentCadence
from tests.support.core_tables import insert_patients, open_core
from tests.support.generated import random_patients
from tests.support.relations import REGISTRY, insert_rows
from tests.unit.measure.patients import PROTOCOL, START, Candidate
from tests.unit.measure.world import Measured, named, publish, release

PATIENTS = 1500


def _with_labs(candidates: list[Candidate], labs: list[tuple[int, int, float, str]]) -> Measured:
    """Measure candidates with bone ALP: whose, on which day, how much, in which unit."""
    with release(candidates) as con:
        rows = [
            {
                "registry": "a",
                "patient_id": f"C{number:04}",
                "analyte": "ALP_BONE",
                "specimen_date": START + timedelta(days=day),
                "value": value,
                "unit": unit,
            }
            for number, day, value, unit in labs
        ]
        insert_rows(con, "core.lab_results", rows)
        return publish(con)


def _told(row: dict[str, Any]) -> tuple[object, ...]:
    return row["estimate"], row["patients"], row["unit"]


def test_bone_alp_has_rows_of_its_own_by_unit() -> None:
    patients = [Candidate(event=42)] * 9
    mass = [
        lab for place in range(6) for lab in ((place, 0, 20.0, "ug/L"), (place, 42, 14.0 + place, "ug/L"))
    ]
    activity = [lab for place in (7, 8) for lab in ((place, 0, 30.0, "U/L"), (place, 42, 40.0, "U/L"))]
    found = _with_labs(patients, mass + activity)
    assert _told(found.estimate("bone_alp_change_at_event_median")) == (-3.5, 6, "ug/L")
    assert _told(found.estimate("bone_alp_activity_change_at_event_median")) == (10, 2, "U/L")
    shift = found.estimate("bone_alp_change_at_event")
    assert (shift["estimate"], shift["ci_method"]) == (-3.5, "signed-rank")
    # Total ALP has nothing of it.
    assert found.estimate("alp_change_at_event")["patients"] == 0


def test_a_value_as_a_mass_and_one_as_an_activity_have_no_difference() -> None:
    found = _with_labs([Candidate(event=42)], [(0, 0, 20.0, "ug/L"), (0, 42, 40.0, "U/L")])
    for name in ("bone_alp", "bone_alp_activity"):
        assert found.estimate(f"{name}_change_at_event")["patients"] == 0


@pytest.fixture(scope="module")
def derived() -> Connection:
    """Derive the events of made-up patients, and give every total ALP as bone ALP too."""
    con = open_core()
    insert_patients(con, random_patients(7, PATIENTS))
    con.execute("delete from core.lab_results where analyte = 'ALP_BONE'")
    derive_events(con, REGISTRY, date(2024, 1, 1), [load_protocol(PROTOCOL)])
    con.execute("insert into core.lab_results select * replace ('ALP_BONE' as analyte) from core.lab_results")
    return con


def test_the_value_that_counts_is_the_one_that_would_count_of_total_alp(derived: Connection) -> None:
    create_table(derived, "core", "assessment_cadence", AssessmentCadence)
    of_bone = arrays_of(merge([gather(derived, named(PROTOCOL))])["bone_alp"], [REGISTRY])
    of_total = derived.execute(
        "select coalesce(alp_delta_event, 'nan') as event,"
        " coalesce(alp_delta_progression, 'nan') as progression"
        " from event.pseudoprogression order by registry, patient_id"
    ).fetchnumpy()
    for moment in ("event", "progression"):
        expected = np.asarray(of_total[moment])
        assert np.count_nonzero(~np.isnan(expected)) > 10
        np.testing.assert_array_equal(of_bone[f"bone_alp_activity_{moment}_minus_baseline"], expected)
        assert np.isnan(of_bone[f"bone_alp_{moment}_minus_baseline"]).all()
