"""Real ALP results of two ICU databases through the gate: one unit in five spellings, and moved dates.

Not here: stay identifiers or any single result; only counts are compared and printed. The stays have no
calendar in eICU: each begins at midnight of 1 June 2014 here, and a result's time is its offset from it.
MIMIC has moved its dates by a century or two, to protect its patients.
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

FOLDER = SHARED / "icu_demo_alp"
START = dt.datetime(2014, 6, 1)  # noqa: DTZ001 - hours of no place
DAY = "2015-12-31"

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the ICU demo series are not beside this checkout (../shared/data)"
)

EICU = """
date_format = "%Y-%m-%d %H:%M:%S"
[recode.patients.sex]
Female = "female"
Male = "male"
[rename.lab_results]
patientunitstayid = "patient_id"
labname = "analyte"
labresult = "value"
labmeasurenameinterface = "unit"
[recode.lab_results.analyte]
"alkaline phos." = "ALP_TOTAL"
"""

MIMIC = """
date_format = "%Y-%m-%d %H:%M:%S"
[rename.lab_results]
SUBJECT_ID = "patient_id"
ITEMID = "analyte"
CHARTTIME = "specimen_date"
VALUE = "value"
VALUEUOM = "unit"
[recode.lab_results.analyte]
50863 = "ALP_TOTAL"
"""


def eicu_tables(precision: str) -> dict[str, pl.DataFrame]:
    stays = pl.read_csv(FOLDER / "eicu_demo_patient.csv", infer_schema=False)
    results = pl.read_csv(FOLDER / "eicu_demo_lab_alp.csv", infer_schema=False)
    patients = stays.join(results, on="patientunitstayid", how="semi").select(
        patient_id="patientunitstayid", sex="gender", last_contact_date=pl.lit(DAY)
    )
    time = pl.lit(START) + pl.duration(minutes=pl.col("labresultoffset").cast(pl.Int64))
    lab_results = results.join(stays, on="patientunitstayid").select(
        "patientunitstayid",
        "labname",
        "labresult",
        "labmeasurenameinterface",
        specimen_date=time.dt.strftime(precision),
        laboratory="hospitalid",
    )
    return with_required_tables(DAY, patients, lab_results=lab_results)


@pytest.mark.parametrize(
    ("precision", "copies"),
    # Two stays had the same result twice on one day: without the hour, those rows are identical.
    [("%Y-%m-%d %H:%M:%S", 0), ("%Y-%m-%d", 2)],
    ids=["to the minute", "to the day"],
)
def test_347_results_of_69_hospitals_in_five_spellings_pass_the_gate_unchanged(
    tmp_path: Path, precision: str, copies: int
) -> None:
    tables = eicu_tables(precision)
    assert tables["lab_results"]["laboratory"].n_unique() == 69
    assert tables["lab_results"]["labmeasurenameinterface"].n_unique() == 5
    decision = admit(tmp_path, deliver(tmp_path, tables, day=DAY, configuration=EICU))
    assert decision.is_open
    assert rows_where_they_went(decision) == {
        "patients": (129, 129, 0, 0),
        "therapy_lines": (1, 1, 0, 0),
        "imaging_assessments": (1, 1, 0, 0),
        "bone_lesions": (1, 1, 0, 0),
        "lab_results": (347, 347 - copies, copies, 0),
    }
    assert refusals(decision) == ({("lab_results", "duplicate_row"): copies} if copies else {})
    assert not any(result.broken for result in decision.rules if result.rule == "unit_suspect")
    units = admitted_rows(tmp_path, "select raw_unit, unit, unit_factor, flags from core.lab_results")
    assert units == {
        ("U/L", "U/L", 1.0, ()): 170 - copies,
        ("IU/L", "U/L", 1.0, ()): 150,
        ("unit/L", "U/L", 1.0, ()): 22,
        ("Units/L", "U/L", 1.0, ()): 4,
        ("u/l", "U/L", 1.0, ()): 1,
    }
    unchanged = "select value = raw_value::double, laboratory is not null from core.lab_results"
    assert admitted_rows(tmp_path, unchanged) == {(True, True): 347 - copies}


def mimic_results() -> pl.DataFrame:
    return pl.read_csv(FOLDER / "mimic3_demo_labevents_alp.csv", infer_schema=False).drop("HADM_ID", "FLAG")


def test_592_results_dated_2104_to_2202_are_all_refused_as_in_the_future(tmp_path: Path) -> None:
    results = mimic_results()
    patients = results.select(patient_id="SUBJECT_ID", sex=pl.lit("unknown"), last_contact_date=pl.lit(DAY))
    tables = with_required_tables(DAY, patients.drop_nulls().unique(), lab_results=results)
    configuration = MIMIC + "\n[limits]\nlab_results = 1\n"
    decision = admit(tmp_path, deliver(tmp_path, tables, day=DAY, configuration=configuration))
    assert decision.is_open
    went = rows_where_they_went(decision)
    assert (went["patients"], went["lab_results"]) == ((70, 70, 0, 0), (592, 0, 592, 0))
    assert refusals(decision) == {
        ("lab_results", "date_in_future"): 592,
        # These belong to no stay of the demonstration, so nobody is named.
        ("lab_results", "required_value_missing"): 104,
    }
    assert admitted_rows(tmp_path, "select 1 from core.lab_results") == {}
    rules = admitted_rows(tmp_path, "select broken_rules from quarantine.lab_results")
    assert rules == {
        (("date_in_future",),): 488,
        (("date_in_future", "required_value_missing"),): 104,
    }


def test_patients_with_moved_dates_shut_the_gate(tmp_path: Path) -> None:
    people = pl.read_csv(FOLDER / "mimic3_demo_patients.csv", infer_schema=False)
    patients = people.select(
        patient_id="subject_id",
        sex=pl.col("gender").replace_strict({"F": "female", "M": "male"}),
        birth_date="dob",
        death_date="dod",
        last_contact_date="dod",
    )
    tables = with_required_tables(DAY, patients, lab_results=mimic_results())
    configuration = MIMIC + "\n[limits]\npatients = 1\nlab_results = 1\n"
    delivery = deliver(tmp_path, tables | {"patients": patients}, day=DAY, configuration=configuration)
    decision = admit(tmp_path, delivery)
    broken = refusals(decision)
    assert broken["patients", "date_in_future"] == 100
    assert broken["lab_results", "unknown_patient"] == 592 - 104
    assert {(reason.table, reason.rule) for reason in decision.causes} >= {
        ("patients", "required_table_empty"),
        ("therapy_lines", "required_table_empty"),
    }
