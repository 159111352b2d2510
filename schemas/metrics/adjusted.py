"""Progression after a pseudoprogression by several covariates at once, from confirmation on.

Not here: HER2 alone (`times.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.metrics.bases import ALP, CALL, HER2
from schemas.metrics.record import Basis, Metric

COVARIATES: Mapping[str, str] = MappingProxyType(
    {
        "her2_positive": "HER2 positive over negative",
        "er_positive": "ER positive over negative",
        "age_per_10_years": "Age at the start of line 1, for 10 years more",
        "alp_per_doubling": "ALP at baseline, for twice as much",
    }
)
"""Covariate -> what its hazard ratio compares."""

FEWEST_EVENTS_PER_VARIABLE = 10
"""With fewer events for each covariate the ratios of a Cox model are far off too often (Peduzzi 1995)."""

_BASIS = (
    CALL
    | HER2
    | ALP
    | Basis(
        {"core.patients": ("patient_id", "er_status", "birth_date")},
        ("patients",),
    )
)
_WARNINGS = ("covariates_missing", "delayed_entry", "interval_censored", "selected_on_outcome")

ADJUSTED = (
    *(
        Metric(
            f"adjusted_hazard_ratio_{name}",
            f"Hazard of progression after a pseudoprogression, the others held: {words}.",
            unit="ratio",
            basis=_BASIS,
            warnings=_WARNINGS,
        )
        for name, words in COVARIATES.items()
    ),
    Metric(
        "adjusted_events_per_variable",
        "Progressions in that model for each of its covariates.",
        unit="events",
        basis=_BASIS,
        warnings=("no_interval",),
    ),
    Metric(
        "adjusted_complete_share",
        "Pseudoprogressions in that model: every covariate known, and followed beyond confirmation.",
        unit="share",
        basis=_BASIS,
    ),
)
