"""Every metric of `metric.estimate`, declared once: codes, sentences, units, movers, headlines follow.

Not here: how one is worked out (`bpp_etl/measure`), and the tables that hold them (`schemas/metric.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from schemas.metrics.adjusted import ADJUSTED
from schemas.metrics.agreement import AGREEMENT
from schemas.metrics.alp import ALP
from schemas.metrics.alp_by_her2 import ALP_BY_HER2
from schemas.metrics.alp_levels import ALP_LEVELS
from schemas.metrics.alp_test import ALP_TEST
from schemas.metrics.bone_alp import BONE_ALP
from schemas.metrics.cadence import CADENCE
from schemas.metrics.first_line import FIRST_LINE_SURVIVAL
from schemas.metrics.heterogeneity import HETEROGENEITY
from schemas.metrics.incidence import INCIDENCE
from schemas.metrics.planning import PLANNING
from schemas.metrics.record import Metric
from schemas.metrics.shares import SHARES
from schemas.metrics.sites import SITES
from schemas.metrics.status import STATUS
from schemas.metrics.times import TIMES


def _by_id(metrics: Iterable[Metric]) -> Mapping[str, Metric]:
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.id in found:
            raise ValueError(f"metric {metric.id} is declared twice")
        found[metric.id] = metric
    return MappingProxyType(found)


METRICS = _by_id(
    (
        *TIMES,
        *FIRST_LINE_SURVIVAL,
        *STATUS,
        *ADJUSTED,
        *INCIDENCE,
        *SHARES,
        *HETEROGENEITY,
        *ALP,
        *ALP_BY_HER2,
        *ALP_TEST,
        *ALP_LEVELS,
        *BONE_ALP,
        *SITES,
        *AGREEMENT,
        *CADENCE,
        *PLANNING,
    )
)
"""Id -> metric, in the order in which they are listed."""

HEADLINES = tuple((metric.id, stratum) for metric in METRICS.values() for stratum in metric.headlines)
"""Metric and stratum of the numbers that a reader looks at first."""
