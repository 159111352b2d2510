"""The contract of `core.assessment_cadence`, the numbers by which cadence is judged, and a stated schedule.

Not here: how the cadence is worked out (`bpp_etl/timeline`), and the numbers of protocols, which the events
read: the cadence of core is judged before any protocol is known.
"""

from dataclasses import dataclass
from typing import Annotated

import polars as pl

from schemas.codes import CADENCE_CLASS
from schemas.contract import Contract, derived
from schemas.judging import registry_column

TIME_POINT_DAYS = 7
"""An assessment at most this many days after the patient's previous one joins its time point."""

CYCLES_PER_INTERVAL = 2
"""CTs are planned every so many cycles."""

FALLBACK_CYCLE_DAYS = 21
"""Assumed, with a flag, where a line does not record its cycle length."""

TOLERANCE_DAYS = 7
"""A CT this close to its planned day is on time."""

ALIKE_DAYS = TOLERANCE_DAYS
"""Groups whose median CT intervals differ by more keep different schedules: what is compared between them is
seen at one group's scans sooner than at the other's. As far as a CT may be off and still be on time."""

MISSED_AFTER_INTERVALS = 1.5
"""An interval longer than this many planned ones has skipped an appointment."""

LEAST_INTERVAL_DAYS, MOST_INTERVAL_DAYS = 7, 365
"""Between these lies every interval that a registry may state."""


@dataclass(frozen=True)
class StatedCadence:
    """The CT schedule that a registry states of its own: `[cadence]` in registry.toml.

    `interval_days` are the whole days from the start of a line to its first CT, from that to the next, and so
    on; the last one repeats. Empty where nothing is stated: CTs are then planned by the cycles of the line.
    """

    interval_days: tuple[int, ...] = ()

    def in_words(self) -> str:
        """Write it as the line of registry.toml that states it."""
        return f"interval_days = {list(self.interval_days)}"


NOT_STATED = StatedCadence()


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
        "What `[cadence]` of registry.toml states for the place of this interval on its line; else "
        f"{CYCLES_PER_INTERVAL} cycles of the line, of {FALLBACK_CYCLE_DAYS} days where none is recorded.",
        nullable=False,
        unit="days",
    )
    deviation_days: pl.Int32 = derived(
        "Interval minus expected interval; negative is early.", nullable=False, unit="days"
    )
    cadence_class: pl.String = derived(
        f"on_time within {TOLERANCE_DAYS} days; missed over {MISSED_AFTER_INTERVALS:g} expected intervals; "
        "else early or late.",
        nullable=False,
        codes=CADENCE_CLASS,
    )
    flags: Annotated[pl.List, pl.String] = derived(
        "Warning codes; empty when there are none. cycle_length_assumed: the line records no cycle length, "
        "and the registry states no schedule of its own.",
        nullable=False,
    )
