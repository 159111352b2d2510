"""The metrics that sums of several sites do not give exactly, each with the reason.

Not here: the metrics themselves (the modules beside), and adding sums. What stands in no reason here is
pooled; whoever declares a metric finds out by the test of pools, which asks for one or the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.metrics.adjusted import ADJUSTED
from schemas.metrics.alp import ALP
from schemas.metrics.alp_by_her2 import ALP_BY_HER2
from schemas.metrics.alp_levels import ALP_LEVELS
from schemas.metrics.bone_alp import BONE_ALP
from schemas.metrics.cadence import CADENCE
from schemas.metrics.incidence import INCIDENCE
from schemas.metrics.record import Metric
from schemas.metrics.times import TIMES

RANKS = (
    "A rank test (Wilcoxon) and its Hodges-Lehmann shift need every patient's value beside those of all "
    "others; `metric.mean_change` has mean and deviation of the changes of total ALP."
)
VALUES = "The median of values needs the values; sums give their mean, in `metric.mean_change`."
AREA = "The area under a curve (DeLong) compares every patient of one site with those of the others."
BETWEEN_SCANS = "The bounds of when it happened are two days for each patient, which no sum keeps together."
COVARIATES = "A model with several covariates needs them of each patient."
STATUS = "A status that begins on a day of its own needs that day of each patient."
IMPUTED = "The undecided are imputed from single patients; the bounds and the decided only are pooled."
DEFINED = "Sums have no days by what another definition says."
REFUSED = "It is refused of a single release too."


def _because(reason: str, metrics: tuple[Metric, ...], *endings: str, without: str = "") -> dict[str, str]:
    """Give one reason to the metrics that end so, or to all."""
    found = [metric.id for metric in metrics if not endings or metric.id.endswith(endings)]
    return {name: reason for name in found if not without or not name.endswith(without)}


NOT_POOLED: Mapping[str, str] = MappingProxyType(
    {
        **_because(BETWEEN_SCANS, TIMES, "_interval_censored"),
        "progression_by_pseudoprogression": REFUSED,
        "time_dependent_hazard_ratio": STATUS,
        **_because(COVARIATES, ADJUSTED, without="_complete_share"),
        **{
            metric.id: IMPUTED
            for metric in INCIDENCE
            if metric.id.startswith("pseudoprogression_incidence_")
            and not any(one in metric.id for one in ("_lowest_", "_highest_", "_decided_only_"))
        },
        **_because(RANKS, ALP, "at_event", "at_progression", "to_progression"),
        **_because(VALUES, ALP, "_median"),
        **_because(AREA, ALP, "alp_discrimination"),
        **_because(RANKS, ALP_BY_HER2),
        **_because(VALUES, ALP_LEVELS[:3]),
        **_because(COVARIATES, ALP_LEVELS[3:]),
        **_because(RANKS, BONE_ALP, without="_median"),
        **_because(VALUES, BONE_ALP, "_median"),
        "time_to_pseudoprogression_shift": DEFINED,
        "pseudoprogression_to_progression_shift": DEFINED,
        **_because(VALUES, CADENCE, "_interval", "_deviation"),
    }
)
"""Metric -> why it is not pooled."""
