"""The forest plots of a pool: a row for each site, and the diamond of the sites as studies.

Not here: drawing (`bpp_etl/report/plots`), and the numbers (`own_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bpp_etl.report.numbers import with_unit
from bpp_etl.report.plots.forest import Axis, forest_plot, ratio_axis, share_axis
from bpp_etl.report.plots.intervals import Dot
from bpp_etl.report.plots.svg import Picture
from bpp_etl.report.section import Plot
from bpp_etl.report.tables import ReleaseTables, Row, Table

HER2_TEST = "pseudoprogression_to_progression_log_rank"
KEPT = "kept"
"""The word for a number that a site keeps."""
UNITS = {"share": "share", "hazard_ratio": "ratio", "mean": "U/L"}
"""What sites are compared by -> the unit of its numbers."""


def site_name(number: int) -> str:
    """Name a site by its number."""
    return f"Site {number}"


def forests(tables: ReleaseTables) -> Iterator[Plot]:
    """Yield the forest of the share of pseudoprogressions, and of the hazard ratio by HER2."""
    share = "pseudoprogression_share", "all"
    dots, pooled = _dots(tables, "share", *share)
    if dots:
        axis = share_axis("Pseudoprogressions of decided, %", pooled[0].value if pooled else None)
        yield _forest("Pseudoprogressions among decided candidates, by site", "share", dots, pooled, axis)
    test = HER2_TEST, "her2=positive/negative"
    dots, pooled = _dots(tables, "hazard_ratio", *test)
    if dots:
        axis = ratio_axis("Hazard of progression, HER2 positive over negative", [*dots, *pooled])
        title = "Hazard ratio from the pseudoprogression to progression, by site"
        yield _forest(title, "ratio", dots, pooled, axis)


def _forest(title: str, name: str, dots: list[Dot], pooled: list[Dot], axis: Axis) -> Plot:
    longest = max(len(one.name) for one in [*dots, *pooled])
    width = min(220, max(90, 24 + int(6.3 * longest)))
    picture: Picture = forest_plot(f"plot-{name}", title, dots, axis, name_width=width, pooled=pooled)
    return Plot("site_estimate", title, picture)


def _dots(tables: ReleaseTables, compared_on: str, metric: str, stratum: str) -> tuple[list[Dot], list[Dot]]:
    where = {
        "protocol": tables.protocol,
        "compared_on": compared_on,
        "metric": metric,
        "stratum": stratum,
    }
    table, together = tables["metric.site_estimate"], tables["metric.between_sites"]
    unit = UNITS[compared_on]
    dots = [_dot(table, row, site_name(row["site"]), unit) for row in table.where(**where)]
    return dots, [
        _dot(together, row, "Together", unit)
        for row in together.where(**where)
        if row["estimate"] is not None
    ]


def _dot(table: Table, row: Row, name: str, unit: str) -> Dot:
    words = KEPT if row.get("is_kept") else "nobody"
    shown = table.figure(row, "estimate", partial(with_unit, unit=unit), words)
    return Dot(name, row["estimate"], row["ci_low"], row["ci_high"], shown)
