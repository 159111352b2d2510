"""The contract of `patients` and its row rules.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl
from pandera.polars import PolarsData, dataframe_check

from schemas.codes import RECEPTOR_STATUS, SEX
from schemas.contract import Contract, delivered
from schemas.judging import at_or_before, flags_column, not_before_year, registry_column, row_number_column


class Patients(Contract, key=("registry", "patient_id")):
    """One row per patient of a registry."""

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    sex: pl.String = delivered("Sex as recorded by the registry.", kind="code", codes=SEX, required=True)
    birth_date: pl.Date = delivered("Date of birth.", kind="date")
    metastatic_diagnosis_date: pl.Date = delivered(
        "Date on which metastatic disease was diagnosed.", kind="date"
    )
    er_status: pl.String = delivered("Oestrogen receptor status.", kind="code", codes=RECEPTOR_STATUS)
    pr_status: pl.String = delivered("Progesterone receptor status.", kind="code", codes=RECEPTOR_STATUS)
    last_contact_date: pl.Date = delivered(
        "Last date on which the patient was known to be alive or died.", kind="date", required=True
    )
    death_date: pl.Date = delivered("Date of death; empty while alive.", kind="date")
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    @dataframe_check(name="birth_after_diagnosis")
    def birth_after_diagnosis(cls, data: PolarsData) -> pl.LazyFrame:
        """A patient is born before metastatic disease is diagnosed."""
        return at_or_before(data, "birth_date", "metastatic_diagnosis_date")

    @dataframe_check(name="birth_before_1900")
    def birth_before_1900(cls, data: PolarsData) -> pl.LazyFrame:
        """Nobody in a registry of today was born before 1900."""
        return not_before_year(data, "birth_date", 1900)

    @dataframe_check(name="death_before_diagnosis")
    def death_before_diagnosis(cls, data: PolarsData) -> pl.LazyFrame:
        """Death does not come before the diagnosis of metastatic disease."""
        return at_or_before(data, "metastatic_diagnosis_date", "death_date")

    @dataframe_check(name="contact_after_death")
    def contact_after_death(cls, data: PolarsData) -> pl.LazyFrame:
        """The last contact is not after death."""
        return at_or_before(data, "last_contact_date", "death_date")
