"""The parts of a pool's report: sites, what they come to, how they differ, what they keep or cannot give.

Not here: forest plots (`forest.py`), what sites keep (`missing.py`), parts of a release's report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from bpp_etl.pool.forest import KEPT, UNITS, forests, site_name
from bpp_etl.pool.missing import bounds_of, counted, missing
from bpp_etl.report.figures import NOTHING, Code, Figure, Missing, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.numbers import day, fixed, p_value, with_unit
from bpp_etl.report.section import Plot
from bpp_etl.report.sections import first_line, times
from bpp_etl.report.tables import ReleaseTables, Row, Table
from bpp_etl.report.words import COMPARISONS, stratum_words
from schemas.metric_codes import ONSET_DAYS
from schemas.metrics import METRICS

HEADLINES = (
    "pseudoprogression_share",
    "pseudoprogression_share_lowest",
    "pseudoprogression_share_highest",
    *(f"pseudoprogression_within_{days}_days_share" for days in ONSET_DAYS),
    "alp_decreased_or_stable_share",
    "alp_fall_sensitivity",
    "alp_fall_specificity",
    "lesion_site_share_of_patients",
)
"""The shares that the report shows; the others are in `metric.exact_share`."""

LISTED = ("all", "her2=positive", "her2=negative", "fall=", "site=spine", "site=pelvis", "site=rib")
"""How the strata begin that it shows of them."""


@dataclass(frozen=True)
class Part:
    """One part of the page: where it begins, its title, how it is laid out, what it shows.

    The tables of one that `is_folded` show no more than their captions until they are opened.
    """

    anchor: str
    title: str
    template: str
    view: Any
    is_folded: bool


@dataclass(frozen=True)
class Together:
    """What the sites come to: shares, tests and means."""

    shares: Grid
    tests: Grid
    means: Grid


@dataclass(frozen=True)
class Between:
    """How far the sites differ: forest plots, and what they come to as studies."""

    plots: tuple[Plot, ...]
    compared: Grid


def sites(tables: ReleaseTables) -> Grid:
    """Lay out the sites."""
    found = tables["meta.site"]
    rows: list[tuple[Cell, ...]] = []
    for row in found.rows:
        registries = ", ".join(row["registries"])
        newest = day(row["newest_delivery"]) if row["newest_delivery"] else NOTHING
        rows.append(
            (site_name(row["site"]), registries, newest, Code(row["share_id"]), Code(row["digest"][:12]))
        )
    heads = ("Site", "Registries", "Newest delivery", "Share", "Digest of its share.json")
    return grid("sites-shares", "Shares that were pooled", heads, rows)


def flow(tables: ReleaseTables) -> Grid:
    """Lay out the flow of the patients of all sites."""
    table = tables["metric.flow"]
    rows = table.where(protocol=tables.protocol, stratum="all")
    in_order = sorted(rows, key=lambda row: int(row["position"]))
    return grid(
        "flow-steps",
        "Patients of all sites, and where they left the course",
        ("Step", "#Patients"),
        [(tables.steps[row["step"]], counted(tables, table, row, "flow", "patients")) for row in in_order],
    )


def together(tables: ReleaseTables) -> Together:
    """Gather shares with their exact intervals, stratified tests and mean changes."""
    return Together(_shares(tables), _tests(tables), _means(tables))


def between(tables: ReleaseTables) -> Between:
    """Gather the forest plots and the heterogeneity of what sites are compared by."""
    return Between(tuple(forests(tables)), _compared(tables))


def _shares(tables: ReleaseTables) -> Grid:
    table, estimates = tables["metric.exact_share"], tables["metric.estimate"]
    rows: list[tuple[Cell, ...]] = []
    for metric in HEADLINES:
        for own in estimates.where(protocol=tables.protocol, metric=metric):
            stratum = own["stratum"]
            if not stratum.startswith(LISTED):
                continue
            row = table.first(protocol=tables.protocol, metric=metric, stratum=stratum)
            head = _sentence(metric), stratum_words(stratum)
            if row is None:
                numbers = (
                    counted(tables, estimates, own, "estimate", name) for name in ("patients", "events")
                )
                rows.append((*head, _between(tables, own), NOTHING, *numbers))
            else:
                limits = _limits(table, row, "share")
                numbers = (table.count(row, name) for name in ("patients", "events"))
                shown = table.figure(row, "share", lambda value: with_unit(value, "share"), "nobody")
                rows.append((*head, shown, limits, *numbers))
    heads = ("Share", "Of", "#All sites", "#95\u202f% interval", "#Patients", "#With it")
    caption = "Shares, with Clopper and Pearson's exact interval; of what a site keeps, the bounds"
    return grid("together-shares", caption, heads, grouped(rows))


def _between(tables: ReleaseTables, row: Row) -> Piece:
    """Show between what a share lies of which a site keeps a count; a word where nothing bounds it."""
    (least, most), (fewest, all_of) = (
        bounds_of(tables, "estimate", row, name) for name in ("events", "patients")
    )
    if least is None or not all_of:
        return Missing(KEPT)
    high = 1.0 if most is None or not fewest else min(1.0, most / max(fewest, least))
    return text(with_unit(least / all_of, "share"), " to ", with_unit(high, "share"))


def _tests(tables: ReleaseTables) -> Grid:
    table = tables["metric.stratified_test"]
    rows: list[tuple[Cell, ...]] = [
        (
            _sentence(row["metric"].removesuffix("_log_rank")),
            stratum_words(row["stratum"]),
            table.figure(row, "hazard_ratio", lambda value: fixed(value, 2), _none(row)),
            _limits(table, row, "ratio"),
            table.figure(row, "statistic", lambda value: fixed(value, 2), _none(row)),
            table.figure(row, "p_value", p_value, _none(row)),
            table.count(row, "sites"),
            table.count(row, "sites_kept"),
        )
        for row in table.where(protocol=tables.protocol)
    ]
    heads = (
        *("Time", "Groups", "#Hazard ratio", "#95\u202f% interval", "#Statistic", "#p"),
        *("#Sites with both", "#Sites that keep theirs"),
    )
    return grid("together-tests", "Log-rank tests, the sites being strata", heads, rows)


def _means(tables: ReleaseTables) -> Grid:
    table = tables["metric.mean_change"]
    rows: list[tuple[Cell, ...]] = [
        (
            COMPARISONS[row["comparison"]],
            "Pseudoprogressions" if row["stratum"] == "all" else stratum_words(row["stratum"]),
            table.figure(row, "mean", lambda value: with_unit(value, "U/L"), _none(row)),
            _limits(table, row, "U/L"),
            table.figure(row, "std_deviation", lambda value: with_unit(value, "U/L"), _none(row)),
            counted(tables, table, row, "alp_change", "patients"),
            table.count(row, "sites_kept"),
        )
        for row in table.where(protocol=tables.protocol)
    ]
    heads = (
        *("Change of ALP", "Of", "#Mean", "#95\u202f% interval", "#Standard deviation", "#Patients"),
        "#Sites that keep theirs",
    )
    return grid("together-means", "Mean changes of ALP within patients", heads, rows)


def _compared(tables: ReleaseTables) -> Grid:
    table = tables["metric.between_sites"]
    rows: list[tuple[Cell, ...]] = []
    for row in table.where(protocol=tables.protocol):
        is_listed = row["metric"] in HEADLINES and row["stratum"].startswith(LISTED)
        if row["compared_on"] == "share" and not is_listed:
            continue
        unit = UNITS[row["compared_on"]]
        rows.append(
            (
                _sentence(row["metric"]),
                stratum_words(row["stratum"]),
                table.figure(row, "estimate", partial(with_unit, unit=unit), "too few sites"),
                _limits(table, row, unit),
                table.figure(row, "q", lambda value: fixed(value, 2), "–"),
                table.figure(row, "p_value", p_value, "–"),
                table.figure(row, "i_squared", lambda value: with_unit(value, "share"), "–"),
                table.count(row, "sites"),
                table.count(row, "sites_kept"),
            )
        )
    heads = (
        *("What is compared", "Of", "#Mean of sites like these", "#95\u202f% interval", "#Q", "#p"),
        *("#I squared", "#Sites", "#Sites that keep theirs"),
    )
    return grid("between-compared", "How far sites differ more than by chance", heads, grouped(rows))


def grouped(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Let the first cell of rows that begin alike stand for all of them."""
    return [one for _, group in groupby(rows, key=itemgetter(0)) for one in spread(group, 0)]


def _sentence(metric: str) -> str:
    """Say what a metric is, without the marks of code and the full stop."""
    return METRICS[metric].sentence.replace("`", "").rstrip(".")


def _none(row: Row) -> str:
    return KEPT if row["sites_kept"] else "nothing to compare"


def _limits(table: Table, row: Row, unit: str) -> Piece:
    if row["ci_low"] is None or row["ci_high"] is None:
        return NOTHING
    low, high = (_written(table, row, name, unit) for name in ("ci_low", "ci_high"))
    return text(low, " to ", high)


def _written(table: Table, row: Row, field: str, unit: str) -> Figure:
    return table.figure(row, field, partial(with_unit, unit=unit))


Gather = Callable[[ReleaseTables], Any]
PARTS: tuple[tuple[str, str, str, Gather], ...] = (
    ("sites", "The sites", "pool_sites.html.j2", sites),
    ("between", "Between the sites", "pool_between.html.j2", between),
    ("together", "What they come to", "pool_together.html.j2", together),
    ("flow", "Course of the patients", "pool_flow.html.j2", flow),
    ("times", "Times", times.SECTION.template, times.times),
    ("first_line", "Survival of the first line", first_line.SECTION.template, first_line.first_line),
    ("missing", "What is missing", "pool_missing.html.j2", missing),
)
"""Anchor, title, template and what is gathered of each part, in the order in which they are read."""

UNFOLDED = ("sites", "together", "flow")
"""The parts whose tables are open from the start."""


def page_parts(tables: ReleaseTables) -> list[Part]:
    """Gather every part of the page."""
    return [
        Part(anchor, title, template, gather(tables), anchor not in UNFOLDED)
        for anchor, title, template, gather in PARTS
    ]
