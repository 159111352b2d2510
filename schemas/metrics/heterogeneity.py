"""How the share of pseudoprogressions differs between registries, and what the registries come to together.

Not here: the share itself (`shares.py`).
"""

from __future__ import annotations

from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

_WARNINGS = ("indeterminate_left_out", "registries_as_studies")


def _metric(ending: str, sentence: str, unit: str, *more: str) -> Metric:
    return Metric(
        f"pseudoprogression_share_{ending}", sentence, unit=unit, basis=CALL, warnings=(*_WARNINGS, *more)
    )


HETEROGENEITY = (
    _metric("pooled", "Mean share of registries like these, by a random-effects model.", "share"),
    _metric("another_registry", "Where the share of one more registry would lie.", "share"),
    _metric("heterogeneity", "Cochran's Q, the test of whether registries' shares differ.", "chi_square"),
    _metric(
        "i_squared",
        "Part of the variation between registries' shares that is not chance.",
        "share",
        "no_interval",
    ),
)
