"""The contract of `therapy_lines` and its row rules.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl
from pandera.polars import PolarsData, dataframe_check

from schemas.contract import Contract, delivered
from schemas.judging import at_or_before, between, flags_column, registry_column, row_number_column


class TherapyLines(Contract, key=("registry", "patient_id", "line_number")):
    """One row per patient and line of systemic treatment."""

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    line_number: pl.Int32 = delivered(
        "Line of systemic treatment for metastatic disease: 1, 2, ...", kind="integer", required=True
    )
    regimen: pl.String = delivered("Treatment as the registry names it.", required=True)
    start_date: pl.Date = delivered("First day of the line.", kind="date", required=True)
    end_date: pl.Date = delivered("Last day of the line; empty while it goes on.", kind="date")
    end_reason: pl.String = delivered("Why the line ended, in the registry's words.")
    cycle_length_days: pl.Int32 = delivered("Length of one cycle.", kind="integer", unit="days")
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    @dataframe_check(name="end_before_start")
    def end_before_start(cls, data: PolarsData) -> pl.LazyFrame:
        """A line does not end before it starts."""
        return at_or_before(data, "start_date", "end_date")

    @dataframe_check(name="line_number_invalid")
    def line_number_invalid(cls, data: PolarsData) -> pl.LazyFrame:
        """A line number is 1 or more."""
        return between(data, "line_number", 1, None)

    @dataframe_check(name="cycle_length_out_of_range")
    def cycle_length_out_of_range(cls, data: PolarsData) -> pl.LazyFrame:
        """A cycle lasts 7 to 84 days."""
        return between(data, "cycle_length_days", 7, 84)
