"""How large a further study must be, from what this release has seen.

Not here: what the patients of this release can show (`times.py`).
"""

from __future__ import annotations

from schemas.metrics.bases import CALL, HER2, LEFT
from schemas.metrics.record import Metric

RATIOS = (1.25, 1.5, 2.0)
"""Hazard ratios of HER2 positive over negative for which a study is planned."""

POWERS = (80, 90)
HALF_WIDTHS = (3, 5, 10)
"""Half widths of the interval of the share of pseudoprogressions, in percentage points."""

PLANNING = (
    *(
        metric
        for power in POWERS
        for metric in (
            Metric(
                f"events_needed_for_{power}_percent_power",
                f"Progressions with which a log-rank test sees the hazard ratio with {power} % power, HER2 "
                "groups as large to one another as here.",
                unit="events",
                basis=CALL | HER2,
                warnings=("no_interval", "plan"),
            ),
            Metric(
                f"pseudoprogressions_needed_for_{power}_percent_power",
                f"Pseudoprogressions that give so many progressions ({power} % power), followed as here.",
                unit="patients",
                basis=CALL | HER2,
                warnings=("no_interval", "plan"),
            ),
        )
    ),
    Metric(
        "candidates_needed_for_share",
        "Decided candidates that give the share of pseudoprogressions an interval of this half width.",
        unit="patients",
        basis=CALL,
        warnings=("no_interval", "plan"),
    ),
    Metric(
        "first_lines_needed_for_share",
        "Patients with a first line among whom so many decided candidates are found, as often as here.",
        unit="patients",
        basis=CALL | LEFT,
        warnings=("no_interval", "plan"),
    ),
)
