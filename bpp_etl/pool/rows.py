"""The metric tables of a pool: each row that a release of all patients has, with what can be told of it.

Not here: the statistics that sums give (`estimates.py`), and tables of a pool's own (`own_rows.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bpp_etl.disclosure.rounding import rounded
from bpp_etl.measure.rows import Row
from bpp_etl.measure.steps import Place
from bpp_etl.metrics import proportion
from bpp_etl.pool.estimates import curve_rows, estimated_rows
from bpp_etl.pool.together import Together, row_key
from schemas.metrics import METRICS
from schemas.metrics.not_pooled import NOT_POOLED
from schemas.pool import ADDED

SHARE_OF: Mapping[str, tuple[str, str]] = {
    "baseline": ("patients", "total"),
    "alp_grade": ("patients", "total"),
    "cadence": ("time_points", "total"),
}
"""Table -> its columns of which one over the other is the share of its row."""

NOT_HERE, HIDDEN = "not_pooled", "suppressed"
"""What a row without its statistics warns of: that sums do not give them, or that a site keeps its part."""


def pooled_rows(together: Together) -> list[Row]:
    """Build the rows of the tables that a pool has in common with a release, in the release's order."""
    made = {row_key(row): row for row in estimated_rows(together)}
    rows = [
        _counted(together, made.get(row_key(row)) or _blank(together, row))
        for row in together.rows
        if row.table in ADDED
    ]
    rows += curve_rows(together)
    return list(rounded(rows)) if together.threshold else rows


def _counted(together: Together, row: Row) -> Row:
    """Fill in the counts that every site tells, and say what is missing."""
    counts = {column: together.tally.counts.get(cell) for column, cell in row.counts.items()}
    share = _share(row, counts)
    values = {**row.values, **counts, **share}
    has_own = bool(row.statistics)
    is_kept = None in counts.values()
    number = values.get(row.statistics[0]) if has_own else None
    is_suppressed = HIDDEN in _warnings(values) or (is_kept and number is None)
    return replace(row, values={**values, "is_suppressed": is_suppressed})


def _warnings(values: Mapping[str, object]) -> list[str]:
    told = values.get("warnings")
    return list(told) if isinstance(told, list) else []


def _share(row: Row, counts: Mapping[str, int | None]) -> dict[str, float | None]:
    if row.table not in SHARE_OF or "share" not in row.statistics:
        return {}
    part, whole = (counts[name] for name in SHARE_OF[row.table])
    return {"share": None if part is None or whole is None else proportion(part, whole).estimate}


def _blank(together: Together, row: Row) -> Row:
    """Empty the statistics of a row that no estimator filled, and say why they are not there."""
    values = {**row.values, **dict.fromkeys(row.statistics)}
    if "warnings" in values:
        declared = METRICS[str(values["metric"])].warnings if "metric" in values else ()
        values["warnings"] = sorted({*declared, _why(together, row)})
    return replace(row, values=values)


def _why(together: Together, row: Row) -> str:
    metric, stratum = str(row.values.get("metric")), str(row.values["stratum"])
    if row.table == "alp_change" or metric in NOT_POOLED or not together.threshold:
        return NOT_HERE
    family = metric.removesuffix("_spss")
    place = Place("survival_curve", str(row.values["protocol"]), family, stratum)
    return NOT_HERE if METRICS[family].has_curve and not together.has_steps(place) else HIDDEN
