"""A pool of shares that hide nothing is the release of all of their patients, to the last digit.

Not here: what a pool has and no release (`test_own_rows.py`), and shares that hide (`test_controlled.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from bpp_etl.disclosure.publish import Told
from bpp_etl.events.protocol_file import load_shipped
from bpp_etl.measure.rows import Row
from bpp_etl.pool.rows import pooled_rows
from bpp_etl.pool.site import Site
from bpp_etl.pool.together import Together, row_key
from schemas.metrics import METRICS
from schemas.metrics.not_pooled import NOT_POOLED
from schemas.pool import ADDED
from tests.unit.measure.patients import Candidate
from tests.unit.pool.sites import House, site_of, told_of_houses
from tests.unit.share.houses import house

EVERY_PROTOCOL = tuple(one for one in load_shipped() if one.is_event)
SIZES = ((60, 30, 2), (25, 12, 1), (90, 40, 3), (40, 9, 1), (33, 20, 2), (18, 5, 1), (50, 30, 2))
"""Candidates, others and registries of each house."""
ONE_PATIENT: House = ([Candidate(registry="alone", event=50, followed=300, alp=(100.0, 90.0, None))], [])
WITHOUT_STEPS = ("definition=", "evidence=", "flags=none", "flag!=")
"""How the strata begin in which sums have no days."""


def quiet(seed: int) -> House:
    """Draw a house in which nobody has progressed, died or been decided."""
    candidates, others = house(seed, candidates=12, others=6, registries=1)
    undecided = {"state": "indeterminate", "reason": "awaiting_ct", "lacks": None}
    return [replace(one, progressed=None, died=None, **undecided) for one in candidates], others


@cache
def drawn(seed: int) -> House:
    candidates, others, registries = SIZES[seed - 1]
    return house(seed, candidates, others, registries)


@cache
def site(seed: int, protocols: int, threshold: int) -> Site:
    return site_of(drawn(seed), EVERY_PROTOCOL[:protocols], threshold, f"s{seed}")


def pooled_and_whole(houses: list[House], sites: list[Site], protocols: int) -> tuple[list[Row], Told]:
    applied = EVERY_PROTOCOL[:protocols]
    return pooled_rows(Together.of(sites, applied)), told_of_houses(houses, applied)


def ensure_same(pooled: list[Row], whole: Told) -> Counter[str]:
    """Hold each number of a pool to that of the release, bit for bit; return how many of each table were."""
    ours, theirs = (
        {row_key(row): row for row in rows}
        for rows in (pooled, [row for row in whole.rows if row.table in ADDED])
    )
    assert list(ours) == list(theirs)
    held: Counter[str] = Counter()
    for key, row in theirs.items():
        found = ours[key].values
        is_left_out = "not_pooled" in (found.get("warnings") or ())
        for name, value in row.values.items():
            if name == "warnings":
                continue
            if (is_left_out and name in (*row.statistics, "method")) or is_of_values(row, name):
                assert found[name] is None or name == "method", (key, name)
                continue
            assert found[name] == value, (key, name)
            held[key[1]] += 1
    return held


def is_of_values(row: Row, name: str) -> bool:
    """Say whether a number is a median or a quartile of what is no time: sums have none."""
    return row.table == "baseline" and name in ("median", "quartile_low", "quartile_high")


def test_three_houses_are_their_release_under_every_shipped_protocol() -> None:
    every = len(EVERY_PROTOCOL)
    assert every > 2
    houses, sites = [drawn(seed) for seed in (1, 2, 3)], [site(seed, every, 0) for seed in (1, 2, 3)]
    pooled, whole = pooled_and_whole(houses, sites, every)
    held = ensure_same(pooled, whole)
    assert all(held[table] > 0 for table in ADDED)
    assert held["estimate"] > 15_000
    protocols = {row.values["protocol"] for row in pooled}
    assert protocols == {one.name for one in EVERY_PROTOCOL}


def test_a_share_at_threshold_1_hides_as_little_and_is_pooled_with_those_at_0() -> None:
    at_0, at_1 = site(6, 1, 0), site(6, 1, 1)
    assert at_1.sums == at_0.sums
    assert (at_0.threshold, at_1.threshold) == (0, 0)


@pytest.mark.parametrize("sites", [4, 7])
def test_so_are_more_houses(sites: int) -> None:
    seeds = range(1, sites + 1)
    pooled, whole = pooled_and_whole(
        [drawn(seed) for seed in seeds], [site(seed, 1, 0) for seed in seeds], protocols=1
    )
    assert ensure_same(pooled, whole)["survival_curve"] > 10_000


def test_so_are_a_house_without_any_event_and_one_of_one_patient() -> None:
    applied = EVERY_PROTOCOL[:1]
    houses = [drawn(2), quiet(11), ONE_PATIENT]
    sites = [site_of(one, applied, 0, f"s{place}") for place, one in enumerate(houses)]
    pooled, whole = pooled_and_whole(houses, sites, protocols=1)
    ensure_same(pooled, whole)
    assert sites[2].sums.count(applied[0].name, "flow", ("all", "admitted")) == 1


def test_every_metric_comes_out_of_sums_or_says_why_it_does_not() -> None:
    seeds = (1, 2, 3)
    rows = pooled_rows(Together.of([site(seed, 3, 0) for seed in seeds], EVERY_PROTOCOL[:3]))
    given: dict[str, bool] = dict.fromkeys(METRICS, False)
    for row in rows:
        if row.table == "estimate":
            metric, stratum = str(row.values["metric"]), str(row.values["stratum"])
            is_given = "not_pooled" not in row.values["warnings"]
            given[metric] |= is_given
            if not is_given and metric not in NOT_POOLED:
                assert stratum.startswith(WITHOUT_STEPS), (metric, stratum)
    assert {metric for metric, is_given in given.items() if not is_given} == set(NOT_POOLED)
