"""The contract of `event.first_line`: the first-line course of everyone who has one, candidate or not.

Not here: how its columns are found (`bpp_etl/events/sql/first_line.sql`).
"""

import polars as pl

from schemas.codes import HER2_STATUS
from schemas.contract import Contract, derived
from schemas.judging import registry_column


class FirstLine(Contract, key=("registry", "patient_id", "protocol")):
    """One row per admitted patient with a line 1 in the window, and protocol: line, follow-up and start."""

    registry: pl.String = registry_column()
    patient_id: pl.String = derived("The registry's pseudonym of the patient.", nullable=False)
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    therapy_start_date: pl.Date = derived("Start of line 1.", nullable=False)
    line_end_date: pl.Date = derived("End of line 1; empty while it goes on.")
    second_line_start_date: pl.Date = derived("Start of line 2; empty where none is recorded.")
    line_stop_date: pl.Date = derived("The earlier of the end of line 1 and the start of line 2.")
    progression_until: pl.Date = derived(
        "Last day on which a progression is still one of line 1: `progression_after_line_days` of the "
        "protocol after its end, and not after the start of line 2; empty while line 1 goes on."
    )
    cycle_length_days: pl.Int32 = derived("Cycle length that line 1 records.", unit="days")
    expected_interval_days: pl.Int32 = derived(
        "Planned interval from the patient's last on-treatment CT, or the start of line 1, to the next: what "
        "`[cadence]` of registry.toml states for that place; else `cycles_per_interval` of the protocol "
        "times the cycle length, or times `fallback_cycle_days` where none is recorded.",
        nullable=False,
        unit="days",
    )
    line_count: pl.Int32 = derived("Lines of therapy recorded.", nullable=False)
    last_evaluated_date: pl.Date = derived(
        "Day of the last evaluable on-treatment assessment; empty without one."
    )
    first_progression_date: pl.Date = derived(
        "Day of the first explicit progression after the start of line 1, candidate or not, also after its "
        "end; empty while none is seen."
    )
    baseline_ct_count: pl.Int32 = derived(
        "Scans that serve as baseline, within `baseline_window_days` of the protocol up to the start.",
        nullable=False,
    )
    baseline_lesion_count: pl.Int32 = derived(
        "Bone lesions recorded on them; empty without a baseline scan.", unit="lesions"
    )
    alp_baseline: pl.Float64 = derived(
        "Total ALP nearest to the start, within `alp_baseline_days` of the protocol up to it.", unit="U/L"
    )
    her2_status_at_start: pl.String = derived(
        "HER2 status known on the day line 1 began; empty when nothing was known yet.", codes=HER2_STATUS
    )
