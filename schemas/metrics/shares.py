"""The share of pseudoprogressions among candidates, and how far what is unknown could move it.

Not here: shares of ALP categories, bones and CTs, which stand with their subjects.
"""

from __future__ import annotations

from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

_REFUSED = " if patients refused at the gate, and candidates of whom evidence was refused,"

SHARES = (
    Metric(
        "pseudoprogression_share",
        "Pseudoprogressions among the candidates that could be decided; the undecided are in neither number.",
        unit="share",
        basis=CALL,
        warnings=("indeterminate_left_out",),
        headlines=("all",),
    ),
    Metric(
        "pseudoprogression_share_lowest",
        "The share if every undecided candidate were none.",
        unit="share",
        basis=CALL,
    ),
    Metric(
        "pseudoprogression_share_highest",
        "The share if every undecided candidate were one.",
        unit="share",
        basis=CALL,
    ),
    Metric(
        "pseudoprogression_share_lowest_with_refused",
        f"The lowest share{_REFUSED} were none either.",
        unit="share",
        basis=CALL,
        warnings=("refused_counted",),
    ),
    Metric(
        "pseudoprogression_share_highest_with_refused",
        f"The highest share{_REFUSED} were one too.",
        unit="share",
        basis=CALL,
        warnings=("refused_counted",),
    ),
)
