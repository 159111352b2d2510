"""The metric tables as a whole: contracts, codes, order, and cohorts of nobody, of one and of the censored.

Not here: single metrics.
"""

from __future__ import annotations

import polars as pl
import pytest

from bpp_etl.disclosure import publish_metrics
from bpp_etl.measure.rows import Interval, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from schemas.contract import columns_of, key_of
from schemas.metric import METRIC_TABLES
from schemas.metric_codes import WARNINGS
from schemas.metrics import HEADLINES, METRICS
from schemas.metrics.strata import stratum_of
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.test_counts import MIXED, OTHERS
from tests.unit.measure.world import Measured, add, measured, named, release, rows_of

ONE = [Candidate(progressed=200, alp=(100.0, 90.0, 120.0), cadence=("on_time",))]
CENSORED = [Candidate(followed=100 + place) for place in range(8)]
COHORTS = {
    "nobody": ([], []),
    "one": (ONE, []),
    "no candidate": ([], [Other("progression_first", progressed=84)]),
    "all censored": (CENSORED, []),
    "mixed": (MIXED, OTHERS),
}


@pytest.fixture(scope="module", params=[*((name, 0) for name in COHORTS), ("one", 5), ("mixed", 5)])
def found(request: pytest.FixtureRequest) -> Measured:
    """Every cohort, exact and under disclosure control."""
    name, threshold = request.param
    return measured(*COHORTS[name], threshold=threshold)


def test_every_table_keeps_its_contract(found: Measured) -> None:
    for table, contract in METRIC_TABLES.items():
        columns = columns_of(contract)
        rows = found.tables[table]
        frame = pl.DataFrame(
            {column.name: [row[column.name] for row in rows] for column in columns},
            schema={column.name: contract.to_schema().columns[column.name].dtype.type for column in columns},
        )
        contract.validate(frame)


def test_every_metric_is_there_for_everyone_or_for_its_own_strata(found: Measured) -> None:
    # Two protocols are compared where there are two.
    assert {row["metric"] for row in found.tables["estimate"]} == set(METRICS) - {"agreement_protocol"}


def test_every_headline_is_measured(found: Measured) -> None:
    assert set(HEADLINES) <= {(row["metric"], row["stratum"]) for row in found.tables["estimate"]}


def test_a_metric_that_nobody_declared_is_not_measured() -> None:
    nobody = Cell("xu2025", "candidate")
    tally = Tally(counts={nobody: 0})
    with pytest.raises(ValueError, match="alp_of_tomorrow is measured and not declared"):
        estimate_row(tally, "alp_of_tomorrow", nobody, Interval(), method="None")


def test_every_stratum_and_warning_is_explained(found: Measured) -> None:
    for row in found.tables["estimate"]:
        assert stratum_of(row["stratum"]).sentence
        assert row["warnings"] == sorted(set(row["warnings"]) & set(WARNINGS))


def test_a_metric_has_one_row_per_stratum(found: Measured) -> None:
    keys = [(row["metric"], row["stratum"]) for row in found.tables["estimate"]]
    assert len(keys) == len(set(keys))


def test_no_interval_and_no_p_value_comes_from_fewer_than_5(found: Measured) -> None:
    for row in found.tables["estimate"]:
        counted = row["patients"] if row["events"] is None else row["events"]
        # What is only known to lie between two days is no interval of confidence.
        if counted is not None and counted < 5 and row["ci_method"] != "mass-interval":
            assert [row[column] for column in ("ci_low", "ci_high", "ci_method", "p_value")] == [None] * 4


def test_an_estimate_that_is_missing_says_why(found: Measured) -> None:
    reasons = {
        "beyond_follow_up",
        "groups_missing",
        "median_is_interval",
        "median_not_reached",
        "naive_comparison",
        "no_patients",
        "not_estimable",
        "suppressed",
    }
    for row in found.tables["estimate"]:
        if row["estimate"] is None:
            assert reasons & set(row["warnings"]), row["metric"]


def test_nobody_gives_rows_without_numbers() -> None:
    found = measured()
    assert found.summary.rows["survival_curve"] == 0
    assert {row["patients"] for row in found.tables["flow"]} == {0}
    assert {row["estimate"] for row in found.tables["estimate"]} == {None}


def test_one_patient_is_measured_in_a_release_and_hidden_from_a_controlled_copy() -> None:
    row = measured(ONE).estimate("pseudoprogression_to_progression")
    assert (row["estimate"], row["patients"], row["events"]) == (200, 1, 1)
    hidden = measured(ONE, threshold=5)
    row = hidden.estimate("pseudoprogression_to_progression")
    assert (row["estimate"], row["patients"], row["events"]) == (None, None, None)
    assert hidden.summary.rows["survival_curve"] == 0


def test_the_order_of_the_input_does_not_matter() -> None:
    def tables(reverse: bool) -> dict[str, object]:
        with release(MIXED, OTHERS) as con:
            for table in ("event.pseudoprogression", "event.patient_flow", "core.imaging_assessments"):
                direction = "desc" if reverse else "asc"
                con.execute(
                    f"create temp table held as from {table} order by registry, patient_id {direction}"
                )
                con.execute(f"delete from {table}")
                con.execute(f"insert into {table} from held")
                con.execute("drop table held")
            publish_metrics(con, protocols=[named("xu2025")], threshold=0)
            return {table: rows_of(con, table) for table in METRIC_TABLES}

    assert tables(reverse=False) == tables(reverse=True)


def test_measuring_again_replaces_the_tables() -> None:
    with release(MIXED, OTHERS) as con:
        first = publish_metrics(con, protocols=[named("xu2025")], threshold=0)
        before = rows_of(con, "estimate")
        assert publish_metrics(con, protocols=[named("xu2025")], threshold=0) == first
        assert rows_of(con, "estimate") == before


def test_several_protocols_stand_side_by_side() -> None:
    with release(MIXED, OTHERS) as con:
        add(con, MIXED[:3], protocol="strict")
        summary = publish_metrics(con, protocols=[named("strict"), named("xu2025")], threshold=0)
        every = rows_of(con, "estimate")
    rows = [row for row in every if row["metric"] == "candidate_to_progression"]
    assert {row["metric"] for row in every} == set(METRICS)
    assert summary.protocols == ("strict", "xu2025")
    everyone = {row["protocol"]: row["patients"] for row in rows if row["stratum"] == "all"}
    assert everyone == {"strict": 3, "xu2025": 10}


@pytest.mark.parametrize("threshold", [0, 5])
def test_no_two_rows_of_a_metric_table_have_one_key(threshold: int) -> None:
    with release(MIXED, OTHERS) as con:
        add(con, MIXED[:3], OTHERS[:1], protocol="strict")
        publish_metrics(con, protocols=[named("strict"), named("xu2025")], threshold=threshold)
        for table, contract in METRIC_TABLES.items():
            keys = [tuple(row[name] for name in key_of(contract)) for row in rows_of(con, table)]
            assert len(set(keys)) == len(keys), table
