"""Statistics as plain functions of arrays: survival, competing causes, pairs, ROC, shares, agreement.

Not here: SQL, tables and the choice of what is measured. These functions know no patient, no file, no
database.
"""

from bpp_etl.metrics.adjusted import AdjustedRatio, AdjustedRatios, adjusted_hazard_ratios
from bpp_etl.metrics.agreement import Kappa, cohen_kappa
from bpp_etl.metrics.competing import (
    Incidence,
    cumulative_incidence,
    imputed_incidence_at,
    incidence_at,
)
from bpp_etl.metrics.discrimination import RocAuc, roc_auc
from bpp_etl.metrics.follow_up import last_follow_up, median_follow_up
from bpp_etl.metrics.from_sums import Mean, StratifiedLogRank, mean_from_sums, stratified_log_rank
from bpp_etl.metrics.groups import LogRank, log_rank
from bpp_etl.metrics.hazard import HazardRatio, hazard_ratio, smallest_detectable_hazard_ratio
from bpp_etl.metrics.heterogeneity import PooledEffects, PooledShare, pooled_effects, pooled_share
from bpp_etl.metrics.imputation import Pooled, draw_chances, draw_labels, pool
from bpp_etl.metrics.interval_censored import Turnbull, turnbull
from bpp_etl.metrics.paired import SignedRank, signed_rank
from bpp_etl.metrics.planning import events_for_hazard_ratio, patients_for_share
from bpp_etl.metrics.prediction import PredictiveValue, PredictiveValues, predictive_values
from bpp_etl.metrics.proportions import Proportion, proportion
from bpp_etl.metrics.survival import KaplanMeier, MedianSurvival, kaplan_meier, median_survival
from bpp_etl.metrics.time_dependent import status_hazard_ratio
from bpp_etl.metrics.trajectory import RandomIntercept, random_intercept
from bpp_etl.metrics.unpaired import RankSum, rank_sum

__all__ = [
    "AdjustedRatio",
    "AdjustedRatios",
    "HazardRatio",
    "Incidence",
    "KaplanMeier",
    "Kappa",
    "LogRank",
    "Mean",
    "MedianSurvival",
    "Pooled",
    "PooledEffects",
    "PooledShare",
    "PredictiveValue",
    "PredictiveValues",
    "Proportion",
    "RandomIntercept",
    "RankSum",
    "RocAuc",
    "SignedRank",
    "StratifiedLogRank",
    "Turnbull",
    "adjusted_hazard_ratios",
    "cohen_kappa",
    "cumulative_incidence",
    "draw_chances",
    "draw_labels",
    "events_for_hazard_ratio",
    "hazard_ratio",
    "imputed_incidence_at",
    "incidence_at",
    "kaplan_meier",
    "last_follow_up",
    "log_rank",
    "mean_from_sums",
    "median_follow_up",
    "median_survival",
    "patients_for_share",
    "pool",
    "pooled_effects",
    "pooled_share",
    "predictive_values",
    "proportion",
    "random_intercept",
    "rank_sum",
    "roc_auc",
    "signed_rank",
    "smallest_detectable_hazard_ratio",
    "status_hazard_ratio",
    "stratified_log_rank",
    "turnbull",
]
