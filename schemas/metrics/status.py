"""What a pseudoprogression has to do with later progression and death, without the time it takes to be one.

Not here: the comparison that is refused (`times.py`), and patients with a pseudoprogression alone
(`adjusted.py`).
"""

from __future__ import annotations

from schemas.metric_codes import LANDMARK_DAYS
from schemas.metrics.bases import CALL
from schemas.metrics.first_line import CONTACT, PROGRESSION
from schemas.metrics.record import Metric

_OUTCOMES = (
    ("progression_free_survival", "progression or death", CALL | PROGRESSION, ("interval_censored",)),
    ("overall_survival", "death", CALL | PROGRESSION | CONTACT, ()),
)


def _at_landmark(days: int) -> tuple[Metric, ...]:
    """Declare what is measured from one landmark: medians, and the comparison of those with and without."""
    found: list[Metric] = []
    for name, outcome, basis, warnings in _OUTCOMES:
        median = Metric(
            f"landmark_{days}_{name}",
            f"Median time from day {days} of line 1 to {outcome}, of those alive, without progression and "
            "followed then.",
            unit="days",
            basis=basis,
            warnings=(*warnings, "status_at_landmark"),
            has_curve=True,
        )
        found += [
            median,
            median.variant(
                "hazard_ratio",
                f"Hazard of {outcome} after day {days}, pseudoprogression confirmed by then over none.",
                unit="ratio",
            ),
            median.variant(
                "log_rank", f"Log-rank test of the time to {outcome} after day {days}.", unit="chi_square"
            ),
        ]
    return tuple(found)


STATUS = (
    *(metric for days in LANDMARK_DAYS for metric in _at_landmark(days)),
    Metric(
        "time_dependent_hazard_ratio",
        "Hazard of progression or death once a pseudoprogression is confirmed, over before and without one.",
        unit="ratio",
        basis=CALL | PROGRESSION,
        warnings=("interval_censored", "status_from_confirmation"),
        headlines=("all",),
    ),
)
