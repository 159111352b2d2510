"""A pool of shares that hide nothing is the release of all of their patients, to the last digit.

Not here: what a pool has and no release (`test_own_rows.py`), and shares that hide (`test_controlled.py`).
"""

from __future__ import annotations

from dataclasses import replace

from bpp_etl.pool.rows import pooled_rows
from bpp_etl.pool.together import Together
from schemas.metrics import METRICS
from schemas.metrics.not_pooled import NOT_POOLED
from schemas.pool import ADDED
from tests.unit.measure.patients import Candidate
from tests.unit.pool.held import EVERY_PROTOCOL, drawn, ensure_same, pooled_and_whole, site, together
from tests.unit.pool.sites import House, site_of, told_of_houses
from tests.unit.share.houses import house

ONE_PATIENT: House = ([Candidate(registry="alone", event=50, followed=300, alp=(100.0, 90.0, None))], [])
WITHOUT_STEPS = ("definition=", "evidence=", "flags=none", "flag!=")
"""How the strata begin in which sums have no days."""


def quiet(seed: int) -> House:
    """Draw a house in which nobody has progressed, died or been decided."""
    candidates, others = house(seed, candidates=12, others=6, registries=1)
    undecided = {"state": "indeterminate", "reason": "awaiting_ct", "lacks": None}
    return [replace(one, progressed=None, died=None, **undecided) for one in candidates], others


def test_three_houses_are_their_release_under_every_shipped_protocol() -> None:
    assert len(EVERY_PROTOCOL) > 2
    pooled, whole = pooled_and_whole(3, protocols=len(EVERY_PROTOCOL))
    held = ensure_same(pooled, whole)
    assert all(held[table] > 0 for table in ADDED)
    assert held["estimate"] > 15_000
    assert {row.values["protocol"] for row in pooled} == {one.name for one in EVERY_PROTOCOL}


def test_a_share_at_threshold_1_hides_as_little_and_is_pooled_with_those_at_0() -> None:
    at_0, at_1 = site(6, 1), site(6, 1, threshold=1)
    assert at_1.sums == at_0.sums
    assert (at_0.threshold, at_1.threshold) == (0, 0)


def test_so_are_a_house_without_any_event_and_one_of_one_patient() -> None:
    applied = EVERY_PROTOCOL[:1]
    houses = [drawn(2), quiet(11), ONE_PATIENT]
    sites = [site_of(one, applied, 0, f"s{place}") for place, one in enumerate(houses)]
    assert sites[2].sums.count(applied[0].name, "flow", ("all", "admitted")) == 1
    ensure_same(pooled_rows(Together.of(sites, applied)), told_of_houses(houses, applied))


def test_every_metric_comes_out_of_sums_or_says_why_it_does_not() -> None:
    given: dict[str, bool] = dict.fromkeys(METRICS, False)
    for row in pooled_rows(together(3, len(EVERY_PROTOCOL))):
        if row.table == "estimate":
            metric, stratum = str(row.values["metric"]), str(row.values["stratum"])
            is_given = "not_pooled" not in row.values["warnings"]
            given[metric] |= is_given
            if not is_given and metric not in NOT_POOLED:
                assert stratum.startswith(WITHOUT_STEPS), (metric, stratum)
    assert {metric for metric, is_given in given.items() if not is_given} == set(NOT_POOLED)
