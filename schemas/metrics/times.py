"""Times and their comparisons: medians, medians between two scans, tests between groups.

Not here: incidence with competing risks (`incidence.py`).
"""

from __future__ import annotations

from dataclasses import replace

from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

_BETWEEN = (
    "Median time to progression, known only to lie between two assessments: the interval that holds it "
    "(Turnbull)."
)
_TO_PROGRESSION = ("death_censored", "interval_censored")


def _spss(of: Metric) -> Metric:
    sentence = "The same median with the symmetric interval of the published papers."
    return replace(of.variant("spss", sentence, more=("comparison_only",)), is_compatible=True)


def _interval_censored(of: Metric, sentence: str = _BETWEEN) -> Metric:
    return of.variant(
        "interval_censored", sentence, more=("median_is_interval",), without=("interval_censored",)
    )


def _compared(of: Metric) -> tuple[Metric, ...]:
    """Declare the comparisons of a time between groups."""
    detectable = "Smallest hazard ratio above 1 that these events would show with 80 % power."
    return (
        of.variant("log_rank", "Log-rank test of that time between groups.", unit="chi_square"),
        of.variant("hazard_ratio", "Hazard of progression, HER2 positive over negative.", unit="ratio"),
        of.variant("detectable_ratio", detectable, unit="ratio"),
    )


START_TO_EVENT = Metric(
    "time_to_pseudoprogression",
    "Median time from the start of line 1 to the pseudoprogression.",
    unit="days",
    basis=CALL,
    warnings=("interval_censored", "selected_on_outcome"),
    headlines=("all",),
    has_curve=True,
)
EVENT_TO_PROGRESSION = Metric(
    "pseudoprogression_to_progression",
    "Median time from the pseudoprogression to progression.",
    unit="days",
    basis=CALL,
    warnings=(*_TO_PROGRESSION, "selected_on_outcome", "guarantee_time"),
    headlines=("all",),
    has_curve=True,
)
CONFIRMATION_TO_PROGRESSION = Metric(
    "confirmation_to_progression",
    "Median time from confirmation of a pseudoprogression to progression.",
    unit="days",
    basis=CALL,
    warnings=(*_TO_PROGRESSION, "selected_on_outcome"),
    has_curve=True,
)
CANDIDATE_TO_PROGRESSION = Metric(
    "candidate_to_progression",
    "Median time from the candidate to a progression that was seen, over all candidates in any state.",
    unit="days",
    basis=CALL,
    warnings=_TO_PROGRESSION,
    headlines=("all",),
    has_curve=True,
)

_log_rank, *_ratios = _compared(EVENT_TO_PROGRESSION)

TIMES = (
    START_TO_EVENT,
    _spss(START_TO_EVENT),
    _interval_censored(
        START_TO_EVENT,
        "Median time to onset, known only to lie between two scans: the interval that holds it (Turnbull).",
    ),
    EVENT_TO_PROGRESSION,
    _spss(EVENT_TO_PROGRESSION),
    _interval_censored(EVENT_TO_PROGRESSION),
    replace(_log_rank, headlines=("her2=positive/negative",)),
    *_ratios,
    CONFIRMATION_TO_PROGRESSION,
    _interval_censored(CONFIRMATION_TO_PROGRESSION),
    *_compared(CONFIRMATION_TO_PROGRESSION),
    CANDIDATE_TO_PROGRESSION,
    _interval_censored(CANDIDATE_TO_PROGRESSION),
    Metric(
        "progression_by_pseudoprogression",
        "Patients with against without pseudoprogression: refused.",
        unit="ratio",
        basis=CALL,
        warnings=("naive_comparison",),
    ),
)
