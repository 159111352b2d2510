"""ALP by HER2 status: the change within each group of pseudoprogressions, and how much the groups differ.

Not here: the change in everyone (`alp.py`), which counts whom there is.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.measure.alp import signed_rank_row
from bpp_etl.measure.cohort import HER2, HER2_LABELS, Cohort
from bpp_etl.measure.comparisons import HER2_STRATUM, comparison_warnings
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.metrics import rank_sum
from bpp_etl.metrics.unpaired import EXACT_LIMIT
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.metrics.alp_by_her2 import CHANGES

COMPARED = ("positive", "negative")
COLUMN = {
    "alp_change_at_event": "alp_event_minus_baseline",
    "alp_change_at_progression": "alp_progression_minus_baseline",
}
RANK_SUM = (
    f"Wilcoxon rank-sum test, exact null up to {EXACT_LIMIT} patients, else its normal approximation;"
    " Hodges-Lehmann difference of positive less negative"
)


def alp_by_her2_rows(cohort: Cohort) -> list[Row]:
    """Build the changes of ALP in both groups, paired within patients, and their difference, unpaired."""
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    codes = cohort.partitions[HER2].codes
    rows = []
    for metric, (group, _) in CHANGES.items():
        changes = cohort[COLUMN[metric]]
        known = is_pseudo & ~np.isnan(changes)
        values = [changes[known & (codes == HER2_LABELS.index(label))] for label in COMPARED]
        for label, own in zip(COMPARED, values, strict=True):
            stratum = f"{HER2}={label}"
            cell = cohort.cell(group, stratum)
            rows.append(signed_rank_row(cohort.tally, metric, cell, own, stratum=stratum))
        rows.append(_difference(cohort, metric, group, values))
    return rows


def _difference(cohort: Cohort, metric: str, group: str, values: list[Column]) -> Row:
    tally = cohort.tally
    groups = [cohort.cell(group, f"{HER2}={label}") for label in COMPARED]
    both = tally.put_total(cohort.cell(group, HER2_STRATUM), groups)
    tally.handy.add(both)
    found = rank_sum(values[0], values[1])
    warnings = comparison_warnings(cohort.tally, groups, groups)
    if found.method == "normal approximation":
        warnings.add("approximate_p_value")
    row = estimate_row(
        tally,
        f"{metric}_difference",
        both,
        Interval(found.estimate, found.low, found.high, "rank-sum", found.p_value),
        method=RANK_SUM,
        subjects=tuple(groups),
        warnings=warnings,
    )
    # How wide the limits are depends on the size of each group.
    row.tells = tuple(groups)
    return row
