"""Three houses' sums, added, against one release of all of their patients: what is poolable is exact.

Not here: files of a share (`tests/graph/test_share.py`), and what control hides (`test_sums.py`).
"""

from __future__ import annotations

import numpy as np
import pytest

from bpp_etl.disclosure.publish import Told, told_of
from bpp_etl.measure.run import Measured, measure
from bpp_etl.measure.steps import Place
from bpp_etl.metrics import (
    cohen_kappa,
    hazard_ratio,
    incidence_at,
    kaplan_meier,
    log_rank,
    median_follow_up,
    median_survival,
    proportion,
    stratified_log_rank,
)
from bpp_etl.share.pooling import Pool, pooled
from bpp_etl.share.sums import sum_lines
from schemas.metric_codes import HORIZON_DAYS
from schemas.metrics import METRICS
from schemas.sums import INCIDENCE
from tests.unit.measure.patients import PROTOCOL
from tests.unit.measure.world import named, release
from tests.unit.share.houses import house

NEAR = {"rel": 1e-9, "abs": 1e-9}
Numbers = dict[str, dict[str, object]]


def measured(*seeds: int) -> Measured:
    """Measure the patients of some houses as one release; each has registries of its own."""
    houses = [house(seed) for seed in seeds]
    candidates = [patient for candidates, _ in houses for patient in candidates]
    others = [patient for _, others in houses for patient in others]
    with release(candidates, others) as con:
        return measure(con, [named(PROTOCOL)])


def told(*seeds: int) -> Told:
    return told_of(measured(*seeds), threshold=0)


@pytest.fixture(scope="module")
def union() -> Told:
    return told(1, 2, 3)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return pooled([Pool.of(sum_lines(told(seed))) for seed in (1, 2, 3)])


def rows(union: Told, table: str) -> list[dict[str, object]]:
    return [row.values for row in union.rows if row.table == table]


def same(found: float | None, row: dict[str, object], column: str) -> None:
    value = row[column]
    where = row.get("metric"), row.get("stratum"), column
    assert (found is None) == (value is None), where
    if value is not None:
        assert found == pytest.approx(value, **NEAR), where


def test_every_count_of_the_union_is_the_sum_of_the_houses(union: Told, pool: Pool) -> None:
    of_union = Pool.of(sum_lines(union))
    judged = 0
    for row, sums in of_union.rows.items():
        for (quantity, day), value in sums.items():
            if quantity in ("expected", "variance"):
                continue  # the sum of the houses is the stratified test
            found = pool.rows[row].get((quantity, day))
            assert found == pytest.approx(value, **NEAR), (row, quantity, day)
            judged += 1
    assert judged > 3000


def test_every_curve_median_and_follow_up_of_the_union_comes_back(union: Told, pool: Pool) -> None:
    judged = 0
    for row in rows(union, "estimate"):
        metric, stratum = str(row["metric"]), str(row["stratum"])
        family = metric.removesuffix("_spss")
        if not METRICS[family].has_curve or (row["estimate"] is None and row["patients"] == 0):
            continue
        days = pool.times(Place("survival_curve", PROTOCOL, family, stratum))
        if days is None:
            assert stratum.startswith(("definition=", "flag", "evidence=")), (metric, stratum)
            continue
        found = median_survival(*days, interval="spss" if metric.endswith("_spss") else "log-log")
        assert (found.patients, found.events) == (row["patients"], row["events"])
        same(found.estimate, row, "estimate")
        if int(str(row["events"])) >= 5:
            same(found.low, row, "ci_low")
            same(found.high, row, "ci_high")
        same(median_follow_up(*days), row, "median_follow_up_days")
        judged += 1
    assert judged > 60
    steps = rows(union, "survival_curve")
    for metric in (metric.id for metric in METRICS.values() if metric.has_curve):
        days = pool.times(Place("survival_curve", PROTOCOL, metric, "all"))
        assert days is not None
        curve = kaplan_meier(*days)
        whole = [step for step in steps if (step["metric"], step["stratum"]) == (metric, "all")]
        assert curve.at_risk.tolist() == [step["at_risk"] for step in whole]
        assert curve.survival.tolist() == pytest.approx([step["survival"] for step in whole], **NEAR)


def test_every_incidence_of_the_union_comes_back_but_the_imputed(union: Told, pool: Pool) -> None:
    judged = 0
    families = {row[2][0] for row in pool.rows if row[1] == INCIDENCE}
    assert len(families) == 5
    for row in rows(union, "estimate"):
        metric, stratum = str(row["metric"]), str(row["stratum"])
        for place, day in enumerate(HORIZON_DAYS):
            family = metric.removesuffix(f"_{day}_days")
            if family not in families or family == metric or row["estimate"] is None:
                continue
            outcomes = pool.outcomes(family, PROTOCOL, stratum)
            assert outcomes is not None
            found = incidence_at(*outcomes, 1, HORIZON_DAYS)
            same(float(found.estimate[place]), row, "estimate")
            if row["ci_low"] is not None:
                same(float(found.low[place]), row, "ci_low")
                same(float(found.high[place]), row, "ci_high")
            judged += 1
    assert judged > 50


SHARES_OF_PATIENTS = [
    metric.id
    for metric in METRICS.values()
    if metric.unit == "share"
    and metric.id.endswith("_share")
    and not metric.id.startswith(("cadence", "pseudoprogression_cadence"))
] + ["alp_fall_sensitivity", "alp_fall_specificity"]


def test_every_share_of_the_union_comes_back_with_its_interval(union: Told, pool: Pool) -> None:
    judged = 0
    for row in rows(union, "estimate"):
        metric, stratum = str(row["metric"]), str(row["stratum"])
        at = (metric, stratum)
        if metric not in SHARES_OF_PATIENTS or pool.count(PROTOCOL, "estimate", at) is None:
            continue
        counts = [pool.count(PROTOCOL, "estimate", at, name) for name in ("events", "patients")]
        found = proportion(*counts)
        same(found.estimate, row, "estimate")
        if row["ci_low"] is not None:
            same(found.low, row, "ci_low")
            same(found.high, row, "ci_high")
        judged += 1
    assert judged > 30


def test_every_kappa_of_the_union_comes_from_the_added_table(union: Told, pool: Pool) -> None:
    for row in rows(union, "estimate"):
        if row["metric"] != "agreement_recist11":
            continue
        calls = [
            [
                sum(
                    pool.count(PROTOCOL, "concordance", (PROTOCOL, state, "recist11", verdict)) or 0
                    for verdict in verdicts
                )
                for verdicts in (("NON_PD",), ("PD",))
            ]
            for state in ("pseudoprogression", "true_progression")
        ]
        same(cohen_kappa(calls).estimate, row, "estimate")
        return
    raise AssertionError("no kappa")


def test_a_comparison_of_groups_comes_back_from_the_days_of_both(union: Told, pool: Pool) -> None:
    metric = "pseudoprogression_to_progression"
    negative, positive = (
        pool.times(Place("survival_curve", PROTOCOL, metric, f"her2={label}"))
        for label in ("negative", "positive")
    )
    assert negative is not None
    assert positive is not None
    measured = (
        np.concatenate([negative[0], positive[0]]),
        np.concatenate([negative[1], positive[1]]),
        np.repeat([0, 1], [negative[0].size, positive[0].size]),
    )
    ratio = hazard_ratio(*measured)
    for row in rows(union, "estimate"):
        if row["metric"] == f"{metric}_log_rank" and row["stratum"] == "her2=positive/negative":
            same(log_rank(*measured).statistic, row, "estimate")
        if row["metric"] == f"{metric}_hazard_ratio":
            for column, found in (
                ("estimate", ratio.estimate),
                ("ci_low", ratio.low),
                ("p_value", ratio.p_value),
            ):
                same(found, row, column)


def test_of_one_house_its_parts_are_its_own_test() -> None:
    metric, stratum = "pseudoprogression_to_progression_log_rank", "her2=positive/negative"
    for seed in (1, 2, 3):
        house_told = told(seed)
        (row,) = [
            row
            for row in house_told.rows
            if row.table == "estimate" and (row.values["metric"], row.values["stratum"]) == (metric, stratum)
        ]
        parts = Pool.of(sum_lines(house_told)).log_rank_parts(PROTOCOL, metric, stratum)
        assert parts is not None
        found = stratified_log_rank([parts])
        assert found.statistic == pytest.approx(row.values["estimate"], **NEAR)
        assert found.p_value == pytest.approx(row.values["p_value"], **NEAR)


def test_mean_and_variance_of_the_union_s_changes_come_back(pool: Pool) -> None:
    changes = [
        patient.alp[1] - patient.alp[0]
        for seed in (1, 2, 3)
        for patient in house(seed)[0]
        if patient.state == "pseudoprogression" and None not in patient.alp[:2]
    ]
    found = pool.mean(PROTOCOL, "event_minus_baseline")
    assert found is not None
    assert (found.n, found.estimate) == (len(changes), pytest.approx(np.mean(changes), **NEAR))
    assert found.variance == pytest.approx(np.var(changes, ddof=1), **NEAR)


def share_of(*counts: tuple[str, tuple[str, ...], float | None]) -> Pool:
    return Pool.of((PROTOCOL, table, row, "patients", 0, value) for table, row, value in counts)


def test_what_one_share_keeps_is_known_of_none_together() -> None:
    candidates, admitted = ("all", "candidate"), ("all", "admitted")
    both = pooled(
        [
            share_of(("flow", candidates, 9.0), ("flow", admitted, 90.0)),
            share_of(("flow", candidates, None), ("flow", admitted, 50.0)),
        ]
    )
    assert both.count(PROTOCOL, "flow", candidates) is None
    assert both.count(PROTOCOL, "flow", admitted) == 140


def test_a_registry_is_of_its_own_share_and_a_stratum_that_one_lacks_is_of_none() -> None:
    own, lacking = ("registry=a", "candidate"), ("x", "flags=none")
    both = pooled(
        [
            share_of(("flow", own, 9.0), ("estimate", lacking, 9.0)),
            share_of(("flow", ("registry=b", "candidate"), 7.0)),
        ]
    )
    assert both.count(PROTOCOL, "flow", own) == 9
    assert both.count(PROTOCOL, "estimate", lacking) is None
