"""No row that is not planted breaks a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from bpp_etl.demo import SyntheticRegistry
from bpp_etl.difference.changes import IDENTITY
from schemas.contract import delivered_columns
from schemas.tables import TABLES
from schemas.units import alp_units, fold_unit
from tests.unit.demo.reading import DELIVERY_DATE, admissible

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module", params=["clean", "dirty", "shut", "large"])
def registry(request: pytest.FixtureRequest) -> SyntheticRegistry:
    made: SyntheticRegistry = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="module")
def tables(registry: SyntheticRegistry) -> Tables:
    """The rows that nobody planted: neither to be refused nor to be flagged."""
    planted = registry.planted.select("table", "row_number"), registry.flagged.select("table", "row_number")
    return admissible(replace(registry, planted=pl.concat(planted)))


@pytest.mark.parametrize("name", TABLES)
def test_no_fact_is_told_twice(tables: Tables, name: str) -> None:
    assert tables[name].height > 0
    assert tables[name].select(IDENTITY[name]).is_duplicated().sum() == 0


@pytest.mark.parametrize("name", TABLES)
def test_required_columns_are_filled(tables: Tables, name: str) -> None:
    required = [column.name for column in delivered_columns(TABLES[name].contract) if column.required]
    assert tables[name].select(required).null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize("name", TABLES)
def test_codes_are_in_their_lists(tables: Tables, name: str) -> None:
    for column in delivered_columns(TABLES[name].contract):
        if column.codes and column.name != "analyte":
            assert set(tables[name][column.name].drop_nulls().unique()) <= set(column.codes)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "bone_lesions"])
def test_no_date_is_after_the_delivery(tables: Tables, name: str) -> None:
    newest = tables[name].select(pl.col(pl.Date).max()).max_horizontal().item()
    assert newest <= DELIVERY_DATE


def test_children_have_parents(registry: SyntheticRegistry) -> None:
    kept = admissible(registry)
    known = kept["patients"]
    for name in ("therapy_lines", "imaging_assessments", "lab_results", "her2_tests"):
        orphans = kept[name].join(known, on="patient_id", how="anti")
        # Of a refused patient, results of other analytes are ignored like anybody's.
        assert orphans.is_empty() or set(orphans.get_column("analyte")) == {"CA_15_3"}
    assert kept["bone_lesions"].join(kept["imaging_assessments"], on="assessment_id", how="anti").is_empty()


def test_patients_are_born_before_diagnosis_and_seen_until_death(tables: Tables) -> None:
    frame = tables["patients"]
    assert frame.filter(pl.col("birth_date") > pl.col("metastatic_diagnosis_date")).is_empty()
    assert frame.filter(pl.col("birth_date") < date(1900, 1, 1)).is_empty()
    assert frame.filter(pl.col("death_date") < pl.col("metastatic_diagnosis_date")).is_empty()
    assert frame.filter(pl.col("last_contact_date") > pl.col("death_date")).is_empty()


def test_lines_end_after_they_start_and_have_possible_cycles(tables: Tables) -> None:
    frame = tables["therapy_lines"]
    assert frame.filter(pl.col("end_date") < pl.col("start_date")).is_empty()
    assert frame.filter(~pl.col("cycle_length_days").is_between(7, 84)).is_empty()
    assert frame["line_number"].min() == 1


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("imaging_assessments", "assessment_date"),
        ("lab_results", "specimen_date"),
        ("therapy_lines", "start_date"),
        ("therapy_lines", "end_date"),
    ],
)
def test_nothing_happens_after_death_or_last_contact_or_before_birth(
    tables: Tables, name: str, column: str
) -> None:
    lives = tables[name].join(tables["patients"], on="patient_id")
    assert lives.filter(pl.col(column) > pl.col("death_date")).is_empty()
    assert lives.filter(pl.col(column) > pl.col("last_contact_date")).is_empty()
    assert lives.filter(pl.col(column) < pl.col("birth_date")).is_empty()


def test_alp_has_a_known_unit_and_a_possible_value(tables: Tables) -> None:
    units = {unit.folded_unit for unit in alp_units()}
    frame = tables["lab_results"].filter(pl.col("analyte") != "CA_15_3")
    assert {fold_unit(unit) for unit in frame["unit"].unique()} <= units
    assert frame.filter((pl.col("value") <= 0) | (pl.col("upper_limit_normal") <= 0)).is_empty()
    multiples = frame.filter(pl.col("unit") == "xULN")
    assert multiples["upper_limit_normal"].null_count() == 0


def test_her2_numbers_are_in_range(tables: Tables) -> None:
    frame = tables["her2_tests"]
    assert frame.filter(~pl.col("her2_cep17_ratio").is_between(0, 50)).is_empty()
    assert frame.filter(~pl.col("her2_copy_number").is_between(0, 200)).is_empty()


def test_a_registry_says_in_every_id_that_it_is_synthetic(clean: SyntheticRegistry) -> None:
    for frame in clean.tables.values():
        for column in ("patient_id", "assessment_id"):
            if column in frame.columns:
                assert frame[column].str.starts_with("SYN-").all()
