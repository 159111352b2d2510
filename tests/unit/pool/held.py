"""Holds a pool to the release of all of its patients; and the houses that both are made of, drawn once.

Not here: which houses are pooled.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from bpp_etl.disclosure.publish import Told
from bpp_etl.events.protocol_file import load_shipped
from bpp_etl.measure.rows import Row
from bpp_etl.pool.rows import pooled_rows
from bpp_etl.pool.site import Site
from bpp_etl.pool.together import Together, row_key
from schemas.pool import ADDED
from tests.unit.pool.sites import House, site_of, told_of_houses
from tests.unit.share.houses import house

EVERY_PROTOCOL = tuple(one for one in load_shipped() if one.is_event)
SIZES = ((60, 30, 2), (25, 12, 1), (90, 40, 3), (40, 9, 1), (33, 20, 2), (18, 5, 1), (50, 30, 2))
"""Candidates, others and registries of each house."""


@cache
def drawn(seed: int) -> House:
    candidates, others, registries = SIZES[seed - 1]
    return house(seed, candidates, others, registries)


@cache
def site(seed: int, protocols: int, threshold: int = 0) -> Site:
    return site_of(drawn(seed), EVERY_PROTOCOL[:protocols], threshold, f"s{seed}")


@cache
def together(sites: int, protocols: int) -> Together:
    """Put the first of the houses together, by the first of the protocols."""
    return Together.of([site(seed + 1, protocols) for seed in range(sites)], EVERY_PROTOCOL[:protocols])


def pooled_and_whole(sites: int, protocols: int) -> tuple[list[Row], Told]:
    """Pool the first of the houses, and release all of their patients."""
    houses = [drawn(seed + 1) for seed in range(sites)]
    return pooled_rows(together(sites, protocols)), told_of_houses(houses, EVERY_PROTOCOL[:protocols])


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
