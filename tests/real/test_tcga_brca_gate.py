"""Clinical data of 1,097 real patients (TCGA-BRCA): words for nothing are refused until the registry says so.

Not here: barcodes or any value of one patient. The study counts days from diagnosis: day 0 is 1 January 2000
here, for everybody, and the HER2 test is of that day.
"""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.gate.decision import GateDecision
from tests.real.pipeline import (
    SHARED,
    admit,
    admitted_rows,
    deliver,
    refusals,
    rows_where_they_went,
    with_required_tables,
)

STUDY = SHARED / "tcga_brca_clinical" / "patient.csv"
DAY_0 = dt.date(2000, 1, 1)
DAY = "2020-01-01"

pytestmark = pytest.mark.skipif(
    not STUDY.exists(), reason="the TCGA-BRCA tables are not beside this checkout (../shared/data)"
)

STATUS = {"Positive": "positive", "Negative": "negative"}
CODES: dict[str, dict[str, str]] = {
    "patients.sex": {"FEMALE": "female", "MALE": "male"},
    "patients.er_status": STATUS | {"Indeterminate": "unknown"},
    "patients.birth_date": {},
    "patients.death_date": {},
    "her2_tests.ihc_score": {},
    "her2_tests.ish_result": STATUS | {"Equivocal": "equivocal", "Indeterminate": ""},
    "her2_tests.her2_copy_number": {},
}
"""The study's codes -> ours, for each column that holds codes or words for nothing."""
NOTHING = dict.fromkeys(("[Not Available]", "[Not Applicable]", "[Not Evaluated]"), "")


def judged(root: Path, nothing: dict[str, str]) -> GateDecision:
    """Deliver the study, with the codes that its registry states, to the gate."""
    day_0, study = pl.lit(DAY_0), pl.read_csv(STUDY, infer_schema=False)
    for days in ("birth_days_to", "last_contact_days_to", "death_days_to"):
        day = day_0 + pl.duration(days=pl.col(days).cast(pl.Int64, strict=False))
        study = study.with_columns(pl.coalesce(day.cast(pl.String), days).alias(days))
    is_dead = pl.col("vital_status") == "Dead"
    patients = study.select(
        patient_id="bcr_patient_barcode",
        sex="gender",
        birth_date="birth_days_to",
        er_status="er_status_by_ihc",
        last_contact_date=pl.when(is_dead).then("death_days_to").otherwise("last_contact_days_to"),
        death_date="death_days_to",
    )
    tests = study.select(
        "her2_copy_number",
        patient_id="bcr_patient_barcode",
        test_date=day_0,
        specimen_site=pl.lit("primary"),
        ihc_score="her2_ihc_score",
        ish_result="her2_fish_status",
    )
    told = [
        f"[recode.{column}]\n" + "".join(f'"{theirs}" = "{ours}"\n' for theirs, ours in codes.items())
        for column, codes in ((column, codes | nothing) for column, codes in CODES.items())
    ]
    tables = with_required_tables(DAY, patients, her2_tests=tests)
    return admit(root, deliver(root, tables, day=DAY, configuration="".join(told)))


def test_words_for_nothing_shut_the_gate_until_they_are_recoded(tmp_path: Path) -> None:
    decision = judged(tmp_path, {})
    assert {(reason.table, reason.rule) for reason in decision.causes} == {
        ("patients", "refused_share_exceeded"),
        ("her2_tests", "refused_share_exceeded"),
    }
    assert {rule for _, rule in refusals(decision)} == {
        "date_invalid",
        "code_unknown",
        "unknown_patient",
    }


def test_once_recoded_all_1097_patients_are_admitted_and_impossible_copy_numbers_emptied(
    tmp_path: Path,
) -> None:
    decision = judged(tmp_path, NOTHING)
    assert decision.is_open
    went = rows_where_they_went(decision)
    # One patient more is made up.
    assert (went["patients"], went["her2_tests"]) == ((1098, 1098, 0, 0), (1097, 1097, 0, 0))
    assert refusals(decision) == {}
    # "not amplified" and ">6" are words, and 99 copies and more are codes, or those of many cells together.
    flags = admitted_rows(tmp_path, "select unnest(flags) from core.her2_tests")
    assert {flag: flags[flag,] for flag in ("copy_number_unreadable", "number_is_a_code")} == {
        "copy_number_unreadable": 10,
        "number_is_a_code": 15,
    }
    assert admitted_rows(tmp_path, "select birth_date is null from core.patients") == {
        (False,): 1082,
        (True,): 16,
    }
    assert admitted_rows(tmp_path, "select death_date is null from core.patients") == {
        (False,): 104,
        (True,): 994,
    }
    assert admitted_rows(tmp_path, "select er_status from core.patients") == {
        ("positive",): 808,
        ("negative",): 238,
        ("unknown",): 2,
        (None,): 50,
    }
    assert admitted_rows(tmp_path, "select her2_status from core.her2_tests") == {
        ("negative",): 544,
        ("indeterminate",): 394,
        ("positive",): 159,
    }
