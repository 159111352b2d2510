"""How well a score tells two classes apart.

Not here: cut-offs, and which measurement serves as score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpp_etl.metrics.inputs import (
    Floats,
    Values,
    flags_from,
    normal_quantile,
    numbers,
    require_same_length,
)


@dataclass(frozen=True)
class RocAuc:
    """The area under the ROC curve; None without both classes, limits None with a class of one."""

    estimate: float | None
    low: float | None
    high: float | None
    std_error: float | None
    positives: int
    negatives: int
    level: float


def roc_auc(scores: Values, labels: Values, level: float = 0.95) -> RocAuc:
    """Estimate the chance that a label-1 score exceeds a label-0 score, ties counting one half.

    The direction is fixed: higher scores mean label 1, so an AUC below 0.5 stays below it. The interval is
    the Wald one, AUC +- z * SE cut to [0, 1], with DeLong's variance var(V10)/m + var(V01)/n from midranks,
    in O(n log n). Perfect separation gives SE 0 and the interval (1, 1): see it as a sign of few patients,
    not of certainty.

    Raises ValueError for missing scores and for labels other than true/false or 1/0. Source: DeLong, DeLong
    and Clarke-Pearson 1988; Sun and Xu 2014; as R pROC::ci.auc with direction = "<".
    """
    values = numbers(scores, "scores")
    is_positive = flags_from(labels, "labels")
    require_same_length(scores=values, labels=is_positive)
    z = normal_quantile(level)
    positives, negatives = values[is_positive], values[~is_positive]
    m, n = positives.size, negatives.size
    if m == 0 or n == 0:
        return RocAuc(None, None, None, None, m, n, level)
    all_ranks = _midranks(np.concatenate([positives, negatives]))
    # Each row's share of the other class that it beats; a difference of ranks is exact up to 2^52.
    beaten_by_positive = (all_ranks[:m] - _midranks(positives)) / n
    beating_negative = 1 - (all_ranks[m:] - _midranks(negatives)) / m
    area = float(beaten_by_positive.mean())
    if m == 1 or n == 1:
        return RocAuc(area, None, None, None, m, n, level)
    variance = float(beaten_by_positive.var(ddof=1)) / m + float(beating_negative.var(ddof=1)) / n
    std_error = math.sqrt(variance)
    return RocAuc(
        area, max(area - z * std_error, 0.0), min(area + z * std_error, 1.0), std_error, m, n, level
    )


def _midranks(values: Floats) -> Floats:
    _, position, sizes = np.unique(values, return_inverse=True, return_counts=True)
    middle: Floats = np.cumsum(sizes) - (sizes - 1) / 2
    return middle[position.reshape(-1)]
