"""The bounds of a count that a site keeps: what its share tells of a part and of the whole, and no more.

Not here: that bounds hold on drawn houses (`test_controlled.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.events.window import ALWAYS
from bpp_etl.pool.kept import least_of, most_of, most_of_step
from bpp_etl.pool.site import Site
from bpp_etl.share.pooling import Pool

PROTOCOL = "xu2025"
PARENTS = {
    (PROTOCOL, "all", "candidate"): "admitted",
    (PROTOCOL, "all", "no_first_line"): "admitted",
    (PROTOCOL, "all", "pseudoprogression"): "candidate",
    (PROTOCOL, "all", "true_progression"): "candidate",
}


def site(*told: tuple[str, tuple[str, ...], str, float | None]) -> Site:
    """Make a site whose share tells these sums, by table, row and quantity, and keeps those that are None."""
    sums = Pool.of((PROTOCOL, table, row, quantity, 0, value) for table, row, quantity, value in told)
    return Site(Path("site"), "", {}, sums, ALWAYS, (), dt.date(2026, 1, 1), True)


def bounds(one: Site, table: str, row: tuple[str, ...], quantity: str) -> tuple[float, float | None]:
    key = (PROTOCOL, table, row)
    return least_of(one, key, quantity), most_of(one, key, quantity)


SHARE, ON_TIME = ("pseudoprogression_share", "all"), ("cadence_on_time_share", "all")
BONES = ("lesion_site_share_of_lesions", "site=spine")


def test_events_are_0_to_their_patients_and_patients_no_fewer_than_their_events() -> None:
    assert bounds(
        site(("estimate", SHARE, "patients", 20.0), ("estimate", SHARE, "events", None)),
        "estimate",
        SHARE,
        "events",
    ) == (0.0, 20.0)
    assert bounds(
        site(("estimate", SHARE, "patients", None), ("estimate", SHARE, "events", 7.0)),
        "estimate",
        SHARE,
        "patients",
    ) == (7.0, None)


@pytest.mark.parametrize("row", [ON_TIME, BONES])
def test_cts_and_lesions_are_not_bounded_by_patients_who_may_have_several(row: tuple[str, ...]) -> None:
    events = site(("estimate", row, "patients", 6.0), ("estimate", row, "events", None))
    assert bounds(events, "estimate", row, "events") == (0.0, None)
    patients = site(("estimate", row, "patients", None), ("estimate", row, "events", 30.0))
    assert bounds(patients, "estimate", row, "patients")[0] == 0.0


def test_a_stratum_is_no_more_than_all_if_it_is_a_part_of_them() -> None:
    of_all = ("estimate", SHARE, "events", 12.0)
    for stratum, most in (("her2=positive", 12.0), ("registry=north", 12.0), ("state=other", None)):
        row = (SHARE[0], stratum)
        one = site(of_all, ("estimate", row, "events", None), ("estimate", row, "patients", None))
        assert bounds(one, "estimate", row, "events") == (0.0, most)


def test_candidates_bound_what_is_of_candidates_and_the_admitted_everything_but_the_refused() -> None:
    flow = (
        ("flow", ("all", "candidate"), "patients", 30.0),
        ("flow", ("all", "admitted"), "patients", 90.0),
        ("flow", ("all", "delivered"), "patients", 95.0),
    )
    for metric, most in (
        ("pseudoprogression_share", 30.0),
        ("overall_survival", 90.0),
        ("pseudoprogression_share_highest_with_refused", 95.0),
    ):
        row = (metric, "all")
        one = site(*flow, ("estimate", row, "patients", None), ("estimate", row, "events", None))
        assert bounds(one, "estimate", row, "patients") == (0.0, most)


def test_parts_of_a_table_are_no_more_than_its_total() -> None:
    row = ("first_line", "all", "late")
    one = site(("cadence", row, "time_points", None), ("cadence", row, "total", 40.0))
    assert bounds(one, "cadence", row, "time_points") == (0.0, 40.0)


def test_a_step_of_the_flow_is_what_its_parent_leaves_beside_the_others() -> None:
    one = site(
        ("flow", ("all", "admitted"), "patients", 50.0),
        ("flow", ("all", "no_first_line"), "patients", 8.0),
        ("flow", ("all", "candidate"), "patients", None),
        ("flow", ("all", "pseudoprogression"), "patients", 30.0),
        ("flow", ("all", "true_progression"), "patients", None),
    )
    assert most_of_step(one, (PROTOCOL, "all", "candidate"), PARENTS) == 42.0
    assert most_of_step(one, (PROTOCOL, "all", "true_progression"), PARENTS) == 12.0
    assert most_of_step(site(), (PROTOCOL, "all", "candidate"), PARENTS) is None
