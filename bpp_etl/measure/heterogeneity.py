"""The share of pseudoprogressions in registries like these, and how far it differs between them.

Not here: the share of each registry (`shares.py`).
"""

from __future__ import annotations

from bpp_etl.measure.cohort import REGISTRY, Cohort
from bpp_etl.measure.comparisons import REGISTRY_STRATUM
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.metrics import pooled_share

RANDOM = "Random-effects model of log odds, Paule and Mandel's variance"


def heterogeneity_rows(cohort: Cohort) -> list[Row]:
    """Build the pooled share, its interval for another registry, Q and I squared; the shares are counted."""
    tally = cohort.tally
    decided = cohort.cells("decided", (REGISTRY,))[1:]
    pseudo = cohort.cells("pseudoprogression", (REGISTRY,))[1:]
    found = pooled_share([tally.counts[cell] for cell in pseudo], [tally.counts[cell] for cell in decided])
    warnings = {"groups_missing"} if found.registries < 2 else set()
    mean_of_three = found.estimate if found.registries > 2 else None
    rows = []
    for ending, interval, method in (
        ("pooled", Interval(found.estimate, found.low, found.high, "wald"), RANDOM),
        (
            "another_registry",
            Interval(mean_of_three, found.another_low, found.another_high, "prediction"),
            f"{RANDOM}; interval of another registry by Student's t",
        ),
        ("heterogeneity", Interval(found.q, p_value=found.p_value), "Cochran's Q"),
        ("i_squared", Interval(found.i_squared), "Higgins and Thompson"),
    ):
        row = estimate_row(
            tally,
            f"pseudoprogression_share_{ending}",
            cohort.cell("decided"),
            interval,
            method=method,
            stratum=REGISTRY_STRATUM,
            events=cohort.cell("pseudoprogression"),
            subjects=tuple(decided),
            warnings={"not_estimable"} if interval.estimate is None and not warnings else warnings,
        )
        # With all shares but one, any of these numbers gives the last one away.
        row.tells = (*decided, *pseudo)
        rows.append(row)
    return rows
