"""ALP beside its upper limit, and how it moves from before treatment to the candidate.

Not here: differences within patients (`alp.py`), and ALP as a test (`alp_test.py`).
"""

from __future__ import annotations

from schemas.metrics.alp import KNOWN
from schemas.metrics.bases import ALP, CALL, EVENTS
from schemas.metrics.record import Basis, Metric

MOMENTS = ("baseline", "event", "progression")
GRADES = ("0", "1", "2", "3", "4")

LIMITS = Basis(
    {EVENTS: tuple(f"alp_{name}_times_limit" for name in ("baseline", "at_event", "at_progression"))},
    ("lab_results",),
)
_SERIES = Basis(
    {"core.lab_results": ("patient_id", "analyte", "specimen_date", "value", "unit")}, ("lab_results",)
)
_TREND_WARNINGS = (*KNOWN, "selected_on_outcome", "unequal_follow_up")

ALP_LEVELS = (
    *(
        Metric(
            f"alp_times_limit_at_{moment}",
            f"Median ALP at {moment} in multiples of the laboratory's upper limit.",
            unit="ratio",
            basis=CALL | ALP | LIMITS,
            warnings=(*KNOWN, "no_interval"),
        )
        for moment in MOMENTS
    ),
    Metric(
        "alp_trend",
        "What ALP is multiplied by in a month, from the baseline window to the event.",
        unit="ratio",
        basis=CALL | _SERIES,
        warnings=_TREND_WARNINGS,
    ),
    Metric(
        "alp_trend_ratio",
        "That of pseudoprogressions over that of true progressions.",
        unit="ratio",
        basis=CALL | _SERIES,
        warnings=_TREND_WARNINGS,
    ),
)
