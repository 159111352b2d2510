"""How well first-line CTs kept to the schedule: everyone's, and those of pseudoprogressions.

Not here: the class of a single CT (`bpp_etl/timeline`).
"""

from __future__ import annotations

from schemas.cadence import TOLERANCE_DAYS
from schemas.metrics.bases import CADENCE as READ
from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

_ALONE = ("no_interval",)
_ONLY = ", pseudoprogressions only."

CADENCE = (
    Metric(
        "cadence_interval",
        "Median interval between first-line CTs.",
        unit="days",
        basis=READ,
        warnings=_ALONE,
    ),
    Metric(
        "cadence_deviation",
        "Median deviation of first-line CTs from the planned interval.",
        unit="days",
        basis=READ,
        warnings=_ALONE,
    ),
    Metric(
        "cadence_on_time_share",
        f"First-line CTs within {TOLERANCE_DAYS} days of the planned day.",
        unit="share",
        basis=READ,
        warnings=_ALONE,
        headlines=("all",),
    ),
    Metric(
        "pseudoprogression_cadence_interval",
        f"Median interval between first-line CTs{_ONLY}",
        unit="days",
        basis=CALL | READ,
        warnings=_ALONE,
    ),
    Metric(
        "pseudoprogression_cadence_deviation",
        f"Median deviation from the planned interval{_ONLY}",
        unit="days",
        basis=CALL | READ,
        warnings=_ALONE,
    ),
    Metric(
        "pseudoprogression_cadence_on_time_share",
        f"CTs within {TOLERANCE_DAYS} days of the planned day{_ONLY}",
        unit="share",
        basis=CALL | READ,
        warnings=_ALONE,
    ),
)
