"""How far two verdicts on the same patients agree beyond chance.

Not here: building the table of verdicts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpp_etl.metrics.inputs import normal_quantile, refusal, unmasked

ROUNDING = 1e-12
"""Far above what shares lose by rounding, and far below what one patient among millions makes of them."""


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa, -1 to 1, and the plain share of agreement; None where chance alone agrees always."""

    estimate: float | None
    low: float | None
    high: float | None
    agreement: float | None
    n: int
    level: float


def cohen_kappa(counts: npt.ArrayLike, level: float = 0.95) -> Kappa:
    """Estimate unweighted kappa from a square table: rows are one rater's categories, columns the other's.

    kappa = (p_o - p_e) / (1 - p_e), p_o the share on the diagonal and p_e the one expected from the margins.
    The interval is kappa +- z * SE within [-1, 1], with the large-sample SE of Fleiss, Cohen and Everitt 1969
    (not the one under kappa = 0). Source: Cohen 1960.

    An empty table gives None throughout; p_e = 1 (both always say the same one thing) gives no kappa. Raises
    ValueError for a table that is not square or not made of counts.
    """
    table = np.asarray(unmasked(counts))
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.shape[0] == 0:
        raise refusal("counts is no square table", "give both raters the same categories in the same order")
    if (
        table.dtype.kind not in "iuf"
        or not np.isfinite(table).all()
        or (table < 0).any()
        or (table % 1 != 0).any()
    ):
        raise refusal("counts is not made of whole numbers of 0 or more", "pass how often each pair occurs")
    z = normal_quantile(level)
    n = int(table.sum())
    if n == 0:
        return Kappa(None, None, None, None, n, level)
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(rows @ columns)
    # By counts, since 1 - expected is only as good as the rounding: one category holds everything.
    if np.count_nonzero(table) == 1 and observed == 1:
        return Kappa(None, None, None, observed, n, level)
    kappa = (observed - expected) / (1 - expected)
    # Who always says the same agrees by chance alone: 0, and without any spread.
    kappa = kappa if abs(kappa) > ROUNDING else 0.0
    diagonal = np.diag(shares) * (1 - (rows + columns) * (1 - kappa)) ** 2
    others = shares * (columns[:, np.newaxis] + rows[np.newaxis, :]) ** 2
    np.fill_diagonal(others, 0.0)
    spread = diagonal.sum() + (1 - kappa) ** 2 * others.sum() - (kappa - expected * (1 - kappa)) ** 2
    std_error = math.sqrt(float(spread) / n) / (1 - expected) if spread > ROUNDING else 0.0
    return Kappa(kappa, max(kappa - z * std_error, -1.0), min(kappa + z * std_error, 1.0), observed, n, level)
