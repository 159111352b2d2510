"""The contract of `core.assessment_cadence`.

Not here: how the cadence is worked out (`bpp_etl/timeline`).
"""

from typing import Annotated

import polars as pl

from schemas.codes import CADENCE_CLASS
from schemas.contract import Contract, derived
from schemas.judging import registry_column


class AssessmentCadence(Contract, key=("registry", "patient_id", "line_number", "time_point_date")):
    """One row per patient, line of therapy and CT time point on that line."""

    registry: pl.String = registry_column()
    patient_id: pl.String = derived("The registry's pseudonym of the patient.", nullable=False)
    line_number: pl.Int32 = derived("Line of therapy, counted from 1.", nullable=False)
    time_point_date: pl.Date = derived(
        "Day of the time point: its earliest eligible CT, else its earliest assessment.", nullable=False
    )
    previous_date: pl.Date = derived(
        "Day of the CT time point before it on this line, or the start of the line.", nullable=False
    )
    interval_days: pl.Int32 = derived("From the previous date to this one.", nullable=False, unit="days")
    expected_interval_days: pl.Int32 = derived(
        "Two cycles of the line; two cycles of 21 days where the length is not recorded.",
        nullable=False,
        unit="days",
    )
    deviation_days: pl.Int32 = derived(
        "Interval minus expected interval; negative is early.", nullable=False, unit="days"
    )
    cadence_class: pl.String = derived(
        "on_time within 7 days; missed over one and a half expected intervals; else early or late.",
        nullable=False,
        codes=CADENCE_CLASS,
    )
    flags: Annotated[pl.List, pl.String] = derived(
        "Warning codes; empty when there are none. cycle_length_assumed: the line records no cycle length.",
        nullable=False,
    )
