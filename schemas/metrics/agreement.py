"""How definitions agree on the same candidates: kappa of every two, and how far each moves the medians.

Not here: the verdict sets (`schemas/verdicts.py`).
"""

from __future__ import annotations

from itertools import combinations

from schemas.metrics.bases import CALL, LEFT, VERDICTS
from schemas.metrics.record import Basis, Metric
from schemas.metrics.times import EVENT_TO_PROGRESSION, START_TO_EVENT
from schemas.verdicts import VERDICT_SETS


def _shift(of: Metric, sentence: str) -> Metric:
    return of.variant("shift", sentence, more=("no_interval",), without=of.warnings)


def _kappa(name: str, sentence: str, basis: Basis, *warnings: str) -> Metric:
    return Metric(f"agreement_{name}", sentence, unit="kappa", basis=basis, warnings=warnings)


_SHIFT = "How far another definition moves the median time from"
_OPEN = "indeterminate_left_out"

AGREEMENT = (
    _shift(START_TO_EVENT, f"{_SHIFT} the start of line 1 to the pseudoprogression."),
    _shift(EVENT_TO_PROGRESSION, f"{_SHIFT} the pseudoprogression to progression."),
    *(
        _kappa(name, f"Cohen's kappa of the state with the {name} verdict.", CALL | VERDICTS, _OPEN)
        for name in VERDICT_SETS
    ),
    *(
        _kappa(
            f"{one}_{other}",
            f"Cohen's kappa of the {one} verdict with the {other} verdict.",
            CALL | VERDICTS,
            _OPEN,
        )
        for one, other in combinations(VERDICT_SETS, 2)
    ),
    _kappa(
        "protocol",
        "Cohen's kappa of two protocols: pseudoprogression or not, over patients with a first line.",
        CALL | LEFT,
    ),
)
