"""What the rules look at, gathered for patients and left as it is before anything decides.

Not here: the rules, and what they make of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from bpp_etl.events import FLOW_RULES, Protocol
from bpp_etl.events.derive import CANDIDATE_STEPS, COURSE_STEPS, bind_parameters, sort_protocols
from bpp_etl.events.rules import first_match
from bpp_etl.warehouse.select import run_step
from tests.support.core_tables import insert_patients, open_core
from tests.support.patients import Patient
from tests.support.relations import REGISTRY


def gather_evidence(
    patients: Iterable[Patient], delivery: date, protocol: Protocol
) -> dict[str, pl.DataFrame]:
    """Gather the row of every course, and that of every candidate."""
    (judged,), comparisons = sort_protocols([protocol])
    parameters = bind_parameters(judged, comparisons) | {
        "registry": REGISTRY,
        "delivery_date": delivery,
        "delivery": "made up",
    }
    with open_core() as con:
        insert_patients(con, patients)
        for step in COURSE_STEPS:
            run_step(con, step, parameters)
        course = con.table("course").pl()
        con.register("judged", course.select("patient_id", left_at=first_match(FLOW_RULES)))
        con.execute("create temp table flow as select patient_id, left_at from judged")
        for step in CANDIDATE_STEPS:
            run_step(con, step, parameters)
        return {"course": course, "candidate": con.table("evidence").pl()}
