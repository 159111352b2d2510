"""A fall of ALP from baseline to the event as a test for pseudoprogression: at cut-offs and prevalences.

Not here: its whole discrimination, and its changes (`alp.py`).
"""

from __future__ import annotations

from schemas.metrics.alp import KNOWN
from schemas.metrics.bases import ALP, CALL
from schemas.metrics.record import Metric

CUT_OFFS = (0, 15, 30)
"""Falls, in percent of baseline, from which on the test is positive; the protocol's own band is another."""

PREVALENCES = (10, 25, 50, 75)
"""Percent of pseudoprogressions among candidates, for which predictive values are given beside the found."""

_POSITIVE = "Pseudoprogressions among candidates whose ALP fell by the cut-off or more"
_NEGATIVE = "True progressions among candidates whose ALP did not fall by the cut-off"


def _share(name: str, sentence: str) -> Metric:
    return Metric(f"alp_fall_{name}", f"{sentence}.", unit="share", basis=CALL | ALP, warnings=KNOWN)


ALP_TEST = (
    _share("sensitivity", "Pseudoprogressions whose ALP fell by the cut-off or more"),
    _share("specificity", "True progressions whose ALP did not fall by the cut-off"),
    _share("positive_predictive_value", _POSITIVE),
    _share("negative_predictive_value", _NEGATIVE),
    *(
        _share(
            f"{name}_predictive_value_at_{percent}_percent",
            f"{sentence}, were {percent} % of the candidates pseudoprogressions",
        )
        for name, sentence in (("positive", _POSITIVE), ("negative", _NEGATIVE))
        for percent in PREVALENCES
    ),
)
