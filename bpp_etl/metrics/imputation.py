"""Multiple imputation of a yes or no that is not known, and the pooling of what is estimated from it.

Not here: who may stand in for whom, and any estimate from the completed data (`competing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpp_etl.metrics.inputs import Flags, Floats, is_count, numbers, refusal, tabled

IMPUTATIONS = 100
"""How often the unknown are filled in: as many as the per cent of information that is missing can be at most
(White, Royston and Wood 2011), so that the drawing adds no more than half a per cent to a standard error."""

SEED = 20201231
"""Where the drawing starts, whatever the data: the same data give the same numbers, to the last bit."""

_CHANCES, _LABELS = 0, 1


@dataclass(frozen=True, eq=False)
class Pooled:
    """Estimates of completed data, pooled; one entry per estimated quantity.

    `degrees` are those of the t distribution of the estimate.
    """

    estimate: Floats
    std_error: Floats
    degrees: Floats


def draw_chances(yes: int, no: int, key: Sequence[int]) -> Floats:
    """Draw the chance of a yes, once for each imputation, from what the known ones tell of it.

    The draws are quantiles of Beta(yes + 1/2, no + 1/2), the posterior under Jeffreys' prior, at uniform
    random numbers that depend on `key` alone: a patient more moves the chances a little and does not draw
    them anew. An imputation from the observed share itself would take it for known. Raises ValueError for
    counts that are none, and where nobody is known.
    """
    if not (is_count(yes) and is_count(no) and yes + no > 0):
        raise refusal("yes and no are not counts of somebody", "impute from a group with at least one known")
    from scipy.special import betaincinv  # noqa: PLC0415 - scipy is slow to load

    chances: Floats = betaincinv(yes + 0.5, no + 0.5, _uniform(key, _CHANCES).random(IMPUTATIONS))
    return chances


def draw_labels(chances: Floats, size: int, key: Sequence[int]) -> Flags:
    """Draw a yes or no for each of `size` unknown ones in each imputation: one row per imputation."""
    given = numbers(chances, "chances")
    labels: Flags = given[:, None] > _uniform(key, _LABELS).random((size, given.size)).T
    return labels


def pool(estimates: Floats, variances: Floats) -> Pooled:
    """Pool the estimates and variances of completed data, one row per imputation, by Rubin's rules.

    The estimate is their mean. Its variance is the mean variance W and the variance B between imputations,
    W + (1 + 1/m) B, on (m - 1) (1 + W / ((1 + 1/m) B))^2 degrees of freedom; infinite where B is 0. Source:
    Rubin 1987, section 3.3.
    """
    estimates, variances = tabled(estimates, "estimates"), tabled(variances, "variances")
    m = estimates.shape[0]
    within = variances.mean(axis=0)
    between = (1 + 1 / m) * estimates.var(axis=0, ddof=1)
    share = np.divide(within, between, out=np.full_like(within, np.inf), where=between > 0)
    degrees = (m - 1) * (1 + share) ** 2
    return Pooled(estimates.mean(axis=0), np.sqrt(within + between), degrees)


def _uniform(key: Sequence[int], purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=(*key, purpose))))
