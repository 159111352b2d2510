"""The planted faults: every rule is broken, by the rows the record names, and by no other."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bpp_etl.demo import SyntheticRegistry, shuffle_rows
from schemas.laws import DeclaredLaw, LineLaw, SideLaw
from schemas.rules import RULES
from schemas.tables import TABLES

FUTURE = "2026-06-30"
ROW_RULES = [
    (rule.table, rule.id)
    for rule in RULES
    if rule.severity == "refuse" and not isinstance(rule.law, DeclaredLaw | LineLaw | SideLaw)
]


def _number(column: str) -> pl.Expr:
    """Read an optional number; one that cannot be read refuses no row."""
    return pl.col(column).cast(pl.Float64, strict=False)


def rows_breaking(registry: SyntheticRegistry, table: str, rule: str) -> pl.DataFrame:
    hits = registry.planted.filter(pl.col("table") == table, pl.col("rules").list.contains(rule))
    return registry.tables[table][(hits["row_number"] - 1).to_list()]


@pytest.mark.parametrize(("table", "rule"), ROW_RULES)
def test_every_rule_that_refuses_a_row_is_broken(dirty: SyntheticRegistry, table: str, rule: str) -> None:
    assert rows_breaking(dirty, table, rule).height > 0


def test_the_record_names_only_rules_that_exist(dirty: SyntheticRegistry, shut: SyntheticRegistry) -> None:
    for registry in (dirty, shut):
        named = registry.planted.explode("rules").select("table", "rules").unique()
        assert set(named.iter_rows()) <= set(ROW_RULES)


def test_the_record_names_each_row_once_and_only_rows_that_exist(dirty: SyntheticRegistry) -> None:
    assert dirty.planted.select("table", "row_number").is_duplicated().sum() == 0
    for table, frame in dirty.tables.items():
        numbers = dirty.planted.filter(pl.col("table") == table)["row_number"]
        assert numbers.is_between(1, frame.height).all()


@pytest.mark.parametrize("table", TABLES)
def test_a_dirty_registry_stays_below_five_percent_in_every_table(
    dirty: SyntheticRegistry, table: str
) -> None:
    refused = dirty.planted.filter(pl.col("table") == table).height
    assert 0 < refused / dirty.tables[table].height < 0.05


def test_a_clean_registry_has_no_fault(clean: SyntheticRegistry) -> None:
    assert clean.planted.is_empty()
    assert clean.flagged.is_empty()


@pytest.mark.parametrize(
    ("table", "rule", "is_broken"),
    [
        ("patients", "required_value_missing", pl.col("sex").is_null()),
        ("patients", "date_invalid", pl.col("birth_date") == "1961-13-05"),
        ("patients", "date_is_partial", pl.col("birth_date").str.len_chars() == 7),
        ("patients", "date_in_future", pl.col("last_contact_date") > FUTURE),
        ("patients", "code_unknown", pl.col("er_status") == "borderline"),
        ("patients", "birth_after_diagnosis", pl.col("birth_date") > pl.col("metastatic_diagnosis_date")),
        ("patients", "birth_before_1900", pl.col("birth_date") < "1900"),
        ("patients", "death_before_diagnosis", pl.col("death_date") < pl.col("metastatic_diagnosis_date")),
        ("patients", "contact_after_death", pl.col("last_contact_date") > pl.col("death_date")),
        ("therapy_lines", "code_unknown", pl.col("end_reason") == "switched"),
        ("therapy_lines", "number_invalid", pl.col("line_number") == "first"),
        ("therapy_lines", "end_before_start", pl.col("end_date") < pl.col("start_date")),
        ("therapy_lines", "line_number_invalid", pl.col("line_number") == "0"),
        ("therapy_lines", "cycle_length_out_of_range", pl.col("cycle_length_days") == "90"),
        ("imaging_assessments", "date_in_future", pl.col("assessment_date") > FUTURE),
        ("imaging_assessments", "assessment_before_birth", pl.col("assessment_date") < "1902"),
        ("lab_results", "value_not_positive", pl.col("value").cast(pl.Float64) <= 0),
        ("lab_results", "value_implausible", pl.col("value").cast(pl.Float64) > 20_000),
        ("lab_results", "limit_not_positive", _number("upper_limit_normal") <= 0),
        ("lab_results", "unit_missing", pl.col("unit").is_null()),
        ("lab_results", "value_is_censored", pl.col("value").str.starts_with("<")),
        (
            "lab_results",
            "unit_not_convertible",
            (pl.col("unit") == "King-Armstrong")
            | (pl.col("unit") == "xULN") & pl.col("upper_limit_normal").is_null(),
        ),
        ("her2_tests", "ratio_out_of_range", _number("her2_cep17_ratio").is_between(50, 99, closed="none")),
        (
            "her2_tests",
            "copy_number_out_of_range",
            _number("her2_copy_number").is_between(98, 99, closed="none"),
        ),
    ],
)
def test_the_planted_rows_are_broken_as_recorded_and_no_other_row_is(
    dirty: SyntheticRegistry, table: str, rule: str, is_broken: pl.Expr
) -> None:
    assert rows_breaking(dirty, table, rule).select(is_broken.all()).item()
    planted = dirty.planted.filter(pl.col("table") == table)["row_number"]
    others = dirty.tables[table].with_row_index("n", offset=1).filter(~pl.col("n").is_in(planted.implode()))
    # Only the cells of this rule are read in the sound rows: each of them must be readable.
    assert others.filter(is_broken).is_empty()


@pytest.mark.parametrize(
    ("table", "column"), [("imaging_assessments", "assessment_date"), ("lab_results", "specimen_date")]
)
def test_rows_after_death_belong_to_a_dead_patient(dirty: SyntheticRegistry, table: str, column: str) -> None:
    rule = "assessment_after_death" if table == "imaging_assessments" else "specimen_after_death"
    late = rows_breaking(dirty, table, rule).join(dirty.tables["patients"], on="patient_id")
    assert late.height > 0
    assert (late[column] > late["death_date"]).all()


def test_duplicate_rows_repeat_an_earlier_row(dirty: SyntheticRegistry) -> None:
    twins = dirty.planted.drop_nulls("twin_row_number")
    assert set(twins["table"]) == set(TABLES)
    for row in twins.iter_rows(named=True):
        frame = dirty.tables[row["table"]]
        assert row["rules"] == ["duplicate_row"]
        assert row["twin_row_number"] < row["row_number"]
        assert frame.row(row["twin_row_number"] - 1) == frame.row(row["row_number"] - 1)


@pytest.mark.parametrize("table", [name for name, table in TABLES.items() if table.delivered_key])
def test_rows_of_a_duplicate_key_share_it_and_disagree(dirty: SyntheticRegistry, table: str) -> None:
    rows = rows_breaking(dirty, table, "duplicate_key")
    assert rows.height == 2
    assert rows.select(TABLES[table].delivered_key).n_unique() == 1
    assert rows.n_unique() == 2


def test_all_that_hangs_on_a_refused_patient_or_scan_is_recorded_and_nothing_else(
    dirty: SyntheticRegistry, shut: SyntheticRegistry
) -> None:
    for registry in (dirty, shut):
        for table, parent, key, rule in (
            ("therapy_lines", "patients", "patient_id", "unknown_patient"),
            ("imaging_assessments", "patients", "patient_id", "unknown_patient"),
            ("lab_results", "patients", "patient_id", "unknown_patient"),
            ("her2_tests", "patients", "patient_id", "unknown_patient"),
            ("bone_lesions", "imaging_assessments", "assessment_id", "unknown_assessment"),
        ):
            refused = registry.planted.filter(pl.col("table") == parent)["row_number"]
            admitted = registry.tables[parent].with_row_index("n", offset=1)
            admitted = admitted.filter(~pl.col("n").is_in(refused.implode()))
            children = registry.tables[table].with_row_index("n", offset=1)
            if table == "lab_results":
                children = children.filter(pl.col("analyte") != "CA_15_3")  # ignored, not refused
            orphans = children.join(admitted, on=key, how="anti")["n"].to_list()
            recorded = registry.planted.filter(pl.col("table") == table, pl.col("rules").list.contains(rule))[
                "row_number"
            ]
            assert sorted(orphans) == sorted(recorded)


def test_a_refused_patient_has_no_verdict_in_the_truth(dirty: SyntheticRegistry) -> None:
    refused = dirty.truth.filter(pl.col("is_refused"))
    broken = rows_breaking(dirty, "patients", "date_invalid")
    assert refused["patient_id"].to_list() == broken["patient_id"].to_list()
    assert refused["state"].null_count() == refused.height == 1


def test_a_row_can_break_two_rules(dirty: SyntheticRegistry) -> None:
    assert dirty.planted["rules"].list.len().max() == 2


def test_a_shut_registry_has_more_undated_scans_than_any_gate_lets_through(shut: SyntheticRegistry) -> None:
    undated = shut.tables["imaging_assessments"]["assessment_date"].null_count()
    recorded = rows_breaking(shut, "imaging_assessments", "required_value_missing")
    assert recorded["assessment_date"].null_count() == recorded.height == undated
    assert undated / shut.tables["imaging_assessments"].height > 0.05


def test_shuffling_moves_rows_and_the_record_follows_them(dirty: SyntheticRegistry) -> None:
    moved = shuffle_rows(dirty, 4)
    for table, frame in dirty.tables.items():
        assert not moved.tables[table].equals(frame)
        assert_frame_equal(moved.tables[table], frame, check_row_order=False)
    for table, rule in ROW_RULES:
        assert_frame_equal(
            rows_breaking(moved, table, rule), rows_breaking(dirty, table, rule), check_row_order=False
        )
    twins = moved.planted.drop_nulls("twin_row_number")
    assert twins.height == len(TABLES)
    assert (twins["twin_row_number"] < twins["row_number"]).all()


def test_flagged_results_are_suspect_and_not_refused(dirty: SyntheticRegistry) -> None:
    flagged = dirty.flagged.filter(pl.col("flag") == "unit_suspect")
    rows = dirty.tables["lab_results"][(flagged["row_number"] - 1).to_list()]
    assert rows["value"].to_list() == ["9.99"]
    assert dirty.flagged.join(dirty.planted, on=["table", "row_number"], how="semi").is_empty()
    others = dirty.tables["lab_results"].join(rows, on="patient_id", how="semi")["value"].to_list()
    assert sorted(others) == ["31", "9.99"]
