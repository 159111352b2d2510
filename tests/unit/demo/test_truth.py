"""The truth is consistent in itself, and is what a naive reading of the specification finds in the rows."""

from __future__ import annotations

import polars as pl
import pytest

from bpp_etl.demo import SyntheticRegistry
from tests.property.reference import call
from tests.property.reference_cadence import cadence
from tests.unit.demo.reading import DELIVERY_DATE, admissible, patients_of

DAYS_AND_VERDICT = (
    "state",
    "reason",
    "event_date",
    "confirmation_date",
    "progression_date",
    "her2_status",
)
ALP = ("alp_baseline", "alp_at_event", "alp_at_progression")


def test_event_confirmation_and_progression_follow_each_other(large: SyntheticRegistry) -> None:
    confirmed = large.truth.filter(pl.col("state") == "pseudoprogression")
    assert confirmed.height > 0
    assert (confirmed["therapy_start_date"] < confirmed["event_date"]).all()
    # Two CTs, each at least 28 days after the one before.
    assert ((confirmed["confirmation_date"] - confirmed["event_date"]).dt.total_days() >= 56).all()
    progressed = confirmed.drop_nulls("progression_date")
    assert (progressed["confirmation_date"] < progressed["progression_date"]).all()


def test_pseudoprogression_ends_in_progression_or_is_censored_never_both(large: SyntheticRegistry) -> None:
    confirmed = large.truth.filter(pl.col("state") == "pseudoprogression")
    assert (confirmed["progression_date"].is_null() ^ confirmed["censor_date"].is_null()).all()


@pytest.mark.parametrize(
    ("state", "filled", "empty"),
    [
        ("true_progression", ("event_date", "progression_date"), ("confirmation_date", "censor_date")),
        ("indeterminate", ("event_date",), ("confirmation_date", "progression_date", "alp_at_progression")),
    ],
)
def test_each_state_has_its_dates(
    large: SyntheticRegistry, state: str, filled: tuple[str, ...], empty: tuple[str, ...]
) -> None:
    rows = large.truth.filter(pl.col("state") == state)
    assert rows.height > 0
    assert all(rows[name].null_count() == 0 for name in filled)
    assert all(rows[name].null_count() == rows.height for name in empty)


def test_without_a_state_there_is_no_event(large: SyntheticRegistry) -> None:
    others = large.truth.filter(pl.col("state").is_null())
    assert others.height > 0
    assert others["event_date"].null_count() == others.height


def test_no_baseline_ct_is_the_reason_exactly_where_it_decides(large: SyntheticRegistry) -> None:
    candidates = large.truth.drop_nulls("state")
    lacking = candidates.filter(~pl.col("has_baseline_ct"))
    assert set(lacking["reason"]) == {"no_baseline_ct", "pd_at_detection"}
    assert candidates.filter(pl.col("reason") == "no_baseline_ct")["has_baseline_ct"].sum() == 0


@pytest.mark.parametrize("name", ["clean", "dirty"])
def test_a_naive_reading_of_the_specification_finds_the_truth_in_the_rows(
    request: pytest.FixtureRequest, name: str
) -> None:
    registry: SyntheticRegistry = request.getfixturevalue(name)
    truth = {row["patient_id"]: row for row in registry.truth.iter_rows(named=True)}
    found = 0
    for patient in patients_of(admissible(registry)):
        expected, read = truth[patient.patient_id], call(patient, DELIVERY_DATE)
        # Of those without a candidate the truth knows no day.
        columns = DAYS_AND_VERDICT if read.state else ("state", "reason", "event_date")
        for column in columns:
            assert getattr(read, column) == expected[column], (patient.patient_id, column)
        for column in ALP:
            assert getattr(read, column) == pytest.approx(expected[column], abs=1e-6), patient.patient_id
        if expected["censor_date"] is not None:
            assert read.censor_date == expected["censor_date"], patient.patient_id
        found += 1
    assert found == len(truth) - registry.truth["is_refused"].sum()


def test_well_under_half_of_first_line_intervals_are_off_schedule(clean: SyntheticRegistry) -> None:
    kept = [
        visit.cadence_class == "on_time"
        for patient in patients_of(admissible(clean))
        for visit in cadence(patient)
        if visit.line_number == 1
    ]
    assert 0.75 <= sum(kept) / len(kept) < 1
