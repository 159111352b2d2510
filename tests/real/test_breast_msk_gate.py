"""HER2 of 1,918 real samples (breast_msk_2018) as one delivery: the gate gives the answers of its SQL.

Not here: sample identifiers or any value of one sample. The study counts from birth: everybody is born on
1 January 1925 here, and a sample is taken on the first day of its month. Three tables are made up.
"""

import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.admission.admit import gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision
from tests.real.pipeline import (
    REGISTRY,
    SHARED,
    admitted_rows,
    deliver,
    refusals,
    rows_where_they_went,
    with_required_tables,
)

FOLDER = SHARED / "breast_msk_2018"
BIRTH = dt.date(1925, 1, 1)
DAY = "2018-09-10"

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the breast_msk_2018 study is not beside this checkout (../shared/data)"
)

CONFIGURATION = """
[recode.patients.sex]
Female = "female"
Male = "male"

[rename.her2_tests]
PATIENT_ID = "patient_id"
SAMPLE_TYPE = "specimen_site"
HER2_IHC_SCORE = "ihc_score"
HER2_FISH = "ish_result"
OVERALL_HER2_STATUS = "reported_status"
[recode.her2_tests.specimen_site]
Primary = "primary"
Metastasis = "metastasis"
# A range of scores is read as its higher end, but 2-3+ as 2+: it went to FISH, as 2+ does.
[recode.her2_tests.ihc_score]
"0+" = "0"
"0-1+" = "1+"
"1-2+" = "2+"
"2-3+" = "2+"
"Not Available" = ""
[recode.her2_tests.ish_result]
Positive = "positive"
Negative = "negative"
Equivocal = "equivocal"
"Not Applicable" = ""
"Unk/ND" = ""
"Test Failure" = ""
[recode.her2_tests.reported_status]
Positive = "positive"
Negative = "negative"
Equivocal = "equivocal"
"Unk/ND" = "unknown"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("breast_msk")


@pytest.fixture(scope="module")
def decision(root: Path) -> GateDecision:
    delivery = deliver(root, study_tables(), day=DAY, configuration=CONFIGURATION)
    files = WorkingFiles.of(root, REGISTRY)
    with files.locked():
        found = read(files, delivery)
        # The samples come with all their columns; none of the study's names is mistaken for a person's.
        assert (found.problems, found.identifier_columns) == ((), ())
        assert Counter(table for table, _ in found.extra_columns) == {"her2_tests": 30}
        return gate(files, delivery)


def study_tables() -> dict[str, pl.DataFrame]:
    people = pl.read_csv(FOLDER / "clinical_patient.csv", infer_schema=False)
    samples = pl.read_csv(FOLDER / "clinical_sample.csv", infer_schema=False)
    last_contact = pl.lit(BIRTH) + pl.duration(days=pl.col("LAST_CONTACT_DAYS_TO").cast(pl.Int64))
    month = pl.format("{}mo", pl.col("NGS_SAMPLE_COLLECTION_TIME"))
    # Remarks stand in brackets behind a score, and a copy number in words beside the ratio.
    tests = samples.with_columns(
        pl.col("HER2_IHC_SCORE", "HER2_FISH").str.replace(r" \(.*\)$", ""),
        test_date=pl.lit(BIRTH).dt.offset_by(month),
        her2_cep17_ratio=pl.col("HER2_FISH_RATIO").str.extract(r"^(\d+(?:\.\d+)?)"),
        her2_copy_number=pl.col("HER2_FISH_RATIO").str.extract(r"CN (\d+(?:\.\d+)?)"),
    )
    patients = people.select(
        patient_id="PATIENT_ID", sex="SEX", last_contact_date=last_contact.cast(pl.String)
    )
    return with_required_tables(DAY, patients, her2_tests=tests)


def test_no_sample_is_refused_but_as_the_copy_of_another(decision: GateDecision) -> None:
    assert decision.is_open
    assert rows_where_they_went(decision) == {
        "patients": (1757, 1757, 0, 0),
        "therapy_lines": (1, 1, 0, 0),
        "imaging_assessments": (1, 1, 0, 0),
        "bone_lesions": (1, 1, 0, 0),
        "her2_tests": (1918, 1910, 8, 0),
    }
    # Two samples of one month that say the same: what told them apart, the sample's id, is not a column here.
    assert refusals(decision) == {("her2_tests", "duplicate_row"): 8}


def test_all_but_8_of_the_admitted_samples_get_the_status_that_the_study_recorded(
    decision: GateDecision, root: Path
) -> None:
    assert decision.is_open
    pairs = admitted_rows(root, "select reported_status, her2_status from core.her2_tests")
    agreeing: Counter[tuple[object, ...]] = Counter(
        {
            # All 8 copies are negative: 1614 with them, as the harmonising alone gives.
            ("negative", "negative"): 1606,
            ("positive", "positive"): 199,
            ("equivocal", "indeterminate"): 7,
            ("unknown", "indeterminate"): 90,
        }
    )
    # The guideline of 2018 against that of 2013, and IHC 3+ with a negative FISH.
    disagreeing: Counter[tuple[object, ...]] = Counter(
        {
            ("equivocal", "negative"): 4,
            ("positive", "negative"): 2,
            ("positive", "indeterminate"): 1,
            ("equivocal", "positive"): 1,
        }
    )
    assert pairs == agreeing + disagreeing
    assert (agreeing.total(), disagreeing.total()) == (1902, 8)


def test_each_disagreement_is_flagged_and_nothing_else_is(decision: GateDecision, root: Path) -> None:
    assert decision.is_open
    flags = admitted_rows(root, "select unnest(flags) from core.her2_tests")
    assert flags == {
        ("her2_no_evidence",): 90,
        ("her2_reported_differs",): 8,
        ("her2_ihc2_without_ish",): 7,
        # 8 with the one that a copy bears.
        ("her2_negative_with_comment",): 7,
        ("her2_ihc3_ish_negative",): 3,
        ("her2_ish_result_differs_from_numbers",): 2,
        ("her2_ish_group_needs_ihc",): 1,
        # Of a tissue archive: tested long after the last contact.
        ("test_after_contact",): 14,
    }
    agreeing = (
        "select count(*) from core.her2_tests where list_contains(flags, 'her2_reported_differs') and"
        " (reported_status = her2_status"
        " or reported_status in ('equivocal', 'unknown') and her2_status = 'indeterminate')"
    )
    assert admitted_rows(root, agreeing) == {(0,): 1}
