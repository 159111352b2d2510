"""The contracts of the `metric` schema, and all of its tables by name.

Not here: groups of patients (`schemas/metric_groups.py`), the metrics (`schemas/metrics/`), codes
(`schemas/metric_codes.py`), and how a metric is worked out (`bpp_etl/measure`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import polars as pl

from schemas.codes import CADENCE_CLASS, LESION_SITE
from schemas.contract import Contract, derived
from schemas.metric_codes import (
    ALP_COMPARISON,
    CADENCE_POPULATION,
    CALL,
    CI_METHOD,
    FLOW_STEP,
    LESION_LEVEL,
    LESION_POPULATION,
    UNIT,
)
from schemas.metric_columns import is_suppressed_column, protocol_column, stratum_column, warnings_column
from schemas.metric_groups import (
    AlpGrade,
    AlpGroup,
    Baseline,
    CourseGroup,
    OpenQuestionCount,
    PaperComparison,
)
from schemas.metrics import METRICS

SURVIVAL_METRIC = tuple(metric.id for metric in METRICS.values() if metric.has_curve)
"""The times that have a survival curve."""


class Estimate(Contract, key=("protocol", "metric", "stratum")):
    """One row per protocol, metric and stratum: the estimate, its interval and what it rests on."""

    protocol: pl.String = protocol_column()
    metric: pl.String = derived("Stable id of what is measured.", nullable=False, codes=METRICS)
    stratum: pl.String = stratum_column()
    estimate: pl.Float64 = derived("The estimate; empty where there is none, with a warning that says why.")
    ci_low: pl.Float64 = derived("Lower 95 % limit; empty where it is not reached or not given.")
    ci_high: pl.Float64 = derived("Upper 95 % limit; empty where it is not reached or not given.")
    ci_method: pl.String = derived("How the interval was made; empty without one.", codes=CI_METHOD)
    unit: pl.String = derived("Unit of estimate and limits.", nullable=False, codes=UNIT)
    patients: pl.Int64 = derived("Patients measured.")
    events: pl.Int64 = derived(
        "Patients (or, of lesions and CTs, lesions and CTs) that had what is counted; empty if "
        "nothing is counted."
    )
    p_value: pl.Float64 = derived("Two-sided p-value; empty where nothing is tested.")
    median_follow_up_days: pl.Float64 = derived(
        "Median follow-up of those whose time it is, by reverse Kaplan-Meier; empty for what is no time, and "
        "where it is not reached, as where everybody had the event.",
        unit="days",
    )
    method: pl.String = derived("The method in words.", nullable=False)
    warnings: Annotated[pl.List, pl.String] = warnings_column()
    is_suppressed: pl.Boolean = is_suppressed_column()


class SurvivalCurve(Contract, key=("protocol", "metric", "stratum", "time_days")):
    """One row per protocol, metric, stratum and step of a Kaplan-Meier curve, which starts at 1.

    A step is the day of an event or of the end of a follow-up.
    """

    protocol: pl.String = protocol_column()
    metric: pl.String = derived("Time that the curve is of.", nullable=False, codes=SURVIVAL_METRIC)
    stratum: pl.String = stratum_column()
    time_days: pl.Int32 = derived("Day of the step, from the time origin.", nullable=False, unit="days")
    at_risk: pl.Int64 = derived("Patients at risk just before the day.", nullable=False)
    events: pl.Int64 = derived("Patients with the event since the step before.", nullable=False)
    censored: pl.Int64 = derived("Patients censored since the step before.", nullable=False)
    survival: pl.Float64 = derived("Share without the event after the day.", nullable=False)
    ci_low: pl.Float64 = derived("Lower pointwise 95 % limit, log-log; empty before 5 events and at 0 or 1.")
    ci_high: pl.Float64 = derived("Upper pointwise 95 % limit, log-log; empty before 5 events and at 0 or 1.")


class Flow(Contract, key=("protocol", "stratum", "step")):
    """One row per protocol, stratum and step; the steps that name the same parent add up to it.

    Of admitted deliveries: a registry whose gate is shut, with nothing in service, is not in it.
    """

    protocol: pl.String = protocol_column()
    stratum: pl.String = stratum_column()
    position: pl.Int32 = derived(
        "Place of the step when the flow is read from top to bottom.", nullable=False
    )
    step: pl.String = derived(
        "Where patients left the course, or what their candidate proved to be. It begins with the delivered "
        "rows of `patients`, of which those that repeat a patient are left out.",
        nullable=False,
        codes=FLOW_STEP,
    )
    parent_step: pl.String = derived(
        "Step that this one is a part of; empty for delivered_row.", codes=FLOW_STEP
    )
    patients: pl.Int64 = derived("Patients; of delivered_row and repeated_row rows of `patients`.")
    is_suppressed: pl.Boolean = is_suppressed_column()


class LesionSite(Contract, key=("protocol", "population", "level", "site")):
    """One row per protocol, population, level and bone: new lesions of pseudoprogressions there."""

    protocol: pl.String = protocol_column()
    population: pl.String = derived(
        "Which new osteoblastic lesions count. candidate: those at the candidate's time point. episode: "
        "these, and those later on treatment.",
        nullable=False,
        codes=LESION_POPULATION,
    )
    level: pl.String = derived(
        "patient: patients with such a lesion in the bone, of all patients. lesion: such lesions in the "
        "bone, of all such lesions.",
        nullable=False,
        codes=LESION_LEVEL,
    )
    site: pl.String = derived("Bone in which the lesion lies.", nullable=False, codes=LESION_SITE)
    counted: pl.Int64 = derived("Patients or lesions with this bone.")
    total: pl.Int64 = derived("Patients or lesions in all.")
    share: pl.Float64 = derived("Counted over total.", unit="share")
    ci_low: pl.Float64 = derived("Lower 95 % limit, Wilson; empty with fewer than 5 counted.", unit="share")
    ci_high: pl.Float64 = derived("Upper 95 % limit, Wilson; empty with fewer than 5 counted.", unit="share")
    is_suppressed: pl.Boolean = is_suppressed_column()


class AlpChange(Contract, key=("protocol", "comparison", "stratum")):
    """One row per protocol, comparison of two ALP values and stratum: change within patients."""

    protocol: pl.String = protocol_column()
    comparison: pl.String = derived("Which value minus which.", nullable=False, codes=ALP_COMPARISON)
    stratum: pl.String = stratum_column()
    patients: pl.Int64 = derived("Patients with every value needed.")
    median: pl.Float64 = derived("Median change.", unit="U/L")
    quartile_low: pl.Float64 = derived("First quartile of the changes.", unit="U/L")
    quartile_high: pl.Float64 = derived("Third quartile of the changes.", unit="U/L")
    shift: pl.Float64 = derived("Hodges-Lehmann estimate: median of the Walsh averages.", unit="U/L")
    ci_low: pl.Float64 = derived("Lower 95 % limit of the shift, from the signed-rank null.", unit="U/L")
    ci_high: pl.Float64 = derived("Upper 95 % limit of the shift, from the signed-rank null.", unit="U/L")
    p_value: pl.Float64 = derived("Two-sided signed-rank p-value, changes of zero left out.")
    method: pl.String = derived("The method in words.", nullable=False)
    warnings: Annotated[pl.List, pl.String] = warnings_column()
    is_suppressed: pl.Boolean = is_suppressed_column()


class Concordance(Contract, key=("protocol", "definition", "call", "other_definition", "other_call")):
    """One row per protocol, two definitions and a call of each: patients whom both call so.

    A definition is a protocol, or a rule set that gives a verdict on the protocol's candidates. Two protocols
    are compared over every patient with a first line, all else over candidates.
    """

    protocol: pl.String = protocol_column()
    definition: pl.String = derived("Definition that gives the first call.", nullable=False)
    call: pl.String = derived("What it makes of the patient.", nullable=False, codes=CALL)
    other_definition: pl.String = derived("Definition that it is compared with.", nullable=False)
    other_call: pl.String = derived("What that makes of the patient.", nullable=False, codes=CALL)
    patients: pl.Int64 = derived("Patients.")
    is_suppressed: pl.Boolean = is_suppressed_column()


class Cadence(Contract, key=("protocol", "population", "stratum", "cadence_class")):
    """One row per protocol, population, stratum and class: how well first-line CTs kept to the schedule."""

    protocol: pl.String = protocol_column()
    population: pl.String = derived(
        "first_line: every patient with a first line. pseudoprogression: those with one under the protocol.",
        nullable=False,
        codes=CADENCE_POPULATION,
    )
    stratum: pl.String = stratum_column()
    cadence_class: pl.String = derived(
        "Class of the CT against its planned day.", nullable=False, codes=CADENCE_CLASS
    )
    time_points: pl.Int64 = derived("CT time points of the class.")
    total: pl.Int64 = derived("CT time points in all.")
    share: pl.Float64 = derived("Time points of the class over all.", unit="share")
    is_suppressed: pl.Boolean = is_suppressed_column()


METRIC_TABLES: Mapping[str, type[Contract]] = MappingProxyType(
    {
        "estimate": Estimate,
        "survival_curve": SurvivalCurve,
        "flow": Flow,
        "baseline": Baseline,
        "lesion_site": LesionSite,
        "alp_change": AlpChange,
        "alp_grade": AlpGrade,
        "concordance": Concordance,
        "cadence": Cadence,
        "open_question": OpenQuestionCount,
        "course_group": CourseGroup,
        "alp_group": AlpGroup,
        "paper_comparison": PaperComparison,
    }
)
"""Table -> contract, in the order in which they are written."""
