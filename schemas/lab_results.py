"""The contract of `lab_results` and its row rules.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl
from pandera.polars import PolarsData, dataframe_check

from schemas.codes import ANALYTE
from schemas.contract import Contract, delivered, derived
from schemas.judging import between, flags_column, registry_column, row_number_column, rows

HIGHEST_PLAUSIBLE_ALP = 20_000
"""U/L; above it a total ALP is a slip of the pen, not a patient (`value_implausible`)."""


class LabResults(Contract, key=("registry", "row_number")):
    """One row per alkaline phosphatase result of a patient.

    Nothing that is delivered names a result, two on one day are two facts: the row that held it does.
    """

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    analyte: pl.String = delivered(
        "Total (LOINC 6768-6) or bone-specific (LOINC 17838-4) alkaline phosphatase.",
        kind="code",
        codes=ANALYTE,
        required=True,
    )
    specimen_date: pl.Date = delivered("Day the specimen was taken.", kind="date", required=True)
    value: pl.Float64 = delivered(
        "Result in `unit`: U/L for total ALP, nothing rounded.", kind="number", required=True
    )
    unit: pl.String = delivered("Unit after harmonising: U/L, or ug/L for bone ALP mass.", required=True)
    upper_limit_normal: pl.Float64 = delivered(
        "Upper limit of the laboratory's reference interval, in `unit`.", kind="number"
    )
    laboratory: pl.String = delivered("Laboratory that reported the result.")
    raw_value: pl.String = derived("Result as delivered.")
    raw_unit: pl.String = derived("Unit as delivered.")
    unit_factor: pl.Float64 = derived("What the delivered value was multiplied by.")
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    @dataframe_check(name="value_not_positive")
    def value_not_positive(cls, data: PolarsData) -> pl.LazyFrame:
        """A result is above zero."""
        return rows(data, pl.col("value").is_null() | (pl.col("value") > 0))

    @dataframe_check(name="value_implausible")
    def value_implausible(cls, data: PolarsData) -> pl.LazyFrame:
        """A total ALP is at most 20000 U/L."""
        is_total = (pl.col("analyte") == "ALP_TOTAL") & (pl.col("unit") == "U/L")
        return rows(data, ~is_total | pl.col("value").is_null() | (pl.col("value") <= HIGHEST_PLAUSIBLE_ALP))

    @dataframe_check(name="limit_not_positive")
    def limit_not_positive(cls, data: PolarsData) -> pl.LazyFrame:
        """An upper limit of normal is above zero."""
        return between(data, "upper_limit_normal", 0, None, open_low=True)
