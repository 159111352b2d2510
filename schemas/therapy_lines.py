"""The contract of `therapy_lines` and the laws of its rows.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.codes import END_REASON
from schemas.contract import Contract, delivered
from schemas.examples import example
from schemas.judging import (
    at_least,
    at_or_before,
    between,
    flags_column,
    registry_column,
    row_number_column,
)
from schemas.laws import RowLaw, TextLaw


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
    end_reason: pl.String = delivered(
        "Why the line ended; empty while it goes on, or where nobody wrote it down.",
        kind="code",
        codes=END_REASON,
    )
    cycle_length_days: pl.Int32 = delivered(
        "Length of one cycle.", kind="integer", unit="days", unreadable="cycle_length_unreadable"
    )
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        TextLaw(
            "cycle_length_unreadable",
            sentence="A cycle length is a whole number of days, where there is one.",
            exactly="One that cannot be read is empty: the line then has no CT schedule of its own.",
            severity="flag",
            category="conformance",
            mend="Deliver the days of one cycle as a whole number, or leave the cell empty.",
            examples=(
                example({"cycle_length_days": "monthly"}, {"cycle_length_days": "n/a"}, planted=True),
                example({"cycle_length_days": "21.5"}, {"cycle_length_days": "21.0"}),
            ),
        ),
        RowLaw(
            "end_before_start",
            sentence="A line does not end before it starts.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("start_date", "end_date"),
            examples=(
                example(
                    {"start_date": "{delivery:-700}", "end_date": "{delivery:-701}"},
                    {"start_date": "{delivery:-700}", "end_date": "{delivery:-700}"},
                    planted=True,
                ),
            ),
        ),
        RowLaw(
            "line_number_invalid",
            sentence="A line number is 1 or more.",
            severity="refuse",
            category="conformance",
            mend="Number the lines from 1.",
            holds=at_least("line_number", 1),
            examples=(
                example({"line_number": "0"}, {"line_number": "1"}, planted=True),
                example({"line_number": "-1"}, {"line_number": "2"}),
            ),
        ),
        RowLaw(
            "cycle_length_out_of_range",
            sentence="A cycle lasts 7 to 84 days.",
            severity="refuse",
            category="plausibility",
            mend="Correct the length, or leave it empty.",
            holds=between("cycle_length_days", 7, 84),
            examples=(
                example({"cycle_length_days": "90"}, {"cycle_length_days": "28"}, planted=True),
                example({"cycle_length_days": "85"}, {"cycle_length_days": "84"}),
                example({"cycle_length_days": "6"}, {"cycle_length_days": "7"}),
            ),
        ),
    )
