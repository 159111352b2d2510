"""Clinical data of 1,097 real patients (TCGA-BRCA): words for nothing are refused until the registry says so.

Not here: barcodes or any value of one patient. The study counts days from diagnosis: day 0 is 1 January 2000
here, for everybody, and the HER2 test is of that day.
"""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tests.real.pipeline import (
    SHARED,
    admit,
    admitted_rows,
    deliver,
    refusals,
    rows_where_they_went,
    with_required_tables,
)

PATIENTS = SHARED / "tcga_brca_clinical" / "patient.csv"
DAY_0 = dt.date(2000, 1, 1)
DAY = "2020-01-01"

pytestmark = pytest.mark.skipif(
    not PATIENTS.exists(), reason="the TCGA-BRCA tables are not beside this checkout (../shared/data)"
)

STATUS = {"Positive": "positive", "Negative": "negative"}
NOTHING = dict.fromkeys(("[Not Available]", "[Not Applicable]", "[Not Evaluated]"), "")
CODES = {
    "patients.sex": {"FEMALE": "female", "MALE": "male"},
    "patients.er_status": STATUS | {"Indeterminate": "unknown"},
    "patients.pr_status": STATUS | {"Indeterminate": "unknown"},
    "her2_tests.ish_result": STATUS | {"Equivocal": "equivocal", "Indeterminate": ""},
}
"""The study's codes -> ours."""

SENTINELS = ("patients.birth_date", "patients.death_date", *CODES, "her2_tests.ihc_score") + (
    "her2_tests.her2_copy_number",
    "her2_tests.her2_cep17_ratio",
)
"""Where the study writes words for nothing."""


def configuration(*, knows_sentinels: bool) -> str:
    lines = []
    for column in sorted({*CODES, *SENTINELS}):
        codes = CODES.get(column, {}) | (NOTHING if knows_sentinels and column in SENTINELS else {})
        lines += [f"[recode.{column}]", *(f'"{theirs}" = "{ours}"' for theirs, ours in codes.items())]
    return "\n".join(lines)


def day_of(column: str) -> pl.Expr:
    """Turn days from diagnosis into a day; a word for nothing stays as it is."""
    days = pl.duration(days=pl.col(column).cast(pl.Int64, strict=False))
    return pl.coalesce((pl.lit(DAY_0) + days).cast(pl.String), pl.col(column))


def study_tables() -> dict[str, pl.DataFrame]:
    study = pl.read_csv(PATIENTS, infer_schema=False)
    is_alive = pl.col("vital_status") == "Alive"
    patients = study.select(
        patient_id="bcr_patient_barcode",
        sex="gender",
        birth_date=day_of("birth_days_to"),
        er_status="er_status_by_ihc",
        pr_status="pr_status_by_ihc",
        last_contact_date=pl.when(is_alive).then(day_of("last_contact_days_to")).otherwise(day_of("death_days_to")),
        death_date=day_of("death_days_to"),
    )
    tests = study.select(
        patient_id="bcr_patient_barcode",
        test_date=pl.lit(DAY_0),
        specimen_site=pl.lit("primary"),
        ihc_score="her2_ihc_score",
        ish_result="her2_fish_status",
        her2_copy_number="her2_copy_number",
        her2_cep17_ratio="her2_cent17_ratio",
    )
    return with_required_tables(DAY, patients, her2_tests=tests)


def test_sentinels_shut_the_gate_until_they_are_recoded_to_nothing(tmp_path: Path) -> None:
    raw = configuration(knows_sentinels=False)
    verdict = admit(tmp_path / "raw", deliver(tmp_path / "raw", study_tables(), day=DAY, configuration=raw))
    print({k: v for k, v in refusals(verdict).items()}, verdict.reasons)
    known = configuration(knows_sentinels=True)
    root = tmp_path / "recoded"
    verdict = admit(root, deliver(root, study_tables(), day=DAY, configuration=known))
    print(refusals(verdict), verdict.reasons, rows_where_they_went(verdict))
    print(admitted_rows(root, "select birth_date is null, death_date is null, er_status, count(*) from core.patients group by all"))
    print(admitted_rows(root, "select her2_status, flags from core.her2_tests"))
    assert 0
