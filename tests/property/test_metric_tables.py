"""The metric tables as a whole: registries renamed, dates moved, the cohort twice, strata without events.

Not here: single statistics (`tests/unit/metrics/test_properties.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bpp_etl.disclosure import publish_metrics
from bpp_etl.events import load_protocol
from bpp_etl.warehouse.connection import Connection
from schemas.metric import METRIC_TABLES
from tests.unit.measure.patients import Candidate, Other, Person
from tests.unit.measure.world import Measured, measured, release

STATES = (("pseudoprogression", 150), ("true_progression", 50), ("indeterminate", None))
CANDIDATES = [
    Candidate(
        state=STATES[place % 3][0],
        registry="north" if place % 5 else "south",
        event=35 + place,
        onset_after=place,
        her2=("positive", "negative")[place // 3 % 2],
        progressed=STATES[place % 3][1] and (STATES[place % 3][1] or 0) + 7 * place,
        progression_after=STATES[place % 3][1] and 5 * place,
        alp=(100.0 + place, 90.0 + 2 * place, 120.0 + place),
        cadence=("on_time", "late"),
        person=Person(er="positive" if place % 4 else None),
    )
    for place in range(30)
]
OTHERS = [Other(registry="north"), Other("progression_first", registry="south", progressed=42)]


@pytest.fixture(scope="module")
def plain() -> Measured:
    return measured(CANDIDATES, OTHERS)


def rows(found: Measured, table: str, rename: Callable[[str], str] = str) -> list[dict[str, Any]]:
    told = [
        row | ({"stratum": rename(row["stratum"])} if "stratum" in row else {}) for row in found.tables[table]
    ]
    return sorted(told, key=repr)


@pytest.mark.parametrize("table", METRIC_TABLES)
def test_other_names_for_the_registries_rename_their_strata_and_change_nothing_else(
    plain: Measured, renamed: Measured, table: str
) -> None:
    names = {"registry=north": "registry=a", "registry=south": "registry=z"}
    assert rows(renamed, table) == rows(plain, table, lambda stratum: names.get(stratum, stratum))


@pytest.fixture(scope="module")
def renamed() -> Measured:
    """The same patients, their registries by names that sort the other way round."""
    names = {"north": "a", "south": "z"}
    return measured(
        [replace(one, registry=names[one.registry]) for one in CANDIDATES],
        [replace(one, registry=names[one.registry]) for one in OTHERS],
    )


@pytest.mark.parametrize("table", METRIC_TABLES)
def test_all_dates_moved_by_one_number_of_days_change_nothing(
    plain: Measured, moved: Measured, table: str
) -> None:
    assert rows(moved, table) == rows(plain, table)


@pytest.fixture(scope="module")
def moved() -> Measured:
    with release(CANDIDATES, OTHERS) as con:
        _move_dates(con, 1000)
        return Measured(con, publish_metrics(con, protocols=[load_protocol("xu2025")], threshold=0))


def _move_dates(con: Connection, days: int) -> None:
    columns = con.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where data_type = 'DATE' and schema_name in ('core', 'event')"
    ).fetchall()
    for schema, table, column in columns:
        con.execute(f'update {schema}."{table}" set "{column}" = "{column}" + {days}')


def test_the_cohort_twice_doubles_counts_and_keeps_shares_medians_and_incidences(plain: Measured) -> None:
    doubled = measured(CANDIDATES * 2, OTHERS * 2)
    tested = (
        "log_rank",
        "hazard_ratio",
        "detectable_ratio",
        "alp_change_at_event",
        "alp_change_at_progression",
    )
    for before in plain.tables["estimate"]:
        after = doubled.estimate(before["metric"], before["stratum"])
        assert (after["patients"], after["events"]) == (
            2 * before["patients"],
            None if before["events"] is None else 2 * before["events"],
        )
        if not before["metric"].endswith((*tested, "alp_change_event_to_progression")):
            estimate = before["estimate"]
            same = None if estimate is None else pytest.approx(estimate, rel=1e-6)
            assert after["estimate"] == same, before["metric"]
    for table in ("flow", "concordance", "baseline"):
        assert [row["patients"] for row in doubled.tables[table]] == [
            2 * row["patients"] for row in plain.tables[table]
        ]


def test_strata_that_are_empty_of_one_or_all_censored_have_rows_that_say_so() -> None:
    found = measured(
        [
            *(Candidate(her2="negative", progressed=100 + day) for day in range(12)),
            *[Candidate(her2="positive", followed=300)] * 6,
            Candidate(her2="indeterminate", progressed=90),
        ]
    )
    metric = "pseudoprogression_to_progression"
    censored, one, nobody = (
        found.estimate(metric, f"her2={name}") for name in ("positive", "indeterminate", "unknown")
    )
    assert (censored["estimate"], censored["patients"], censored["events"]) == (None, 6, 0)
    assert {"median_not_reached", "few_events"} <= set(censored["warnings"])
    assert (one["estimate"], one["ci_low"], one["patients"]) == (90, None, 1)
    assert "few_events" in one["warnings"]
    assert (nobody["estimate"], nobody["patients"], "no_patients" in nobody["warnings"]) == (None, 0, True)
    ratio = found.estimate(f"{metric}_hazard_ratio", "her2=positive/negative")
    assert (ratio["estimate"], "not_estimable" in ratio["warnings"]) == (None, True)
