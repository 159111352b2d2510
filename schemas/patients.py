"""The contract of `patients` and the laws of its rows.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.codes import RECEPTOR_STATUS, SEX
from schemas.contract import Contract, delivered
from schemas.examples import example
from schemas.judging import at_or_before, flags_column, not_before_year, registry_column, row_number_column
from schemas.laws import RowLaw


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

    _laws = (
        RowLaw(
            "birth_after_diagnosis",
            sentence="A patient is born before metastatic disease is diagnosed.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("birth_date", "metastatic_diagnosis_date"),
            examples=(
                example(
                    {"birth_date": "{delivery:-1900}", "metastatic_diagnosis_date": "{delivery:-2000}"},
                    {"birth_date": "{delivery:-2100}", "metastatic_diagnosis_date": "{delivery:-2000}"},
                    planted=True,
                ),
                example(
                    {"birth_date": "1980-01-02", "metastatic_diagnosis_date": "1980-01-01"},
                    {"birth_date": "1980-01-01", "metastatic_diagnosis_date": "1980-01-01"},
                ),
            ),
        ),
        RowLaw(
            "birth_before_1900",
            sentence="A birth is not before 1900.",
            severity="refuse",
            category="plausibility",
            mend="Correct the date of birth.",
            holds=not_before_year("birth_date", 1900),
            examples=(
                example({"birth_date": "1890-06-15"}, {"birth_date": "1910-06-15"}, planted=True),
                example({"birth_date": "1899-12-31"}, {"birth_date": "1900-01-01"}),
            ),
        ),
        RowLaw(
            "death_before_diagnosis",
            sentence="Death does not come before the diagnosis of metastatic disease.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("metastatic_diagnosis_date", "death_date"),
            examples=(
                example(
                    {
                        "metastatic_diagnosis_date": "{delivery:-2000}",
                        "death_date": "{delivery:-2100}",
                        "last_contact_date": "{delivery:-2100}",
                    },
                    {
                        "metastatic_diagnosis_date": "{delivery:-2000}",
                        "death_date": "{delivery:-1900}",
                        "last_contact_date": "{delivery:-1900}",
                    },
                    planted=True,
                ),
                example(
                    {
                        "metastatic_diagnosis_date": "2024-03-02",
                        "death_date": "2024-03-01",
                        "last_contact_date": "2024-03-01",
                    },
                    {
                        "metastatic_diagnosis_date": "2024-03-01",
                        "death_date": "2024-03-01",
                        "last_contact_date": "2024-03-01",
                    },
                ),
            ),
        ),
        RowLaw(
            "contact_after_death",
            sentence="The last contact is not after death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("last_contact_date", "death_date"),
            examples=(
                example(
                    {"death_date": "{delivery:-600}", "last_contact_date": "{delivery:-500}"},
                    {"death_date": "{delivery:-400}", "last_contact_date": "{delivery:-500}"},
                    planted=True,
                ),
                example(
                    {"death_date": "2024-03-01", "last_contact_date": "2024-03-02"},
                    {"death_date": "2024-03-01", "last_contact_date": "2024-03-01"},
                ),
            ),
        ),
    )
