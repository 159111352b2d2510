"""The tables that a pool alone has: exact shares, stratified tests, mean changes, and how far sites differ.

Not here: what a release of all patients would have (`rows.py`), and what sites keep (`kept.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bpp_etl.disclosure.publish import WITHOUT_ONE_FLAG
from bpp_etl.measure.alp import METRIC_OF
from bpp_etl.metrics import (
    PooledEffects,
    mean_from_sums,
    pooled_effects,
    proportion,
    stratified_log_rank,
)
from bpp_etl.metrics.heterogeneity import log_odds, share_of_log_odds
from bpp_etl.pool.estimates import share_rows_of
from bpp_etl.pool.site import Site
from bpp_etl.pool.together import Together, row_key
from bpp_etl.share.pooling import is_of_one_registry
from schemas.sums import MOMENTS, PARTS

Values = dict[str, Any]
EXACT: Final = "clopper-pearson"


@dataclass(frozen=True)
class Found:
    """What one site finds: an estimate with its limits, and the effect on its own scale with its variance."""

    patients: int | None = None
    events: int | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    effect: tuple[float, float] | None = None
    is_kept: bool = False


KEPT = Found(is_kept=True)


@dataclass(frozen=True)
class Comparison:
    """Something that sites are compared by, what each finds, and how its scale is read back."""

    protocol: str
    compared_on: str
    metric: str
    stratum: str
    found: tuple[Found, ...]
    read_back: Callable[[float], float]


def exact_share_rows(together: Together) -> Iterator[Values]:
    """Yield the shares of patients that every site tells, with Clopper and Pearson's interval."""
    for row in share_rows_of(together):
        patients, events = (together.tally.counts.get(row.counts[name]) for name in ("patients", "events"))
        if patients is None or events is None:
            continue
        share = proportion(events, patients, EXACT)
        yield {
            **_named(row.values, "protocol", "metric", "stratum"),
            "patients": patients,
            "events": events,
            "share": share.estimate,
            "ci_low": share.low,
            "ci_high": share.high,
        }


def stratified_test_rows(together: Together) -> Iterator[Values]:
    """Yield the log-rank test stratified by site of every time that is compared between two groups."""
    for protocol, metric, stratum in _tests(together):
        parts = [_parts(site, protocol, metric, stratum) for site in together.sites]
        kept = sum(part is None for part in parts)
        told = [part for part in parts if part]
        values: Values = {
            "protocol": protocol,
            "metric": metric,
            "stratum": stratum,
            "sites": len(told),
            "sites_kept": kept,
            **dict.fromkeys((*PARTS, "statistic", "p_value", "hazard_ratio", "ci_low", "ci_high")),
        }
        if told and not kept:
            test = stratified_log_rank(told)
            values |= _named(vars(test), *PARTS, "statistic", "p_value")
            values |= {"hazard_ratio": test.ratio, "ci_low": test.low, "ci_high": test.high}
        yield values


def mean_change_rows(together: Together) -> Iterator[Values]:
    """Yield mean and deviation of the changes of ALP over all sites."""
    for protocol, comparison, stratum in _changes(together):
        sums = [_moments(site, protocol, comparison, stratum) for site in together.sites]
        told = [one for one in sums if one is not None]
        kept = len(sums) - len(told)
        patients = together.sums.count(protocol, "alp_change", (comparison, stratum))
        values: Values = {
            "protocol": protocol,
            "comparison": comparison,
            "stratum": stratum,
            "patients": patients,
            "sites_kept": kept,
            **dict.fromkeys(("mean", "std_deviation", "ci_low", "ci_high")),
        }
        if not kept:
            n, total, squares = (sum(column) for column in zip(*told, strict=True))
            mean = mean_from_sums(round(n), total, squares)
            values |= {
                "mean": mean.estimate,
                "std_deviation": mean.std_deviation,
                "ci_low": mean.low,
                "ci_high": mean.high,
            }
        yield values


def comparisons(together: Together) -> Iterator[Comparison]:
    """Yield everything that sites are compared by, with what each of them finds."""
    for row in share_rows_of(together):
        protocol, _, named = row_key(row)
        metric, stratum = named
        if not is_of_one_registry(named) and not stratum.startswith(WITHOUT_ONE_FLAG):
            found = tuple(_share_of(site, protocol, named) for site in together.sites)
            yield Comparison(protocol, "share", metric, stratum, found, share_of_log_odds)
    for protocol, metric, stratum in _tests(together):
        found = tuple(_ratio_of(site, protocol, metric, stratum) for site in together.sites)
        yield Comparison(protocol, "hazard_ratio", metric, stratum, found, math.exp)
    for protocol, comparison, stratum in _changes(together):
        found = tuple(_mean_of(site, protocol, comparison, stratum) for site in together.sites)
        yield Comparison(protocol, "mean", METRIC_OF[comparison], stratum, found, float)


def site_estimate_rows(compared: Sequence[Comparison]) -> Iterator[Values]:
    """Yield a row for each site and comparison."""
    for one in compared:
        for site, found in enumerate(one.found, start=1):
            yield {
                **_place(one),
                "site": site,
                "patients": found.patients,
                "events": found.events,
                "estimate": found.estimate,
                "ci_low": found.low,
                "ci_high": found.high,
                "is_kept": found.is_kept,
            }


def between_sites_rows(compared: Sequence[Comparison]) -> Iterator[Values]:
    """Yield what the sites that tell come to together, and how far they differ, for each comparison."""
    for one in compared:
        told = [found.effect for found in one.found if found.effect is not None]
        together = pooled_effects([effect for effect, _ in told], [variance for _, variance in told])
        yield {
            **_place(one),
            "sites": len(told),
            "sites_kept": sum(found.is_kept for found in one.found),
            **_read_back(one, together),
            "q": together.q,
            "degrees_of_freedom": together.degrees_of_freedom if len(told) > 1 else None,
            "p_value": together.p_value,
            "i_squared": together.i_squared,
            "tau": together.tau,
        }


def _read_back(one: Comparison, together: PooledEffects) -> Values:
    numbers = {
        "estimate": together.estimate,
        "ci_low": together.low,
        "ci_high": together.high,
        "another_low": together.another_low,
        "another_high": together.another_high,
    }
    return {name: None if value is None else one.read_back(value) for name, value in numbers.items()}


def _place(one: Comparison) -> Values:
    return _named(vars(one), "protocol", "compared_on", "metric", "stratum")


def _named(values: Any, *names: str) -> Values:
    return {name: values[name] for name in names}


def _tests(together: Together) -> Iterator[tuple[str, str, str]]:
    """List the log-rank tests of two groups: whose parts some share has, or would have if it had both."""
    for row in together.rows:
        protocol, table, named = row_key(row)
        if table == "estimate" and named[0].endswith("_log_rank") and "/" in named[1]:
            yield protocol, named[0], named[1]


def _changes(together: Together) -> Iterator[tuple[str, str, str]]:
    """List the changes of ALP of which shares have sums."""
    for row in together.rows:
        protocol, table, named = row_key(row)
        if table == "alp_change" and row.sums:
            yield protocol, named[0], named[1]


def _share_of(site: Site, protocol: str, row: tuple[str, ...]) -> Found:
    patients, events = (
        site.sums.count(protocol, "estimate", row, quantity) for quantity in ("patients", "events")
    )
    if patients is None or events is None:
        return Found(patients, events, is_kept=True)
    share = proportion(events, patients, EXACT)
    effect = log_odds(events, patients) if patients else None
    return Found(patients, events, share.estimate, share.low, share.high, effect)


def _parts(
    site: Site, protocol: str, metric: str, stratum: str
) -> tuple[float, float, float] | tuple[()] | None:
    """Return what a site adds to a test: nothing where it has not both groups; None where it keeps it."""
    if site.sums.keeps_log_rank(protocol, metric, stratum):
        return None
    return site.sums.log_rank_parts(protocol, metric, stratum) or ()


def _ratio_of(site: Site, protocol: str, metric: str, stratum: str) -> Found:
    parts = _parts(site, protocol, metric, stratum)
    if parts is None:
        return KEPT
    patients, events = (
        site.sums.count(protocol, "estimate", (metric, stratum), quantity)
        for quantity in ("patients", "events")
    )
    if not parts:
        return Found(patients, events)
    test = stratified_log_rank([parts])
    return Found(patients, events, test.ratio, test.low, test.high, test.log_ratio)


def _moments(site: Site, protocol: str, comparison: str, stratum: str) -> tuple[float, float, float] | None:
    """Return number, sum and sum of squares; None where the site keeps one of them."""
    row = (comparison, stratum)
    patients = site.sums.count(protocol, "alp_change", row)
    if patients == 0:
        return 0.0, 0.0, 0.0
    total, squares = (site.sums.value(protocol, "alp_change", row, name) for name in MOMENTS)
    if patients is None or total is None or squares is None:
        return None
    return float(patients), total, squares


def _mean_of(site: Site, protocol: str, comparison: str, stratum: str) -> Found:
    sums = _moments(site, protocol, comparison, stratum)
    patients = site.sums.count(protocol, "alp_change", (comparison, stratum))
    if sums is None:
        return Found(patients, is_kept=True)
    mean = mean_from_sums(round(sums[0]), *sums[1:])
    effect = None
    if mean.estimate is not None and mean.variance:
        effect = mean.estimate, mean.variance / mean.n
    return Found(patients, None, mean.estimate, mean.low, mean.high, effect)
