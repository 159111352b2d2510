"""The contracts of the `metric` schema that tell of groups of patients rather than of one estimate.

Not here: the estimates, curves and counts (`schemas/metric.py`).
"""

from typing import Annotated, Any

import polars as pl

from schemas.contract import Contract, derived
from schemas.event import ALP_CATEGORY, OPEN_QUESTIONS
from schemas.metric_codes import (
    ALP_PICTURE,
    BASELINE_CHARACTERISTIC,
    BASELINE_LEVEL,
    BASELINE_UNIT,
    OUTCOME,
    PAPER_FIGURE,
    PAPER_UNIT,
)
from schemas.metric_columns import is_suppressed_column, protocol_column, stratum_column, warnings_column
from schemas.metrics import METRICS
from schemas.metrics.alp_levels import GRADES, MOMENTS


class OpenQuestionCount(Contract, key=("protocol", "stratum", "missing")):
    """One row per protocol, stratum and missing thing: undecided candidates of whom it is missing.

    A candidate may lack several things, so the rows do not add up.
    """

    protocol: pl.String = protocol_column()
    stratum: pl.String = stratum_column()
    missing: pl.String = derived("What is missing.", nullable=False, codes=OPEN_QUESTIONS)
    patients: pl.Int64 = derived("Undecided candidates.")
    is_suppressed: pl.Boolean = is_suppressed_column()


def _grouped_patients() -> Any:
    return derived("Patients in the group: in a release 1.", nullable=False)


class AlpGrade(Contract, key=("protocol", "stratum", "moment", "grade")):
    """One row per protocol, stratum, moment and grade: patients whose ALP had that CTCAE v5.0 grade then."""

    protocol: pl.String = protocol_column()
    stratum: pl.String = stratum_column()
    moment: pl.String = derived("When ALP was measured.", nullable=False, codes=MOMENTS)
    grade: pl.String = derived(
        "Grade of alkaline phosphatase increased, 0 being none: against the upper limit, or against baseline "
        "where that was above it.",
        nullable=False,
        codes=GRADES,
    )
    patients: pl.Int64 = derived("Patients with the grade; empty if suppressed.")
    total: pl.Int64 = derived("Patients with every value and limit needed; empty if suppressed.")
    share: pl.Float64 = derived("Patients over total.", unit="share")
    is_suppressed: pl.Boolean = is_suppressed_column()


class CourseGroup(Contract, key=("protocol", "outcome", "position")):
    """One row per protocol, outcome and pseudoprogression, for a swimmer plot: its course in days.

    Days are from the start of line 1. Where disclosure control has been over it, a row is a group of patients
    with like courses, and its days are medians, to the week.
    """

    protocol: pl.String = protocol_column()
    outcome: pl.String = derived(
        "Whether the patients of the group progressed later.", nullable=False, codes=OUTCOME
    )
    position: pl.Int32 = derived("Place of the group, the longest course first.", nullable=False)
    patients: pl.Int64 = _grouped_patients()
    days_to_event: pl.Int32 = derived("To the pseudoprogression.", nullable=False, unit="days")
    days_to_confirmation: pl.Int32 = derived("To the confirming CT.", nullable=False, unit="days")
    days_to_end: pl.Int32 = derived(
        "To progression, or to the end of follow-up without one.", nullable=False, unit="days"
    )


class AlpGroup(Contract, key=("protocol", "picture", "stratum", "position")):
    """One row per protocol, picture, stratum and patient, for waterfall and pairs: changes of ALP.

    Where disclosure control has been over it, a row is a group of patients with like changes, and its changes
    are medians, to 5 U/L.
    """

    protocol: pl.String = protocol_column()
    picture: pl.String = derived(
        "waterfall: patients with a change at the event. paired: patients with both changes from baseline.",
        nullable=False,
        codes=ALP_PICTURE,
    )
    stratum: pl.String = stratum_column()
    position: pl.Int32 = derived("Place of the group, the greatest rise at the event first.", nullable=False)
    patients: pl.Int64 = _grouped_patients()
    change_at_event: pl.Float64 = derived("ALP at the event minus baseline.", nullable=False, unit="U/L")
    change_at_progression: pl.Float64 = derived(
        "ALP at progression minus baseline; only in the paired picture.", unit="U/L"
    )
    category_at_event: pl.String = derived(
        "ALP at the event against baseline, as in `event.pseudoprogression`; empty for a group.",
        codes=ALP_CATEGORY,
    )


class PaperComparison(Contract, key=("protocol", "figure")):
    """One row per protocol and figure of the seed study: what it prints, and what this release has beside it.

    A figure that the study gives in words alone, or leaves open, has no printed number: the row is ours.

    Compatible means in the study's own conventions: months of 30 days, symmetric intervals. The estimates
    of this project are in `metric.estimate`.
    """

    protocol: pl.String = protocol_column()
    position: pl.Int32 = derived("Place of the figure when the study is read.", nullable=False)
    figure: pl.String = derived("Stable id of the figure.", nullable=False, codes=PAPER_FIGURE)
    unit: pl.String = derived("Unit of all numbers of the row.", nullable=False, codes=PAPER_UNIT)
    published_text: pl.String = derived("The figure as the study prints it; empty where it does not.")
    published: pl.Float64 = derived(
        "The study's number; for p of ALP the bound below which it lies; empty where it prints none."
    )
    published_low: pl.Float64 = derived("The study's lower 95 % limit; empty where it prints none.")
    published_high: pl.Float64 = derived("The study's upper 95 % limit; empty where it prints none.")
    doi: pl.String = derived("Digital object identifier of the study.", nullable=False)
    compatible_estimate: pl.Float64 = derived(
        "This release's number in the study's conventions; empty where there is none."
    )
    compatible_low: pl.Float64 = derived("Lower symmetric 95 % limit of that, where the study prints one.")
    compatible_high: pl.Float64 = derived("Upper symmetric 95 % limit of that, where the study prints one.")
    patients: pl.Int64 = derived("Patients of this release measured.")
    events: pl.Int64 = derived(
        "Patients or lesions of this release that had what is counted; empty if nothing is."
    )
    metric: pl.String = derived(
        "Metric of `metric.estimate` that answers the figure.", nullable=False, codes=METRICS
    )
    stratum: pl.String = stratum_column()
    warnings: Annotated[pl.List, pl.String] = warnings_column()
    is_suppressed: pl.Boolean = is_suppressed_column()


class Baseline(Contract, key=("protocol", "stratum", "characteristic", "level")):
    """One row per protocol, stratum, characteristic and level: patients when line 1 began.

    Levels of a characteristic add up to the total. A number has two levels: known, with its median and
    quartiles, and missing. A code has one for each value, and one for missing where it may be.
    """

    protocol: pl.String = protocol_column()
    stratum: pl.String = stratum_column()
    position: pl.Int32 = derived("Place of the row when the stratum is read.", nullable=False)
    characteristic: pl.String = derived(
        "What is told of the patients.", nullable=False, codes=BASELINE_CHARACTERISTIC
    )
    level: pl.String = derived(
        "Value of a code, or whether a number is known; missing where nothing is recorded.",
        nullable=False,
        codes=BASELINE_LEVEL,
    )
    patients: pl.Int64 = derived("Patients at this level.")
    total: pl.Int64 = derived("Patients of the stratum.")
    share: pl.Float64 = derived("Patients over total; empty where a number is known.", unit="share")
    unit: pl.String = derived("Unit of median and quartiles; empty for a code.", codes=BASELINE_UNIT)
    median: pl.Float64 = derived("Median of a number over patients in whom it is known.")
    quartile_low: pl.Float64 = derived("First quartile of it.")
    quartile_high: pl.Float64 = derived("Third quartile of it.")
    is_suppressed: pl.Boolean = is_suppressed_column()
