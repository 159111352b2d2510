"""How large a further study must be: for a hazard ratio by HER2, and for the share of pseudoprogressions.

Not here: the smallest ratio that the patients of this release can show (`comparisons.py`).
"""

from __future__ import annotations

import math

from bpp_etl.measure.cohort import HER2, Cohort
from bpp_etl.measure.comparisons import HER2_STRATUM
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import events_for_hazard_ratio, patients_for_share
from schemas.metrics.planning import HALF_WIDTHS, POWERS, RATIOS

SCHOENFELD = "Schoenfeld: two-sided 5 % log-rank test"
FOLLOWED = f"{SCHOENFELD}; events over the part that progressed here"
COCHRAN = "z^2 p (1 - p) / w^2"
FOUND = f"{COCHRAN}; over decided candidates for each first line here"


def planning_rows(cohort: Cohort) -> list[Row]:
    """Build the rows of every plan; the groups by HER2 are compared, so counted, already."""
    return [*_events(cohort), *_patients(cohort)]


def _events(cohort: Cohort) -> list[Row]:
    counts = cohort.tally.counts
    both = cohort.cell("pseudoprogression", HER2_STRATUM)
    progressed = cohort.cell("progressed", HER2_STRATUM)
    groups = tuple(cohort.cell("pseudoprogression", f"{HER2}={label}") for label in ("positive", "negative"))
    positive = counts[groups[0]]
    share = positive / counts[both] if counts[both] else 0.0
    part = counts[progressed] / counts[both] if counts[both] else 0.0
    rows = []
    for power in POWERS:
        for ratio in RATIOS:
            needed = events_for_hazard_ratio(ratio, share, power / 100)
            followed = None if needed is None or part == 0 else math.ceil(needed / part)
            for metric, value, method in (
                (f"events_needed_for_{power}_percent_power", needed, SCHOENFELD),
                (f"pseudoprogressions_needed_for_{power}_percent_power", followed, FOLLOWED),
            ):
                rows.append(_row(cohort, metric, both, progressed, value, method, f"ratio={ratio:g}", groups))
    return rows


def _patients(cohort: Cohort) -> list[Row]:
    counts = cohort.tally.counts
    decided, pseudo = cohort.cell("decided"), cohort.cell("pseudoprogression")
    first_line = cohort.first_line()
    rows = []
    for width in HALF_WIDTHS:
        needed = (
            patients_for_share(counts[pseudo] / counts[decided], width / 100)
            if 0 < counts[pseudo] < counts[decided]
            else None
        )
        lines = None if needed is None else math.ceil(needed * counts[first_line] / counts[decided])
        stratum = f"half_width={width}"
        used = (decided, pseudo, first_line)
        for metric, whole, events, value, method in (
            ("candidates_needed_for_share", decided, pseudo, needed, COCHRAN),
            ("first_lines_needed_for_share", first_line, decided, lines, FOUND),
        ):
            rows.append(_row(cohort, metric, whole, events, value, method, stratum, used))
    return rows


def _row(
    cohort: Cohort,
    metric: str,
    patients: Cell,
    events: Cell,
    value: int | None,
    method: str,
    stratum: str,
    used: tuple[Cell, ...],
) -> Row:
    is_missing = value is None and cohort.tally.counts[patients] > 0
    row = estimate_row(
        cohort.tally,
        metric,
        patients,
        Interval(None if value is None else float(value)),
        protocol=cohort.protocol,
        method=method,
        stratum=stratum,
        events=events,
        warnings=("not_estimable",) if is_missing else (),
        tells_counts=True,
    )
    # The number is worked out of all of these, and back to each.
    row.tells = used
    return row
