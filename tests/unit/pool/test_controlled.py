"""A pool of shares under disclosure control: it tells no small count, no zero for one, and bounds that hold.

Not here: what a share itself hides (`tests/unit/share`).
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from bpp_etl.disclosure.hiding import is_any_small
from bpp_etl.events import load_protocol
from bpp_etl.pool.kept import kept_rows
from bpp_etl.pool.site import read_site
from bpp_etl.pool.together import Together
from bpp_etl.share.pooling import pooled
from schemas.sums import MOMENTS, PARTS
from tests.unit.pool.sites import site_of
from tests.unit.share.houses import drawn_house

THRESHOLD = 5
COUNTS = ("patients", "events", "counted", "total", "time_points", "at_risk", "censored")
NO_COUNTS = (*PARTS, *MOMENTS)
PROTOCOLS = [load_protocol("xu2025")]


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path / "pool.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_no_count_of_1_to_4_is_in_any_table(pooled: Path) -> None:
    judged = 0
    named = rows(
        pooled,
        "select table_name, column_name from duckdb_columns() where schema_name = 'metric'"
        f" and column_name in {COUNTS}",
    )
    for table, column in named:
        (found,) = rows(
            pooled,
            f'select count(*) filter ("{column}" between 1 and {THRESHOLD - 1}), count("{column}")'
            f' from metric."{table}"',
        )
        assert found[0] == 0, (table, column)
        judged += int(str(found[1]))
    assert len(named) > 15
    assert judged > 2000


def test_what_a_site_keeps_is_empty_in_the_pool_and_no_zero(pooled: Path, controlled: list[Path]) -> None:
    sites = sorted((read_site(folder) for folder in controlled), key=lambda site: site.registries)
    told = {
        tuple(row): (patients, events)
        for *row, patients, events in rows(
            pooled, "select metric, stratum, patients, events from metric.estimate"
        )
    }
    judged = 0
    for key, (patients, events) in told.items():
        for column, number in (("patients", patients), ("events", events)):
            parts = [
                site.sums.rows.get(("xu2025", "estimate", key), {}).get((column, 0), 0) for site in sites
            ]
            if None in parts:
                assert number is None, (key, column)
                judged += 1
    assert judged > 100


def test_an_estimate_that_needs_a_kept_count_is_suppressed(pooled: Path) -> None:
    (found,) = rows(
        pooled,
        "select count(*), count(estimate), count(ci_low), count(p_value) from metric.estimate"
        " where (patients is null or events is null) and list_contains(warnings, 'suppressed')",
    )
    assert int(str(found[0])) > 100
    assert found[1:] == (0, 0, 0)
    assert rows(
        pooled, "select count(*) from metric.estimate where is_suppressed and estimate is not null"
    ) == [(0,)]


@pytest.mark.parametrize("seed", [1, 12, 23])
def test_the_truth_lies_within_every_bound(seed: int) -> None:
    houses = [drawn_house(seed + place) for place in range(3)]
    names = [f"s{place}" for place in range(3)]
    controlled, exact = (
        [site_of(one, PROTOCOLS, threshold, name) for one, name in zip(houses, names, strict=True)]
        for threshold in (THRESHOLD, 0)
    )
    truth = pooled([site.sums for site in exact])
    bounded = 0
    for row in kept_rows(Together.of(controlled, PROTOCOLS)):
        key = row["protocol"], row["table"], tuple(row["row"])
        true = truth.value(*key, row["quantity"])
        assert true is not None, key
        assert row["lowest"] <= true, (key, row)
        if row["highest"] is not None:
            assert true <= row["highest"], (key, row)
            bounded += row["highest"] < sum(
                one.sums.value("xu2025", "flow", ("all", "admitted"), "patients") or 0 for one in exact
            )
        assert row["sites"]
    assert bounded > 100


@pytest.mark.parametrize("seed", [3, 14])
def test_a_pool_less_all_sites_but_one_tells_no_small_count_of_the_last(seed: int) -> None:
    """Whoever holds the other shares finds the last one's numbers by difference, as it tells them itself."""
    sites = [site_of(drawn_house(seed + place), PROTOCOLS, THRESHOLD, f"s{place}") for place in range(4)]
    whole = pooled([site.sums for site in sites])
    judged = 0
    for others in combinations(range(4), 3):
        (last,) = set(range(4)) - set(others)
        known = pooled([sites[place].sums for place in others])
        for key, of in whole.rows.items():
            for (quantity, day), value in of.items():
                theirs = known.rows.get(key, {}).get((quantity, day), 0.0)
                if value is None or theirs is None or quantity in NO_COUNTS:
                    continue
                left = value - theirs
                assert not is_any_small([round(left)], THRESHOLD), (key, quantity, day)
                own = sites[last].sums.rows.get(key, {}).get((quantity, day), 0.0)
                assert left == own, (key, quantity, day)
                judged += 1
    assert judged > 2000
