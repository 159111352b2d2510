"""Shares of patients: pseudoprogressions among candidates, and the interval of every share.

Not here: shares of ALP categories, bones and CTs, which live with their subjects.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from bpp_etl.measure.cohort import COMMON, REGISTRY, Cohort
from bpp_etl.measure.flow import BY_ALL
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import proportion
from schemas.event import STATE
from schemas.metric_codes import ONSET_DAYS

WILSON = "Share of patients, Wilson interval"


def share_row(
    tally: Tally,
    metric: str,
    patients: Cell,
    events: Cell,
    *,
    of: Cell | None = None,
    protocol: str | None = None,
    stratum: str | None = None,
    method: str = WILSON,
    has_interval: bool = True,
) -> Row:
    """Build the row of a share: of `patients`, or of something else that they have."""
    found = proportion(tally.counts[events], tally.counts[of or patients])
    limits = (found.low, found.high) if has_interval else (None, None)
    return estimate_row(
        tally,
        metric,
        patients,
        Interval(found.estimate, *limits, "wilson"),
        method=method,
        protocol=protocol,
        stratum=stratum,
        events=events,
        tells_counts=True,
    )


def pseudoprogression_share_rows(cohort: Cohort) -> list[Row]:
    """Build the share of pseudoprogressions among decided candidates, and its bounds over all candidates."""
    rows = []
    for metric, group, events, by in (
        ("pseudoprogression_share", "decided", "pseudoprogression", BY_ALL),
        ("pseudoprogression_share_lowest", "candidate", "pseudoprogression", BY_ALL),
        ("pseudoprogression_share_highest", "candidate", "not_excluded", BY_ALL),
        ("pseudoprogression_share_unread_as_none", "decided_or_unread", "pseudoprogression", (REGISTRY,)),
        (
            "pseudoprogression_share_unread_as_one",
            "decided_or_unread",
            "pseudoprogression_or_unread",
            (REGISTRY,),
        ),
    ):
        for cell in cohort.cells(group, by):
            if cell.stratum != "evidence=refused":
                rows.append(share_row(cohort.tally, metric, cell, cell._replace(group=events)))
    return rows


def onset_share_rows(cohort: Cohort) -> list[Row]:
    """Build the shares of pseudoprogressions that had appeared within some days of the start of line 1."""
    is_pseudo, days = cohort["state"] == STATE.index("pseudoprogression"), cohort["days_to_event"]
    spans = pairwise((-np.inf, *ONSET_DAYS, np.inf))
    parts = {f"appeared_by_{end:g}": is_pseudo & (days > start) & (days <= end) for start, end in spans}
    cohort.split("pseudoprogression", parts)
    rows = []
    for place, until in enumerate(ONSET_DAYS, start=1):
        group = f"appeared_within_{until}"
        cohort.join(group, list(parts)[:place])
        metric = f"pseudoprogression_within_{until}_days_share"
        everyone = cohort.cell("pseudoprogression")
        rows.append(share_row(cohort.tally, metric, everyone, cohort.cell(group)))
    return rows


def refused_bound_rows(cohort: Cohort) -> list[Row]:
    """Build the bounds that also count, either way, whom the gate refused; the flow is counted already.

    They may all have had a candidate, and it may have been anything; so may a candidate of whom evidence was
    refused. Patients without a candidate whose evidence was refused are not among them.
    """
    tally = cohort.tally
    unknown = Cell(COMMON, "refused")
    everyone = tally.put_total(cohort.cell("candidate_or_refused"), [cohort.cell("candidate"), unknown])
    fewest = cohort.cell("pseudoprogression", "evidence=complete")
    most = tally.put_total(
        cohort.cell("not_excluded_or_refused"),
        [cohort.cell("not_excluded"), cohort.cell("true_progression", "evidence=refused"), unknown],
    )
    tally.handy |= {everyone, most}
    rows = []
    for metric, events in (("lowest", fewest), ("highest", most)):
        tally.put_rest(everyone, events)
        rows.append(share_row(tally, f"pseudoprogression_share_{metric}_with_refused", everyone, events))
    return rows
