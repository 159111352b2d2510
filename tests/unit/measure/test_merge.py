"""Tables of parts are put together: rows in one order, counts added, medians of all days.

Not here: that what is measured of parts is what is measured of the whole (`tests/unit/shards`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from random import Random

import polars as pl
import pytest

from bpp_etl.measure.cadence import schedule_from
from bpp_etl.measure.merge import merge, of_candidates
from bpp_etl.warehouse.connection import in_memory

LABELS = ("a", "b", "c")


def candidates(*ids: str, registry: str = "r") -> pl.DataFrame:
    return pl.DataFrame(
        {"registry": [registry] * len(ids), "patient_id": ids},
        {"registry": pl.String, "patient_id": pl.String},
    )


def test_rows_come_in_the_order_of_registry_and_patient_whatever_the_parts() -> None:
    parts = [
        {"candidate": candidates("P2", "É1", "p1", "P10")},
        {"candidate": candidates()},
        {"candidate": candidates("Z", registry="A")},
    ]
    expected = [("A", "Z"), ("r", "P10"), ("r", "P2"), ("r", "p1"), ("r", "É1")]
    for order in permutations(parts):
        assert merge(order)["candidate"].rows() == expected


def test_counts_are_added_by_their_keys_also_of_all_sites() -> None:
    schema = {"site": pl.String, "lesions": pl.Int64, "patients": pl.Int64}
    one, other, nobody = (
        {"site_of_episode": pl.DataFrame(rows, schema, orient="row")}
        for rows in (
            [("rib", 3, 2), ("spine", 1, 1), (None, 4, 2)],
            [("rib", 1, 1), (None, 1, 1)],
            [(None, 0, 0)],
        )
    )
    for parts in permutations((one, other, nobody)):
        found = merge(parts)["site_of_episode"].rows()
        assert found == [(None, 5, 3), ("rib", 4, 3), ("spine", 1, 1)]


def test_calls_in_their_order_are_a_key() -> None:
    schema = {"registry": pl.String, "calls": pl.List(pl.String), "patients": pl.Int64}
    parts = [
        {"overlap": pl.DataFrame(rows, schema, orient="row")}
        for rows in ([("a", ["x", "y"], 2)], [("a", ["x", "y"], 3), ("a", ["y", "x"], 1)])
    ]
    assert merge(parts)["overlap"].rows() == [("a", ["x", "y"], 5), ("a", ["y", "x"], 1)]


def test_rows_of_a_candidate_are_numbered_once_all_are_together() -> None:
    flags = {"registry": pl.String, "patient_id": pl.String, "flag": pl.String}
    parts = [
        {"candidate": candidates(one), "flagged": pl.DataFrame([("r", one, "long_gap")], flags, orient="row")}
        for one in ("P2", "P1")
    ]
    parts.append({"candidate": candidates("P0"), "flagged": pl.DataFrame(schema=flags)})
    found = of_candidates(merge(parts), "flagged")
    assert (found["place"].tolist(), list(found)) == ([1, 2], ["flag", "place"])


@pytest.mark.parametrize("seed", range(8))
def test_medians_of_the_schedule_are_those_of_all_time_points(seed: int) -> None:
    draw = Random(seed)
    points = [
        (draw.choice(LABELS), draw.randrange(20, 20 + 10 * (seed + 1)), draw.randrange(-9, 9))
        for _ in range(draw.randrange(1, 40))
    ]
    counts = pl.DataFrame([(one, *[0] * 10) for one in LABELS], COUNTS, orient="row")
    tables = [{"cadence_days_first_line": days_of(part)} for part in (points[::2], points[1::2])]
    found = schedule_from(counts, merge(tables)["cadence_days_first_line"], "registry").medians
    assert found == dict(medians_of(points))


def test_a_median_of_medians_is_another_number() -> None:
    points = [("a", days, 0) for days in (40, 40, 40, 50, 60, 70, 70)]
    parts = (points[:3], points[3:])
    whole, of_medians = (
        pl.concat([days_of(points)]),
        pl.concat([days_of([("a", int(dict(medians_of(part))["all"][0]), 0)]) for part in parts]),
    )
    counts = pl.DataFrame([("a", *[0] * 10)], COUNTS, orient="row")
    found = [schedule_from(counts, days, "registry").medians["all"][0] for days in (whole, of_medians)]
    assert found == [50, 52.5]


COUNTS = {
    "label": pl.String,
    **{
        f"{people}{name}": pl.Int64
        for people in ("", "people_")
        for name in ("total", "on_time", "early", "late", "missed")
    },
}
DAYS = {"label": pl.String, "interval_days": pl.Int32, "deviation_days": pl.Int32}


def days_of(points: list[tuple[str, int, int]]) -> pl.DataFrame:
    """Count time points by label and days."""
    every = pl.DataFrame(points, DAYS, orient="row")
    return every.group_by(list(DAYS)).agg(pl.len().cast(pl.Int64).alias("time_points"))


def medians_of(points: list[tuple[str, int, int]]) -> Iterator[tuple[str, tuple[float, float]]]:
    """Let DuckDB say the medians, of all and by label."""
    with in_memory() as con:
        con.execute("create table points (label varchar, interval_days integer, deviation_days integer)")
        con.executemany("insert into points values (?, ?, ?)", points)
        rows = con.execute(
            "select label, median(interval_days), median(deviation_days) from points"
            " group by grouping sets ((label), ())"
        ).fetchall()
    for label, *found in rows:
        yield "all" if label is None else f"registry={label}", (found[0], found[1])
