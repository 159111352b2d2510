"""Units of 347 real ALP results from 69 hospitals (eICU demo): one unit in five spellings, all accepted.

Not here: stay identifiers or any single result; only counts are compared and printed.
"""

from pathlib import Path

import polars as pl
import pytest

from tests.unit.harmonise.queries import harmonise_lab

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "icu_demo_alp"

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the ICU demo series are not beside this checkout (../shared/data)"
)


def read_results() -> pl.DataFrame:
    """Read the results with the hospital that each stay belongs to."""
    results = pl.read_csv(FOLDER / "eicu_demo_lab_alp.csv", infer_schema=False)
    stays = pl.read_csv(FOLDER / "eicu_demo_patient.csv", infer_schema=False)
    results = results.with_columns(value=pl.col("labresult").cast(pl.Float64, strict=False))
    return results.join(
        stays.select("patientunitstayid", "hospitalid"), on="patientunitstayid", how="left", validate="m:1"
    )


def test_347_results_of_69_hospitals_in_five_spellings_are_all_accepted_unchanged() -> None:
    results = read_results()
    assert results.height == 347
    assert results["hospitalid"].null_count() == 0
    assert results["value"].null_count() == 0
    assert results["hospitalid"].n_unique() == 69
    spellings = set(results["labmeasurenameinterface"].to_list())
    assert spellings == {"U/L", "IU/L", "unit/L", "Units/L", "u/l"}
    rows = harmonise_lab(
        *(
            {
                "patient_id": result["patientunitstayid"],
                "value": result["value"],
                "value_text": result["labresult"],
                "unit_text": result["labmeasurenameinterface"],
                "laboratory": result["hospitalid"],
            }
            for result in results.to_dicts()
        )
    )
    assert sum(bool(row["problems"]) for row in rows) == 0
    assert sum(row["unit"] == "U/L" and row["unit_factor"] == 1 for row in rows) == 347
    assert sum(row["value"] == float(row["raw_value"]) for row in rows) == 347
