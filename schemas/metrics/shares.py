"""The share of pseudoprogressions among candidates, and how far what is unknown could move it.

Not here: shares of ALP categories, bones and CTs, which stand with their subjects.
"""

from __future__ import annotations

from schemas.metric_codes import ONSET_DAYS
from schemas.metrics.bases import CALL
from schemas.metrics.record import Metric

_APPEARED = "Pseudoprogressions that had appeared within {} days of the start of line 1, of all of them."
_REFUSED = " if patients refused at the gate, and candidates of whom evidence was refused,"
_UNREAD = " with those whose CTs are not read for progression"

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
        "pseudoprogression_share_unread_as_none",
        f"The share of the decided{_UNREAD} counted as none.",
        unit="share",
        basis=CALL,
        warnings=("unread_counted",),
    ),
    Metric(
        "pseudoprogression_share_unread_as_one",
        f"The share of the decided{_UNREAD} counted as one.",
        unit="share",
        basis=CALL,
        warnings=("unread_counted",),
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
    *(
        Metric(
            f"pseudoprogression_within_{days}_days_share",
            _APPEARED.format(days),
            unit="share",
            basis=CALL,
            warnings=("interval_censored", "selected_on_outcome"),
        )
        for days in ONSET_DAYS
    ),
)
