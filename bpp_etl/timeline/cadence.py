"""Derives how well every on-treatment CT kept to the schedule of its line of therapy.

Not here: the judgement whether a delivery's cadence shuts its gate (`bpp_etl/gate`).
"""

from __future__ import annotations

from bpp_etl.timeline.kept import keep_step
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import Select, drop_relations, ensure_table, fill_table, run_step
from schemas.cadence import (
    CYCLES_PER_INTERVAL,
    FALLBACK_CYCLE_DAYS,
    MISSED_AFTER_INTERVALS,
    NOT_STATED,
    TIME_POINT_DAYS,
    TOLERANCE_DAYS,
    AssessmentCadence,
    StatedCadence,
)
from schemas.codes import CT_MODALITIES

PACKAGE = "bpp_etl.timeline"
STEPS = tuple(Select(PACKAGE, name) for name in ("imaging", "time_point", "treatment_line", "appointment"))
KEPT = ("imaging", "time_point", "treatment_line", "appointment")
"""What the events need too; sorting every assessment of a registry twice is worth sparing."""


def derive_cadence(
    con: Connection, registry: str, stated: StatedCadence = NOT_STATED, *, keep: bool = False
) -> None:
    """Replace the registry's rows of `core.assessment_cadence` by those that its core tables give.

    CTs are expected as the registry states, else every two cycles of their line.

    With `keep`, the time points stay in the working file for the events; that is right only where the core
    tables change no more. The caller owns the transaction.
    """
    parameters = {
        "registry": registry,
        "time_point_days": TIME_POINT_DAYS,
        "eligible_modalities": CT_MODALITIES,
        "cycles_per_interval": CYCLES_PER_INTERVAL,
        "fallback_cycle_days": FALLBACK_CYCLE_DAYS,
        "stated_interval_days": stated.interval_days,
        "tolerance_days": TOLERANCE_DAYS,
        "missed_after_intervals": MISSED_AFTER_INTERVALS,
    }
    for step in STEPS:
        if keep and step.name in KEPT:
            keep_step(con, step, parameters)
        else:
            run_step(con, step, parameters)
    ensure_table(con, "core", "assessment_cadence", AssessmentCadence)
    con.execute("delete from core.assessment_cadence where registry = $registry", {"registry": registry})
    fill_table(con, "core", "assessment_cadence", Select(PACKAGE, "assessment_cadence"), parameters)
    drop_relations(con, [step.name for step in STEPS])
