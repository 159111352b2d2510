"""The contracts of the `metric` schema.

Not here: its codes (`schemas/metric_codes.py`), how a metric is worked out (`bpp_etl/measure`), and the
statistics behind it (`bpp_etl/metrics`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

import polars as pl

from schemas.codes import CADENCE_CLASS, LESION_SITE
from schemas.contract import Contract, derived
from schemas.event import OPEN_QUESTIONS
from schemas.metric_codes import (
    ALP_COMPARISON,
    ALP_PICTURE,
    BASELINE_CHARACTERISTIC,
    BASELINE_LEVEL,
    BASELINE_UNIT,
    CADENCE_POPULATION,
    CALL,
    CI_METHOD,
    FLOW_STEP,
    HORIZON_DAYS,
    LESION_LEVEL,
    METRICS,
    OUTCOME,
    PAPER_FIGURE,
    PAPER_UNIT,
    STRATA,
    SURVIVAL_METRIC,
    UNIT,
    WARNINGS,
)

__all__ = [
    "HORIZON_DAYS",
    "METRICS",
    "METRIC_TABLES",
    "STRATA",
    "WARNINGS",
    "AlpChange",
    "AlpGroup",
    "Baseline",
    "Cadence",
    "Concordance",
    "CourseGroup",
    "Estimate",
    "Flow",
    "LesionSite",
    "OpenQuestionCount",
    "PaperComparison",
    "SurvivalCurve",
]


def _protocol() -> Any:
    return derived("Name of the protocol that was applied.", nullable=False)


def _stratum() -> Any:
    return derived("Who is in it: all, or a property and its value, such as her2=positive.", nullable=False)


def _is_suppressed() -> Any:
    return derived("Whether anything in the row is left empty by disclosure control.", nullable=False)


def _warnings() -> Any:
    return derived("Codes of what a reader must know, in alphabetical order.", nullable=False)


class Estimate(Contract):
    """One row per protocol, metric and stratum: the estimate, its interval and what it rests on."""

    protocol: pl.String = _protocol()
    metric: pl.String = derived("Stable id of what is measured.", nullable=False, codes=METRICS)
    stratum: pl.String = _stratum()
    estimate: pl.Float64 = derived("The estimate; empty where there is none, with a warning that says why.")
    ci_low: pl.Float64 = derived("Lower 95 % limit; empty where it is not reached or not given.")
    ci_high: pl.Float64 = derived("Upper 95 % limit; empty where it is not reached or not given.")
    ci_method: pl.String = derived("How the interval was made; empty without one.", codes=CI_METHOD)
    unit: pl.String = derived("Unit of estimate and limits.", nullable=False, codes=UNIT)
    patients: pl.Int64 = derived("Patients measured; empty if suppressed.")
    events: pl.Int64 = derived(
        "Patients (or, of lesions and CTs, lesions and CTs) that had what is counted; empty if suppressed or "
        "if nothing is counted."
    )
    p_value: pl.Float64 = derived("Two-sided p-value; empty where nothing is tested.")
    method: pl.String = derived("The method in words.", nullable=False)
    warnings: Annotated[pl.List, pl.String] = _warnings()
    is_suppressed: pl.Boolean = _is_suppressed()


class SurvivalCurve(Contract):
    """One row per protocol, metric, stratum and step of a Kaplan-Meier curve, which starts at 1.

    With disclosure control a step gathers days until enough patients left the risk set, and the tail is cut.
    """

    protocol: pl.String = _protocol()
    metric: pl.String = derived("Time that the curve is of.", nullable=False, codes=SURVIVAL_METRIC)
    stratum: pl.String = _stratum()
    time_days: pl.Int32 = derived("Last day of the step, from the time origin.", nullable=False, unit="days")
    at_risk: pl.Int64 = derived("Patients at risk when the step begins.", nullable=False)
    events: pl.Int64 = derived("Patients with the event during the step.", nullable=False)
    censored: pl.Int64 = derived("Patients censored during the step.", nullable=False)
    survival: pl.Float64 = derived("Share without the event after the step's last day.", nullable=False)
    ci_low: pl.Float64 = derived("Lower pointwise 95 % limit, log-log; empty before 5 events and at 0 or 1.")
    ci_high: pl.Float64 = derived("Upper pointwise 95 % limit, log-log; empty before 5 events and at 0 or 1.")


class Flow(Contract):
    """One row per protocol, stratum and step; the steps that name the same parent add up to it.

    Of admitted deliveries: a registry whose gate is shut, with nothing in service, is not in it.
    """

    protocol: pl.String = _protocol()
    stratum: pl.String = _stratum()
    position: pl.Int32 = derived(
        "Place of the step when the flow is read from top to bottom.", nullable=False
    )
    step: pl.String = derived(
        "Where patients left the course, or what their candidate proved to be.",
        nullable=False,
        codes=FLOW_STEP,
    )
    parent_step: pl.String = derived("Step that this one is a part of; empty for delivered.", codes=FLOW_STEP)
    patients: pl.Int64 = derived("Patients; empty if suppressed.")
    is_suppressed: pl.Boolean = _is_suppressed()


class LesionSite(Contract):
    """One row per protocol, level and bone: new osteoblastic lesions of pseudoprogressions there."""

    protocol: pl.String = _protocol()
    level: pl.String = derived(
        "patient: patients with a new lesion of the episode in the bone, of all patients. lesion: "
        "new lesions at the "
        "candidate in the bone, of all such lesions.",
        nullable=False,
        codes=LESION_LEVEL,
    )
    site: pl.String = derived("Bone in which the lesion lies.", nullable=False, codes=LESION_SITE)
    counted: pl.Int64 = derived("Patients or lesions with this bone; empty if suppressed.")
    total: pl.Int64 = derived("Patients or lesions in all; empty if suppressed.")
    share: pl.Float64 = derived("Counted over total.", unit="share")
    ci_low: pl.Float64 = derived("Lower 95 % limit, Wilson; empty with fewer than 5 counted.", unit="share")
    ci_high: pl.Float64 = derived("Upper 95 % limit, Wilson; empty with fewer than 5 counted.", unit="share")
    is_suppressed: pl.Boolean = _is_suppressed()


class AlpChange(Contract):
    """One row per protocol, comparison of two ALP values and stratum: change within patients."""

    protocol: pl.String = _protocol()
    comparison: pl.String = derived("Which value minus which.", nullable=False, codes=ALP_COMPARISON)
    stratum: pl.String = _stratum()
    patients: pl.Int64 = derived("Patients with every value needed; empty if suppressed.")
    median: pl.Float64 = derived("Median change.", unit="U/L")
    quartile_low: pl.Float64 = derived("First quartile of the changes.", unit="U/L")
    quartile_high: pl.Float64 = derived("Third quartile of the changes.", unit="U/L")
    shift: pl.Float64 = derived("Hodges-Lehmann estimate: median of the Walsh averages.", unit="U/L")
    ci_low: pl.Float64 = derived("Lower 95 % limit of the shift, from the signed-rank null.", unit="U/L")
    ci_high: pl.Float64 = derived("Upper 95 % limit of the shift, from the signed-rank null.", unit="U/L")
    p_value: pl.Float64 = derived("Two-sided signed-rank p-value, changes of zero left out.")
    method: pl.String = derived("The method in words.", nullable=False)
    warnings: Annotated[pl.List, pl.String] = _warnings()
    is_suppressed: pl.Boolean = _is_suppressed()


class Concordance(Contract):
    """One row per protocol, two definitions and a call of each: patients whom both call so.

    A definition is a protocol, or a rule set that gives a verdict on the protocol's candidates. Two protocols
    are compared over every patient with a first line, all else over candidates.
    """

    protocol: pl.String = _protocol()
    definition: pl.String = derived("Definition that gives the first call.", nullable=False)
    call: pl.String = derived("What it makes of the patient.", nullable=False, codes=CALL)
    other_definition: pl.String = derived("Definition that it is compared with.", nullable=False)
    other_call: pl.String = derived("What that makes of the patient.", nullable=False, codes=CALL)
    patients: pl.Int64 = derived("Patients; empty if suppressed.")
    is_suppressed: pl.Boolean = _is_suppressed()


class Cadence(Contract):
    """One row per protocol, population, stratum and class: how well first-line CTs kept to the schedule."""

    protocol: pl.String = _protocol()
    population: pl.String = derived(
        "first_line: every patient with a first line. pseudoprogression: those with one under the protocol.",
        nullable=False,
        codes=CADENCE_POPULATION,
    )
    stratum: pl.String = _stratum()
    cadence_class: pl.String = derived(
        "Class of the CT against its planned day.", nullable=False, codes=CADENCE_CLASS
    )
    time_points: pl.Int64 = derived("CT time points of the class; empty if suppressed.")
    total: pl.Int64 = derived("CT time points in all; empty if suppressed.")
    share: pl.Float64 = derived("Time points of the class over all.", unit="share")
    is_suppressed: pl.Boolean = _is_suppressed()


class OpenQuestionCount(Contract):
    """One row per protocol, stratum and missing thing: undecided candidates of whom it is missing.

    A candidate may lack several things, so the rows do not add up.
    """

    protocol: pl.String = _protocol()
    stratum: pl.String = _stratum()
    missing: pl.String = derived("What is missing.", nullable=False, codes=OPEN_QUESTIONS)
    patients: pl.Int64 = derived("Undecided candidates; empty if suppressed.")
    is_suppressed: pl.Boolean = _is_suppressed()


def _grouped_patients() -> Any:
    return derived("Patients in the group, never fewer than the disclosure threshold.", nullable=False)


class CourseGroup(Contract):
    """One row per protocol, outcome and group of pseudoprogressions with like courses, for a swimmer plot.

    A group stands in for single patients: patients in order of their courses, as many together as disclosure
    control asks for. Days are medians within the group, from the start of line 1, rounded to whole weeks;
    with disclosure control switched off they are not rounded.
    """

    protocol: pl.String = _protocol()
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


class AlpGroup(Contract):
    """One row per protocol, picture, stratum and group of patients with like changes of ALP.

    A group stands in for single patients, as in `course_group`. Changes are medians within the group, rounded
    to 5 U/L; with disclosure control switched off they are not rounded.
    """

    protocol: pl.String = _protocol()
    picture: pl.String = derived(
        "waterfall: patients with a change at the event. paired: patients with both changes from baseline.",
        nullable=False,
        codes=ALP_PICTURE,
    )
    stratum: pl.String = _stratum()
    position: pl.Int32 = derived("Place of the group, the greatest rise at the event first.", nullable=False)
    patients: pl.Int64 = _grouped_patients()
    change_at_event: pl.Float64 = derived("ALP at the event minus baseline.", nullable=False, unit="U/L")
    change_at_progression: pl.Float64 = derived(
        "ALP at progression minus baseline; only in the paired picture.", unit="U/L"
    )


class PaperComparison(Contract):
    """One row per protocol and figure of the seed study: what it prints, and what this release has beside it.

    Compatible means in the study's own conventions: months of 30 days, symmetric intervals. The estimates
    of this project are in `metric.estimate`.
    """

    protocol: pl.String = _protocol()
    position: pl.Int32 = derived("Place of the figure when the study is read.", nullable=False)
    figure: pl.String = derived("Stable id of the figure.", nullable=False, codes=PAPER_FIGURE)
    unit: pl.String = derived("Unit of all numbers of the row.", nullable=False, codes=PAPER_UNIT)
    published_text: pl.String = derived("The figure as the study prints it.", nullable=False)
    published: pl.Float64 = derived(
        "The study's number; for p of ALP the bound below which it lies.", nullable=False
    )
    published_low: pl.Float64 = derived("The study's lower 95 % limit; empty where it prints none.")
    published_high: pl.Float64 = derived("The study's upper 95 % limit; empty where it prints none.")
    doi: pl.String = derived("Digital object identifier of the study.", nullable=False)
    compatible_estimate: pl.Float64 = derived(
        "This release's number in the study's conventions; empty where there is none, or if suppressed."
    )
    compatible_low: pl.Float64 = derived("Lower symmetric 95 % limit of that, where the study prints one.")
    compatible_high: pl.Float64 = derived("Upper symmetric 95 % limit of that, where the study prints one.")
    patients: pl.Int64 = derived("Patients of this release measured; empty if suppressed.")
    events: pl.Int64 = derived(
        "Patients or lesions of this release that had what is counted; empty if suppressed or if nothing is."
    )
    metric: pl.String = derived(
        "Metric of `metric.estimate` that answers the figure.", nullable=False, codes=METRICS
    )
    stratum: pl.String = _stratum()
    warnings: Annotated[pl.List, pl.String] = _warnings()
    is_suppressed: pl.Boolean = _is_suppressed()


class Baseline(Contract):
    """One row per protocol, stratum, characteristic and level: patients when line 1 began.

    Levels of a characteristic add up to the total. A number has two levels: known, with its median and
    quartiles, and missing. A code has one for each value, and one for missing where it may be.
    """

    protocol: pl.String = _protocol()
    stratum: pl.String = _stratum()
    position: pl.Int32 = derived("Place of the row when the stratum is read.", nullable=False)
    characteristic: pl.String = derived(
        "What is told of the patients.", nullable=False, codes=BASELINE_CHARACTERISTIC
    )
    level: pl.String = derived(
        "Value of a code, or whether a number is known; missing where nothing is recorded.",
        nullable=False,
        codes=BASELINE_LEVEL,
    )
    patients: pl.Int64 = derived("Patients at this level; empty if suppressed.")
    total: pl.Int64 = derived("Patients of the stratum; empty if suppressed.")
    share: pl.Float64 = derived("Patients over total; empty where a number is known.", unit="share")
    unit: pl.String = derived("Unit of median and quartiles; empty for a code.", codes=BASELINE_UNIT)
    median: pl.Float64 = derived("Median of a number over patients in whom it is known.")
    quartile_low: pl.Float64 = derived("First quartile of it.")
    quartile_high: pl.Float64 = derived("Third quartile of it.")
    is_suppressed: pl.Boolean = _is_suppressed()


METRIC_TABLES: Mapping[str, type[Contract]] = MappingProxyType(
    {
        "estimate": Estimate,
        "survival_curve": SurvivalCurve,
        "flow": Flow,
        "baseline": Baseline,
        "lesion_site": LesionSite,
        "alp_change": AlpChange,
        "concordance": Concordance,
        "cadence": Cadence,
        "open_question": OpenQuestionCount,
        "course_group": CourseGroup,
        "alp_group": AlpGroup,
        "paper_comparison": PaperComparison,
    }
)
"""Table -> contract, in the order in which they are written."""
