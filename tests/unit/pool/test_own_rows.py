"""The tables that a pool alone has, each number worked out once more by other means.

Not here: what a release has too (`test_exact.py`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.survfunc import survdiff

from bpp_etl.events import load_protocol
from bpp_etl.pool.own_rows import (
    between_sites_rows,
    comparisons,
    exact_share_rows,
    mean_change_rows,
    site_estimate_rows,
    stratified_test_rows,
)
from bpp_etl.pool.together import Together
from tests.unit.measure.patients import Candidate
from tests.unit.pool.held import drawn, together
from tests.unit.pool.sites import site_of
from tests.unit.share.houses import house

PROTOCOL = "xu2025"
SEEDS = (1, 2, 3)
NEAR = {"rel": 1e-9, "abs": 1e-12}
TEST, GROUPS = "pseudoprogression_to_progression_log_rank", "her2=positive/negative"


def three() -> Together:
    return together(len(SEEDS), 1)


def pseudo(seed: int) -> list[Candidate]:
    return [one for one in drawn(seed)[0] if one.state == "pseudoprogression"]


def row_of(rows: Any, **wanted: object) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def test_the_exact_interval_of_a_share_is_scipy_s_of_all_patients() -> None:
    found = row_of(exact_share_rows(three()), metric="pseudoprogression_share", stratum="all")
    decided = [one for seed in SEEDS for one in drawn(seed)[0] if one.state != "indeterminate"]
    k, n = sum(one.state == "pseudoprogression" for one in decided), len(decided)
    whole = stats.binomtest(k, n).proportion_ci(method="exact")
    assert (found["events"], found["patients"], found["share"]) == (k, n, k / n)
    assert found["ci_low"] == pytest.approx(whole.low, **NEAR)
    assert found["ci_high"] == pytest.approx(whole.high, **NEAR)


def test_the_stratified_test_is_that_of_statsmodels_with_the_sites_as_strata() -> None:
    found = row_of(stratified_test_rows(three()), metric=TEST, stratum=GROUPS)
    compared = [
        (one.progressed or one.followed, one.progressed is not None, one.her2 == "positive", seed)
        for seed in SEEDS
        for one in pseudo(seed)
        if one.her2 in ("positive", "negative")
    ]
    days, observed, is_positive, site = (np.array(column) for column in zip(*compared, strict=True))
    statistic, p_value = survdiff(days, observed.astype(int), is_positive.astype(int), strata=site)
    assert (found["sites"], found["sites_kept"]) == (3, 0)
    assert found["observed"] == (observed & is_positive).sum()
    assert found["statistic"] == pytest.approx(statistic, **NEAR)
    assert found["p_value"] == pytest.approx(p_value, **NEAR)
    log_ratio = (found["observed"] - found["expected"]) / found["variance"]
    reach = stats.norm.ppf(0.975) / math.sqrt(found["variance"])
    assert found["hazard_ratio"] == pytest.approx(math.exp(log_ratio), **NEAR)
    assert found["ci_low"] == pytest.approx(math.exp(log_ratio - reach), **NEAR)
    assert found["ci_high"] == pytest.approx(math.exp(log_ratio + reach), **NEAR)


def changes(seed: int) -> list[float]:
    return [
        one.alp[1] - one.alp[0] for one in pseudo(seed) if one.alp[0] is not None and one.alp[1] is not None
    ]


def test_mean_deviation_and_interval_are_those_of_all_changes() -> None:
    found = row_of(mean_change_rows(three()), comparison="event_minus_baseline", stratum="all")
    values = [value for seed in SEEDS for value in changes(seed)]
    interval = stats.ttest_1samp(values, 0.0).confidence_interval()
    assert (found["patients"], found["sites_kept"]) == (len(values), 0)
    assert found["mean"] == pytest.approx(np.mean(values), **NEAR)
    assert found["std_deviation"] == pytest.approx(np.std(values, ddof=1), **NEAR)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(tuple(interval), **NEAR)


def heterogeneity(effects: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Work out Cochran's Q, its p-value and I squared from effects and variances, as the textbook has them.

    Weights w = 1 / v; mean m = sum(w y) / sum(w); Q = sum(w (y - m)^2) = sum(w y^2) - sum(w y)^2 / sum(w).
    """
    w = [1 / variance for _, variance in effects]
    wy = sum(weight * effect for weight, (effect, _) in zip(w, effects, strict=True))
    wyy = sum(weight * effect**2 for weight, (effect, _) in zip(w, effects, strict=True))
    q, df = wyy - wy**2 / sum(w), len(effects) - 1
    return q, float(stats.chi2.sf(q, df)), max(0.0, 1 - df / q)


def ensure_heterogeneity(row: dict[str, Any], effects: list[tuple[float, float]]) -> None:
    q, p_value, i_squared = heterogeneity(effects)
    assert (row["sites"], row["sites_kept"], row["degrees_of_freedom"]) == (len(effects), 0, len(effects) - 1)
    assert row["q"] == pytest.approx(q, rel=1e-7, abs=1e-9)
    assert row["p_value"] == pytest.approx(p_value, rel=1e-7)
    assert row["i_squared"] == pytest.approx(i_squared, rel=1e-6, abs=1e-9)


def test_heterogeneity_of_shares_is_the_textbook_s_on_log_odds() -> None:
    compared = list(comparisons(three()))
    where = {"compared_on": "share", "metric": "pseudoprogression_share", "stratum": "all"}
    effects, shares = [], []
    for seed in SEEDS:
        decided = [one for one in drawn(seed)[0] if one.state != "indeterminate"]
        k, n = sum(one.state == "pseudoprogression" for one in decided), len(decided)
        effects.append((math.log(k / (n - k)), 1 / k + 1 / (n - k)))
        shares.append(k / n)
    ensure_heterogeneity(row_of(between_sites_rows(compared), **where), effects)
    rows = [row for row in site_estimate_rows(compared) if all(row[name] == v for name, v in where.items())]
    assert [row["estimate"] for row in rows] == shares
    assert [row["site"] for row in rows] == [1, 2, 3]


def test_heterogeneity_of_means_is_the_textbook_s() -> None:
    found = row_of(
        between_sites_rows(list(comparisons(three()))),
        compared_on="mean",
        metric="alp_change_at_event",
        stratum="all",
    )
    ensure_heterogeneity(
        found,
        [
            (float(np.mean(changes(seed))), float(np.var(changes(seed), ddof=1)) / len(changes(seed)))
            for seed in SEEDS
        ],
    )


def test_heterogeneity_of_hazard_ratios_is_the_textbook_s_of_each_site_s_own_test() -> None:
    found = row_of(
        between_sites_rows(list(comparisons(three()))),
        compared_on="hazard_ratio",
        metric=TEST,
        stratum=GROUPS,
    )
    effects = []
    for seed in SEEDS:
        compared = [one for one in pseudo(seed) if one.her2 in ("positive", "negative")]
        observed = expected = variance = 0.0
        for day in sorted({one.progressed for one in compared if one.progressed is not None}):
            risk = [one for one in compared if (one.progressed or one.followed) >= day]
            n, first = len(risk), sum(one.her2 == "positive" for one in risk)
            events = [one for one in risk if one.progressed == day]
            d = len(events)
            observed += sum(one.her2 == "positive" for one in events)
            expected += d * first / n
            variance += d * (n - d) / max(n - 1, 1) * first * (n - first) / n**2
        effects.append(((observed - expected) / variance, 1 / variance))
    ensure_heterogeneity(found, effects)


def test_a_site_with_one_group_alone_adds_nothing_to_a_test_and_is_not_compared() -> None:
    protocols = [load_protocol(PROTOCOL)]
    candidates, others = house(4)
    alone = [one for one in candidates if one.her2 != "negative"], others
    sites = [
        *three().sites,
        site_of(alone, protocols, name="s4"),
    ]
    four = Together.of(sites, protocols)
    mine, theirs = (row_of(stratified_test_rows(one), metric=TEST, stratum=GROUPS) for one in (four, three()))
    assert (mine["sites"], mine["sites_kept"]) == (3, 0)
    assert mine == theirs
    between = row_of(
        between_sites_rows(list(comparisons(four))), compared_on="hazard_ratio", metric=TEST, stratum=GROUPS
    )
    assert between["sites"] == 3
