"""The contract of `imaging_assessments` and the laws of its rows.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.codes import EXTRAOSSEOUS_RESPONSE, MODALITY
from schemas.contract import Contract, delivered
from schemas.examples import example
from schemas.judging import flags_column, registry_column, row_number_column
from schemas.laws import TimeLaw


class ImagingAssessments(Contract, key=("registry", "assessment_id")):
    """One row per imaging examination of a patient."""

    registry: pl.String = registry_column()
    assessment_id: pl.String = delivered("The registry's id of the examination.", required=True)
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    assessment_date: pl.Date = delivered("Day of the examination.", kind="date", required=True)
    modality: pl.String = delivered("How the images were made.", kind="code", codes=MODALITY, required=True)
    is_bone_window: pl.Boolean = delivered(
        "Whether the bone window was read; empty is unknown.", kind="boolean"
    )
    is_evaluable: pl.Boolean = delivered(
        "Whether the examination can be judged; empty is read as true.", kind="boolean", default="true"
    )
    extraosseous_response: pl.String = delivered(
        "Response outside bone at this examination; empty is none recorded.",
        kind="code",
        codes=EXTRAOSSEOUS_RESPONSE,
    )
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        TimeLaw(
            "assessment_after_death",
            sentence="No assessment is after the patient's death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="assessment_date",
            order="at_or_before",
            other_table="patients",
            other_column="death_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "assessment_date": "{death:+1}"},
                    {"patient_id": "{dead}", "assessment_date": "{death}"},
                    planted=True,
                ),
            ),
        ),
        TimeLaw(
            "assessment_before_birth",
            sentence="No assessment is before the patient's birth.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="assessment_date",
            order="at_or_after",
            other_table="patients",
            other_column="birth_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "assessment_date": "{birth:-1}"},
                    {"patient_id": "{dead}", "assessment_date": "{birth}"},
                ),
                example({"assessment_date": "1901-01-01"}, {}, planted=True),
            ),
        ),
    )
