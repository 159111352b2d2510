"""Shares, or effects, of several groups together: what they come to, how far they differ beyond chance.

Not here: one share alone (`proportions.py`).

The combination is statsmodels'. What it is given is decided here: shares as log odds, with their variances.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpp_etl.metrics.inputs import is_count, normal_quantile, refusal

_CORRECTION = 0.5


@dataclass(frozen=True)
class PooledEffects:
    """The effect of a random-effects model, on the scale of the effects; None throughout of fewer than two.

    `low` and `high` bound the mean effect of groups like these, `another_low` and `another_high` the effect
    that one more of them would have; these need three. `i_squared` is the part of the variation between
    effects that is not chance, `tau` the spread of the groups' own, and `groups` how many effects it is of.
    """

    estimate: float | None
    low: float | None
    high: float | None
    another_low: float | None
    another_high: float | None
    q: float | None
    p_value: float | None
    degrees_of_freedom: int
    i_squared: float | None
    tau: float | None
    groups: int
    level: float


ON_THE_SCALE = ("estimate", "low", "high", "another_low", "another_high")
"""The fields that are on the scale of the effects, or of a share."""


@dataclass(frozen=True)
class PooledShare(PooledEffects):
    """The share of a random-effects model; its limits are shares too, and `tau` is of log odds.

    None throughout where fewer than two registries have anybody.
    """

    @property
    def registries(self) -> int:
        """Return how many registries have anybody."""
        return self.groups


def pooled_share(successes: Sequence[int], totals: Sequence[int], level: float = 0.95) -> PooledShare:
    """Combine shares on the log odds scale by a random-effects model, without registries of nobody.

    A share k of n has log odds log(k / (n - k)) with variance 1/k + 1/(n - k); a half is added to both where
    one is 0. The variance between registries is Paule and Mandel's, Q is Cochran's with k - 1 degrees of
    freedom and inverse-variance weights, I squared is max(0, (Q - df) / Q). The interval of another registry
    is mean +- t(k - 2) * sqrt(tau^2 + se^2).

    Raises ValueError unless 0 <= successes <= totals are whole numbers. Source: Paule and Mandel 1982;
    DerSimonian and Laird 1986; Higgins, Thompson and Spiegelhalter 2009; as R metafor::rma(measure = "PLO",
    method = "PM"), by statsmodels.stats.meta_analysis.combine_effects.
    """
    normal_quantile(level)  # refuses what is no level
    pairs = list(zip(successes, totals, strict=True))
    if not all(is_count(k) and is_count(n) and k <= n for k, n in pairs):
        raise refusal("successes and totals are not counts with 0 <= successes <= totals", "pass two lists")
    known = [(float(k), float(n)) for k, n in pairs if n]
    odds = [log_odds(k, n) for k, n in known]
    found = pooled_effects([one for one, _ in odds], [variance for _, variance in odds], level)
    shares = {name: getattr(found, name) for name in ON_THE_SCALE}
    shares = {name: None if one is None else share_of_log_odds(one) for name, one in shares.items()}
    return PooledShare(**vars(found) | shares)


def pooled_effects(
    effects: Sequence[float], variances: Sequence[float], level: float = 0.95
) -> PooledEffects:
    """Combine effects of different patients, each with its variance, by a random-effects model.

    The variance between groups is Paule and Mandel's, Q is the sum of w (effect - mean)^2 with w = 1/variance
    and the mean so weighted, and has k - 1 degrees of freedom; I squared is max(0, (Q - df) / Q). The limits
    of another group are mean +- t(k - 2) * sqrt(tau^2 + se^2), from three on.

    Raises ValueError unless effects are finite and variances above 0. Source: Cochran 1954; Paule and Mandel
    1982; Higgins, Thompson and Spiegelhalter 2009; as R metafor::rma(method = "PM"), by
    statsmodels.stats.meta_analysis.combine_effects.
    """
    z = normal_quantile(level)
    effect, variance = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    is_usable = effect.shape == variance.shape and np.isfinite(effect).all() and np.isfinite(variance).all()
    if not is_usable or (variance <= 0).any():
        raise refusal("effects and variances are not finite, or a variance is not above 0", "pass two lists")
    if effect.size < 2:
        return PooledEffects(*(None,) * 7, 0, *(None,) * 2, effect.size, level)
    # 0.1 s to load, once scipy and pandas are there.
    from scipy.stats import chi2, t  # noqa: PLC0415
    from statsmodels.stats.meta_analysis import combine_effects  # noqa: PLC0415

    # Its own I squared divides by Q, which is 0 where all effects are one; ours below does not.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = combine_effects(effect, variance, method_re="pm", atol=1e-12, maxiter=200)
    mean, error, tau2 = float(found.mean_effect_re), float(found.sd_eff_w_re), max(float(found.tau2), 0.0)
    q, df = max(float(found.q), 0.0), effect.size - 1
    another: tuple[float | None, float | None] = (None, None)
    if df > 1:
        reach = float(t.ppf(0.5 + level / 2, df - 1)) * math.sqrt(tau2 + error**2)
        another = (mean - reach, mean + reach)
    return PooledEffects(
        mean,
        mean - z * error,
        mean + z * error,
        *another,
        q,
        float(chi2.sf(q, df)),
        df,
        max(0.0, (q - df) / q) if q > 0 else 0.0,
        math.sqrt(tau2),
        effect.size,
        level,
    )


def log_odds(k: float, n: float) -> tuple[float, float]:
    """Return the log odds of a share k of n with their variance; a half is added to both where one is 0."""
    added = _CORRECTION if k in (0, n) else 0.0
    with_it, without = k + added, n - k + added
    return math.log(with_it / without), 1 / with_it + 1 / without


def share_of_log_odds(odds: float) -> float:
    """Return the share that has these log odds."""
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0
