"""What a synthetic registry looks like as a whole, and that it can be made again."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bpp_etl.demo import CLEAN, DIRTY, SyntheticRegistry, generate_registry
from bpp_etl.demo.archetypes import ARCHETYPES
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.unit.demo.reading import DELIVERY_DATE


def days_between(registry: SyntheticRegistry, first: str, last: str) -> pl.Series:
    confirmed = registry.truth.filter(pl.col("state") == "pseudoprogression")
    return (confirmed[last] - confirmed[first]).dt.total_days()


def share(values: pl.Series) -> float:
    return float(values.cast(pl.Float64).mean())  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_registry(clean: SyntheticRegistry) -> None:
    again = generate_registry(600, 11, CLEAN, DELIVERY_DATE)
    for name, frame in clean.tables.items():
        assert_frame_equal(again.tables[name], frame)
    assert_frame_equal(again.truth, clean.truth)


def test_another_seed_gives_another_registry(clean: SyntheticRegistry) -> None:
    other = generate_registry(600, 12, CLEAN, DELIVERY_DATE)
    assert not other.truth.equals(clean.truth)
    assert all(not other.tables[name].equals(frame) for name, frame in clean.tables.items())


def test_two_profiles_with_one_seed_share_no_patient(clean: SyntheticRegistry) -> None:
    twin = generate_registry(600, 11, replace(CLEAN, name="twin", code="T"), DELIVERY_DATE)
    assert twin.truth["patient_id"].is_in(clean.truth["patient_id"].implode()).sum() == 0
    assert not twin.truth["event_date"].equals(clean.truth["event_date"])


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_columns_of_their_contract(clean: SyntheticRegistry, name: str) -> None:
    expected = [column.name for column in delivered_columns(TABLES[name].contract)]
    assert clean.tables[name].columns == expected


def test_every_archetype_occurs_from_sixty_patients_on() -> None:
    small = generate_registry(60, 3, CLEAN, DELIVERY_DATE)
    assert set(small.truth["archetype"]) == {archetype.name for archetype in ARCHETYPES}


def test_a_registry_of_one_patient_can_be_made() -> None:
    one = generate_registry(1, 3, CLEAN, DELIVERY_DATE)
    assert one.tables["patients"].height == one.truth.height == 1


def test_a_registry_without_patients_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one patient"):
        generate_registry(0, 3, CLEAN, DELIVERY_DATE)


def test_a_dirty_registry_too_small_for_its_faults_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 250 patients"):
        generate_registry(249, 3, DIRTY, DELIVERY_DATE)


def test_one_patient_in_four_or_five_has_a_candidate_and_half_of_these_are_confirmed(
    large: SyntheticRegistry,
) -> None:
    truth = large.truth
    candidates = truth["event_date"].is_not_null()
    confirmed = truth.filter(candidates)["state"] == "pseudoprogression"
    assert 0.20 <= share(candidates) <= 0.25
    assert 0.45 <= share(confirmed) <= 0.60


def test_pseudoprogression_comes_with_the_first_ct_and_progression_fourteen_months_later(
    large: SyntheticRegistry,
) -> None:
    onset = days_between(large, "therapy_start_date", "event_date").median()
    interval = days_between(large, "event_date", "progression_date").drop_nulls().median()
    assert isinstance(onset, float)
    assert isinstance(interval, float)
    assert 38 <= onset <= 63
    assert 13 <= interval / 30.4375 <= 15


def test_alp_is_lower_at_the_event_and_higher_at_progression(large: SyntheticRegistry) -> None:
    confirmed = large.truth.filter(pl.col("state") == "pseudoprogression")
    at_event = (confirmed["alp_at_event"] - confirmed["alp_baseline"]).median()
    at_progression = (confirmed["alp_at_progression"] - confirmed["alp_baseline"]).median()
    assert isinstance(at_event, float)
    assert isinstance(at_progression, float)
    assert -25 <= at_event <= -15
    assert 28 <= at_progression <= 42


def test_most_lesions_lie_in_the_spine_and_one_patient_in_a_hundred_is_a_man(
    large: SyntheticRegistry,
) -> None:
    assert 0.75 <= share(large.tables["bone_lesions"]["site"] == "spine") <= 0.81
    assert 0.005 <= share(large.tables["patients"]["sex"] == "male") <= 0.015


def test_a_patient_comes_to_about_25_rows_most_of_them_lesions(large: SyntheticRegistry) -> None:
    rows = {name: frame.height for name, frame in large.tables.items()}
    assert 24 <= sum(rows.values()) / 10_000 <= 28
    assert max(rows, key=lambda name: rows[name]) == "bone_lesions"


@pytest.mark.parametrize(
    ("table", "is_there"),
    [
        ("imaging_assessments", pl.col("is_evaluable") == False),  # noqa: E712
        ("imaging_assessments", pl.col("is_bone_window") == False),  # noqa: E712
        ("imaging_assessments", pl.col("extraosseous_response") == "NE"),
        ("imaging_assessments", pl.col("modality") == "XRAY"),
        ("bone_lesions", pl.col("is_equivocal") & (pl.col("status") == "new")),
        ("bone_lesions", (pl.col("morphology") == "unknown") & (pl.col("status") == "new")),
        ("therapy_lines", pl.col("cycle_length_days").is_null()),
        ("lab_results", pl.col("analyte") == "ALP_BONE"),
        ("lab_results", pl.col("analyte") == "CA_15_3"),
        ("her2_tests", (pl.col("ihc_score") == "2+") & pl.col("ish_result").is_null()),
    ],
)
def test_the_difficult_kinds_of_row_occur(clean: SyntheticRegistry, table: str, is_there: pl.Expr) -> None:
    assert clean.tables[table].filter(is_there).height > 0
