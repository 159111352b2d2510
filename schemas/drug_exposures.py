"""The contract of `drug_exposures`, from which lines of therapy are derived where none are delivered.

Not here: deriving them (`bpp_etl/harmonise/lines.py`). It is none of the six tables, and is not published.
"""

import polars as pl

from schemas.contract import Contract, delivered
from schemas.judging import registry_column, row_number_column


class DrugExposures(Contract, key=("registry", "row_number")):
    """One row per drug and stretch of time, or administration, of a patient."""

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    agent: pl.String = delivered("The drug, one agent by its name or code.", required=True)
    start_date: pl.Date = delivered("Day on which it was first given.", kind="date", required=True)
    end_date: pl.Date = delivered(
        "Day on which it was last given; empty where that is not known.", kind="date"
    )
    row_number: pl.Int64 = row_number_column()
