"""The metric tables of a made-up release for tests of the report, written by hand.

Not here: the other tables (`report_file.py`). No number here is anybody's; few of them even agree.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from schemas.codes import CADENCE_CLASS, LESION_SITE
from schemas.event import OPEN_QUESTIONS, STATE
from schemas.metric_codes import LESION_POPULATION
from tests.support.relations import PROTOCOL, rows_in
from tests.support.report_rows import estimate, flow, interval, suppressed

ListOfRows = list[dict[str, Any]]
STRATA = ("all", "registry=north")


def metrics() -> dict[str, ListOfRows]:
    """Write every metric table, each with something to show."""
    return {
        "metric.estimate": [*rows_in(ESTIMATES, method="By hand"), *_estimates()],
        "metric.survival_curve": [
            row for metric, stratum, steps in CURVES for row in rows_in(steps, metric=metric, stratum=stratum)
        ],
        "metric.flow": [row for stratum in STRATA for row in flow(FLOW, stratum)],
        "metric.baseline": _baseline(),
        "metric.lesion_site": _sites(),
        "metric.alp_change": _alp_changes(),
        "metric.alp_grade": _shares(rows_in(ALP_GRADES, stratum="all", moment="event", total=25)),
        "metric.concordance": _concordance(),
        "metric.cadence": _cadence(),
        "metric.open_question": _questions(),
        "metric.course_group": rows_in(COURSE_GROUPS),
        "metric.alp_group": rows_in(ALP_GROUPS, patients=1),
        "metric.paper_comparison": _paper_comparison(),
    }


ESTIMATES = """
    metric                            stratum        estimate  unit   patients  events  warnings
    pseudoprogression_share_lowest    all            0.5       share  52        29      []
    pseudoprogression_share_highest   all            0.8       share  41        29      []
    candidate_to_progression          all            .         days   41        29      [median_not_reached]
    pseudoprogression_to_progression  her2=positive  376       days   41        29      []
    pseudoprogression_to_progression  her2=negative  376       days   41        29      []
    progression_by_pseudoprogression  all            .         ratio  41        .       [naive_comparison]
    alp_decreased_share               all            0.6       share  41        29      []
    alp_stable_share                  all            0.3       share  41        29      []
    alp_increased_share               all            0.1       share  41        29      []
    bone_alp_change_at_event          all            -3.5      ug/L   6         .       []
    lesion_site_share_of_patients     site=spine     0.9       share  41        29      []
    lesion_site_share_of_lesions      site=spine     0.8       share  41        29      [lesions_clustered]
    cadence_interval                  all            1         days   41        29      [no_interval]
    cadence_on_time_share             all            0.893     share  41        2130    []
    overall_survival                  all            .         days   41        29      [median_not_reached]
"""
TIMES = ("time_to_pseudoprogression", "pseudoprogression_to_progression", "confirmation_to_progression")


def _estimates() -> ListOfRows:
    """Write what has an interval, a p-value, or a long name: the headline numbers first."""
    share, between = "pseudoprogression_share", "status=pseudoprogression/none"
    survival = "overall_survival_hazard_ratio"
    ratio, incidence = "pseudoprogression_to_progression_hazard_ratio", "pseudoprogression_incidence"
    late = interval(305, None, warnings=["guarantee_time", "limit_not_reached"])
    few = interval(0.553, 2.671, "wald", warnings=["small_groups"], p_value=0.6201)
    wide = interval(0.02, 40.0, "wald", warnings=["small_groups"], p_value=0.4)
    censored = interval(0.8, 2.9, "wald", warnings=["interval_censored"], p_value=0.11)
    two_days = interval(42, 84, "mass-interval", warnings=["median_is_interval"], median_follow_up_days=512.0)
    paired = {"warnings": ["complete_cases"], "p_value": 0.00004, "events": None}
    bounds = interval(0.6, 0.9, "wilson")
    return [
        estimate(
            share, 0.7073, "share", **interval(0.555, 0.824, "wilson", warnings=["indeterminate_left_out"])
        ),
        suppressed(share, "share", "registry=north"),
        *(estimate(time, 401.5, "days", **late) for time in TIMES),
        estimate(
            f"{TIMES[0]}_spss", 52, "days", **interval(42.6, 61.4, "spss", warnings=["comparison_only"])
        ),
        estimate(ratio, 1.2156, "ratio", "her2=positive/negative", **few),
        estimate("alp_change_at_event", -18.04, "U/L", **paired),
        estimate(f"{TIMES[0]}_interval_censored", None, "days", **two_days),
        estimate(f"{incidence}_365_days", 0.143, "share", warnings=["indeterminate_imputed"]),
        estimate(f"{incidence}_lowest_365_days", 0.102, "share"),
        estimate(f"{incidence}_highest_365_days", 0.161, "share"),
        estimate(f"{incidence}_decided_only_365_days", 0.106, "share", warnings=["indeterminate_censored"]),
        estimate(f"{incidence}_730_days", None, "share", warnings=["beyond_follow_up"]),
        estimate("progression_free_survival", 421, "days", **interval(363, 479)),
        estimate("time_dependent_hazard_ratio", 1.5, "ratio", **censored),
        estimate(f"landmark_91_{survival}", None, "ratio", between, warnings=["groups_missing"]),
        estimate(f"landmark_183_{survival}", 0.9, "ratio", between, **wide),
        estimate("adjusted_hazard_ratio_age_per_10_years", 1.1, "ratio", **censored),
        estimate("adjusted_hazard_ratio_er_positive", None, "ratio", warnings=["not_estimable"]),
        estimate(share, 0.75, "share", "registry=south", **bounds),
        estimate(share, 0.7, "share", "registry=west", **bounds),
        estimate(share, 0.8, "share", "flag!=late_onset", **bounds),
        estimate(f"{share}_pooled", 0.72, "share", "registry=*", **bounds),
        estimate("alp_fall_sensitivity", 0.6, "share", "fall=15", **bounds),
        estimate(
            "alp_fall_positive_predictive_value", 0.8, "share", "fall=15", **interval(0.7, 0.9, "bootstrap")
        ),
        estimate("events_needed_for_80_percent_power", 278, "events", "ratio=1.5"),
        estimate("agreement_recist11", 0.0012, "kappa", **interval(0.0004, 0.0031, "large-sample")),
    ]


WHOLE = """
    time_days  at_risk  events  censored  survival  ci_low  ci_high
    0          41       0       0         1.0       .       .
    90         41       6       0         0.854     0.683   0.982
    200        35       10      5         0.61      0.488   0.702
    401        20       8       0         0.366     0.293   0.421
    700        12       5       7         0.2       0.16    0.23
"""
CUT = """
    time_days  at_risk  events  censored  survival  ci_low  ci_high
    60         30       5       0         0.833     0.666   0.958
    250        25       6       5         0.63      0.504   0.725
"""
CURVES = (
    ("time_to_pseudoprogression", "all", WHOLE),
    ("pseudoprogression_to_progression", "all", WHOLE),
    ("confirmation_to_progression", "all", CUT),
    ("candidate_to_progression", "all", WHOLE),
    ("pseudoprogression_to_progression", "her2=positive", CUT),
    ("pseudoprogression_to_progression", "her2=negative", WHOLE),
    ("progression_free_survival", "all", WHOLE),
    ("landmark_183_progression_free_survival", "status=pseudoprogression", CUT),
    ("landmark_183_progression_free_survival", "status=none", WHOLE),
)
FLOW = {
    "delivered_row": 113,
    "repeated_row": 3,
    "delivered": 110,
    "refused": 12,
    "admitted": 98,
    "no_first_line": 6,
    "no_on_treatment_ct": 12,
    "no_new_osteoblastic_lesion": 29,
    "candidate": 51,
    "pseudoprogression": 29,
    "true_progression": 12,
    "indeterminate": 10,
    "progressed": None,
    "not_progressed": None,
}


def _shares(rows: ListOfRows, counted: str = "patients") -> ListOfRows:
    """Add the share that what is counted has of the total; where no count is told, it is suppressed."""
    hidden = {"share": None, "is_suppressed": True}
    return [
        row | ({"share": row[counted] / row["total"]} if row[counted] is not None else hidden) for row in rows
    ]


def _sites() -> ListOfRows:
    told = {"spine": {"counted": 20, "ci_low": 0.4, "ci_high": 0.8}, "rib": {"counted": None}}
    rows = [
        {"level": level, "total": total, "population": population, "site": site, "counted": 0}
        | told.get(site, {})
        for level, total in (("patient", 29), ("lesion", 47))
        for population, site in product(LESION_POPULATION, LESION_SITE)
    ]
    return _shares(rows, "counted")


def _alp_changes() -> ListOfRows:
    shown = {"patients": 22, "median": -20.0, "quartile_low": -31.5, "quartile_high": -4.0, "shift": -18.04}
    shown |= {"ci_low": -22.7, "ci_high": -13.11, "p_value": 0.00004, "warnings": ["complete_cases"]}
    hidden = {"is_suppressed": True, "warnings": ["baseline_cancels", "suppressed"]}
    listed = (
        ("event_minus_baseline", "all", shown),
        ("event_minus_baseline", "state=true_progression", shown),
    )
    return [
        {"comparison": comparison, "stratum": stratum, "method": "By hand"} | told
        for comparison, stratum, told in (*listed, ("progression_minus_event", "all", hidden))
    ]


def _concordance() -> ListOfRows:
    verdicts = {"recist11": ("PD", "NON_PD", "EQUIVOCAL"), "irecist": ("iCPD", "iUPD")}
    return [
        {"definition": PROTOCOL, "call": state, "patients": 7}
        | {"other_definition": rule_set, "other_call": verdict}
        for rule_set, listed in verdicts.items()
        for verdict, state in product(listed, STATE)
    ]


def _questions() -> ListOfRows:
    hidden = {"alp_at_event": {"patients": None, "is_suppressed": True}}
    return [
        {"stratum": stratum, "missing": missing, "patients": 8} | hidden.get(missing, {})
        for stratum, missing in product(STRATA, OPEN_QUESTIONS)
    ]


def _cadence() -> ListOfRows:
    shares = dict(zip(CADENCE_CLASS, (0.8, None, 0.1, None), strict=True))
    return [
        {"population": population, "stratum": stratum, "cadence_class": name, "total": 2000}
        | {"time_points": share and 200, "share": share, "is_suppressed": share is None}
        for population, stratum in (*(("first_line", one) for one in STRATA), ("pseudoprogression", "all"))
        for name, share in shares.items()
    ]


COURSE_GROUPS = """
    position  outcome         patients  days_to_event  days_to_confirmation  days_to_end
    1         progressed      1         49             140                   700
    2         progressed      1         56             147                   413
    3         not_progressed  1         77             161                   532
    4         not_progressed  1         42             133                   168
"""
ALP_GROUPS = """
    picture    stratum                 position  change_at_event  change_at_progression  category_at_event
    waterfall  all                     1         10.0             .                      stable
    waterfall  all                     2         0.0              .                      stable
    waterfall  all                     3         -20.0            .                      decreased
    waterfall  all                     4         -35.0            .                      decreased
    waterfall  state=true_progression  1         60.0             .                      increased
    waterfall  state=true_progression  2         25.0             .                      increased
    paired     all                     1         5.0              35.0                   stable
    paired     all                     2         -20.0            40.0                   decreased
    paired     all                     3         -30.0            -35.0                  decreased
"""


def _paper_comparison() -> ListOfRows:
    """Write a comparison with the seed study: a time with its interval, a p-value, and one suppressed."""
    same = {"doi": "10.3389/fonc.2025.1643179", "stratum": "all", "patients": 41, "events": 29}
    time = {"published": 1.73, "published_low": 1.42, "published_high": 2.04, "warnings": ["comparison_only"]}
    months = {"compatible_estimate": 52 / 30, "compatible_low": 42.6 / 30, "compatible_high": 61.4 / 30}
    hidden = {"patients": None, "events": None, "is_suppressed": True, "warnings": ["suppressed"]}
    figures = """
        position  figure                     unit    published_text    metric
        1         time_to_pseudoprogression  months  1.73 (1.42-2.04)  time_to_pseudoprogression_spss
        2         alp_change_at_event        U/L     .                 alp_change_at_event_median
        3         alp_p_value                p       <0.001            alp_change_event_to_progression
    """
    rest = (
        time | months,
        {"published": -20, "published_text": "-20"} | hidden,
        {"published": 0.001, "compatible_estimate": 0.00004, "events": None},
    )
    return [row | told for row, told in zip(rows_in(figures, **same), rest, strict=True)]


ALP_GRADES = """
    grade  patients
    0      10
    1      15
    2      0
    3      0
    4      .
"""
BASELINE = """
    stratum                 position  characteristic  level     patients  unit
    all                     1         age_at_start    known     41        years
    state=true_progression  1         age_at_start    known     .         years
    all                     2         age_at_start    missing   0         .
    all                     3         er_status       positive  30        .
    all                     4         er_status       negative  .         .
    all                     5         er_status       missing   .         .
"""


def _baseline() -> ListOfRows:
    """Write baseline characteristics: a number and a code, in two groups, with a level suppressed."""
    rows = _shares(rows_in(BASELINE, total=41))
    rows[0] |= {"share": None, "median": 57.5, "quartile_low": 49, "quartile_high": 66}
    return rows
