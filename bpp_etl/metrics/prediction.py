"""What a positive or negative test says of a patient: predictive values, here and at other prevalences.

Not here: a test with many values (`discrimination.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpp_etl.metrics.inputs import Floats, is_count, normal_quantile, refusal

DRAWS = 2000
_FEWEST_DEFINED = 0.95
"""Share of the draws in which a value must be defined for its limits to be told."""


@dataclass(frozen=True)
class PredictiveValue:
    """A share between 0 and 1 with bootstrap limits; None where nobody tests so, or without limits."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class PredictiveValues:
    """The positive and the negative predictive value, as found and at each of the given prevalences."""

    positive: PredictiveValue
    negative: PredictiveValue
    positive_at: tuple[PredictiveValue, ...]
    negative_at: tuple[PredictiveValue, ...]
    level: float


def predictive_values(
    true_positives: int,
    false_positives: int,
    false_negatives: int,
    true_negatives: int,
    prevalences: Sequence[float] = (),
    level: float = 0.95,
    seed: int = 0,
) -> PredictiveValues:
    """Estimate how likely the condition is after a positive test, and its absence after a negative one.

    As found: TP / (TP + FP) and TN / (TN + FN). At a prevalence q, by Bayes' theorem, with sensitivity s and
    specificity c: s q / (s q + (1 - c)(1 - q)) and c (1 - q) / (c (1 - q) + (1 - s) q).

    Limits are percentiles of 2,000 bootstrap samples: of all patients for the values as found, within those
    with and those without the condition for a given prevalence. A sample of patients is drawn as the counts
    of its four cells, which is the same. Percentiles are of the samples in which the value is defined; there
    are no limits where that are under 95 %. The same counts and seed give the same limits.

    At a prevalence there are none either where sensitivity or specificity is 0 or 1: no sample would differ
    in it, as if it were certain.

    None where nobody tests so or one of the groups is empty. Raises ValueError for what is no count and for a
    prevalence outside 0 to 1. Source: Altman and Bland 1994; Efron and Tibshirani 1993, chapter 13.
    """
    counts = (true_positives, false_positives, false_negatives, true_negatives)
    if not all(is_count(count) for count in counts):
        raise refusal("a cell of the table is no count", "pass four whole numbers of 0 or more")
    if not all(0 <= prevalence <= 1 for prevalence in prevalences):
        raise refusal("a prevalence is not between 0 and 1", "pass 0.25 for 25 %")
    normal_quantile(level)  # refuses what is no level
    cells = np.array(counts, dtype=np.int64)
    rng = np.random.default_rng(seed)
    total = int(cells.sum())
    drawn = (rng.multinomial(total, cells / total, DRAWS) if total else np.zeros((DRAWS, 4))).T.astype(float)
    tp, fp, fn, tn = (float(count) for count in cells)
    with_it, without_it = int(cells[0] + cells[2]), int(cells[1] + cells[3])
    sensitivity, specificity = _ratio(tp, tp + fn), _ratio(tn, tn + fp)
    drawn_sensitivity = rng.binomial(with_it, np.nan_to_num(sensitivity), DRAWS) / max(with_it, 1)
    drawn_specificity = rng.binomial(without_it, np.nan_to_num(specificity), DRAWS) / max(without_it, 1)
    positive_at: list[PredictiveValue] = []
    negative_at: list[PredictiveValue] = []
    is_certain = {0.0, 1.0} & {float(sensitivity), float(specificity)}
    for prevalence in prevalences:
        for found, value in ((positive_at, _positive), (negative_at, _negative)):
            estimate = value(sensitivity, specificity, prevalence)
            given = value(drawn_sensitivity, drawn_specificity, prevalence)
            found.append(_value(estimate, np.full(DRAWS, np.nan) if is_certain else given, level))
    return PredictiveValues(
        _value(_ratio(tp, tp + fp), _ratio(drawn[0], drawn[0] + drawn[1]), level),
        _value(_ratio(tn, tn + fn), _ratio(drawn[3], drawn[3] + drawn[2]), level),
        tuple(positive_at),
        tuple(negative_at),
        level,
    )


def _ratio(part: Floats | float, whole: Floats | float) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.divide(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))


def _positive(sensitivity: Floats, specificity: Floats, prevalence: float) -> Floats:
    found = sensitivity * prevalence
    return _ratio(found, found + (1 - specificity) * (1 - prevalence))


def _negative(sensitivity: Floats, specificity: Floats, prevalence: float) -> Floats:
    found = specificity * (1 - prevalence)
    return _ratio(found, found + (1 - sensitivity) * prevalence)


def _value(estimate: Floats, drawn: Floats, level: float) -> PredictiveValue:
    if np.isnan(estimate):
        return PredictiveValue(None, None, None)
    defined = drawn[~np.isnan(drawn)]
    if defined.size < _FEWEST_DEFINED * drawn.size:
        return PredictiveValue(float(estimate), None, None)
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return PredictiveValue(float(estimate), low, high)
