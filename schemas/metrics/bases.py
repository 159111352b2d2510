"""What metrics are measured of: the columns of core and event that several of them read.

Not here: the metrics.
"""

from __future__ import annotations

from schemas.metrics.record import Basis
from schemas.verdicts import VERDICT_SETS

EVENTS = "event.pseudoprogression"
FLOW = "event.patient_flow"
FIRST_LINE = "event.first_line"
COURSE_TABLES = ("patients", "therapy_lines", "imaging_assessments", "bone_lesions")

CALL = Basis(
    {
        EVENTS: (
            "patient_id",
            "state",
            "reason",
            "therapy_start_date",
            "event_date",
            "confirmation_date",
            "progression_date",
            "observed_progression_date",
            "progression_kind",
            "censor_date",
            "onset_after",
            "progression_after",
        )
    },
    COURSE_TABLES,
)
"""The call of a candidate with its dates."""

ALP = Basis({EVENTS: ("alp_baseline", "alp_at_event", "alp_at_progression")}, ("lab_results",))
BONE_ALP = Basis(
    {"core.lab_results": ("patient_id", "analyte", "specimen_date", "value", "unit")}, ("lab_results",)
)
SITES = Basis({EVENTS: ("new_lesion_sites", "candidate_lesion_ids")}, COURSE_TABLES)
VERDICTS = Basis({EVENTS: tuple(one.column for one in VERDICT_SETS.values())}, COURSE_TABLES)
REFUSED = Basis({EVENTS: ("flags",)}, COURSE_TABLES)
HER2 = Basis({EVENTS: ("her2_status",)}, ("her2_tests",))

HER2_AT_START = Basis({FIRST_LINE: ("her2_status_at_start",)}, ("her2_tests",))
READING = Basis({EVENTS: ("unread_ct_count",)}, COURSE_TABLES)
"""Whether the CTs after a candidate are read for progression."""

LEFT = Basis({FLOW: ("patient_id", "left_at", "state")}, COURSE_TABLES)
"""Where patients left the course."""

DEATH = Basis({"core.patients": ("patient_id", "death_date")}, COURSE_TABLES)
COMPETING_DEATH = DEATH | Basis(
    {FIRST_LINE: ("patient_id", "second_line_start_date", "expected_interval_days")}, COURSE_TABLES
)
"""Deaths, and how long after the last scan one still competes."""
COURSE = DEATH | Basis(
    {
        FLOW: ("patient_id", "left_at", "state", "progression_date"),
        FIRST_LINE: (
            "patient_id",
            "therapy_start_date",
            "line_stop_date",
            "progression_until",
            "last_evaluated_date",
        ),
    },
    COURSE_TABLES,
)
"""The first line of everyone who has one, and how it ended."""

CADENCE = Basis(
    {
        "core.assessment_cadence": (
            "patient_id",
            "line_number",
            "time_point_date",
            "previous_date",
            "interval_days",
            "expected_interval_days",
            "deviation_days",
            "cadence_class",
        )
    },
    ("therapy_lines", "imaging_assessments"),
)
