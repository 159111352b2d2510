"""The metric tables of a made-up release for tests of the report, written by hand.

Not here: the other tables (`report_file.py`). No number here is anybody's; few of them even agree.
"""

from __future__ import annotations

from schemas.codes import CADENCE_CLASS, LESION_SITE
from schemas.event import OPEN_QUESTIONS
from schemas.metric_codes import LESION_POPULATION
from tests.support.relations import PROTOCOL, rows_in
from tests.support.report_rows import curve, estimate, flow, interval, suppressed

ListOfRows = list[dict[str, object]]
STRATA = ("all", "registry=north")
STATES = ("pseudoprogression", "true_progression", "indeterminate")


def metrics() -> dict[str, ListOfRows]:
    """Write every metric table, each with something to show."""
    return {
        "metric.estimate": _estimates(),
        "metric.survival_curve": _curves(),
        "metric.flow": [row for stratum in STRATA for row in flow(FLOW, stratum)],
        "metric.baseline": _baseline(),
        "metric.lesion_site": _sites(),
        "metric.alp_change": _alp_changes(),
        "metric.alp_grade": _alp_grades(),
        "metric.concordance": _concordance(),
        "metric.cadence": _cadence(),
        "metric.open_question": _questions(),
        "metric.course_group": rows_in(COURSE_GROUPS),
        "metric.alp_group": rows_in(ALP_GROUPS, patients=1),
        "metric.paper_comparison": _paper_comparison(),
    }


ESTIMATES = """
    metric                            stratum        estimate  unit   warnings
    pseudoprogression_share_highest   all            0.8       share  []
    candidate_to_progression          all            .         days   [median_not_reached]
    pseudoprogression_to_progression  her2=positive  376       days   []
    pseudoprogression_to_progression  her2=negative  376       days   []
    alp_decreased_share               all            0.6       share  []
    alp_stable_share                  all            0.3       share  []
    alp_increased_share               all            0.1       share  []
    lesion_site_share_of_patients     site=spine     0.9       share  []
    lesion_site_share_of_lesions      site=spine     0.8       share  [lesions_clustered]
    cadence_interval                  all            1         days   [no_interval]
"""
TIMES = ("time_to_pseudoprogression", "pseudoprogression_to_progression", "confirmation_to_progression")


def _estimates() -> ListOfRows:
    share, ratio = "pseudoprogression_share", "pseudoprogression_to_progression_hazard_ratio"
    late = {"warnings": ["guarantee_time", "limit_not_reached"]} | interval(305, None)
    spss = {"warnings": ["comparison_only"]} | interval(42.6, 61.4, "spss")
    wald = {"warnings": ["small_groups"], "p_value": 0.6201} | interval(0.553, 2.671, "wald")
    paired = {"warnings": ["complete_cases"], "p_value": 0.00004, "events": None}
    naive = {"warnings": ["naive_comparison"], "events": None}
    wilson = {"warnings": ["indeterminate_left_out"]} | interval(0.555, 0.824, "wilson")
    return [
        *rows_in(ESTIMATES, method="By hand", patients=41, events=29),
        estimate(f"{share}_lowest", 0.5, "share", patients=52),
        estimate(share, 0.7073, "share", **wilson),
        suppressed(share, "share", "registry=north"),
        *(estimate(time, 401.5, "days", **late) for time in TIMES),
        estimate("time_to_pseudoprogression_spss", 52, "days", **spss),
        estimate(ratio, 1.2156, "ratio", "her2=positive/negative", **wald),
        estimate("progression_by_pseudoprogression", None, "ratio", **naive),
        estimate("alp_change_at_event", -18.04, "U/L", **paired),
        estimate("cadence_on_time_share", 0.893, "share", events=2130),
        *_undecided(),
        *_analyses(),
        estimate("agreement_recist11", 0.0012, "kappa", **interval(0.0004, 0.0031, "large-sample")),
        estimate("bone_alp_change_at_event", -3.5, "ug/L", patients=6, events=None),
    ]


def _undecided() -> ListOfRows:
    """Write what is told of candidates that could not be decided, and of a time between two days."""
    metric, median = "pseudoprogression_incidence", "time_to_pseudoprogression_interval_censored"
    between = {"warnings": ["median_is_interval"], "median_follow_up_days": 512.0}
    beyond = {"warnings": ["beyond_follow_up"]}
    return [
        estimate(median, None, "days", **between, **interval(42, 84, "mass-interval")),
        estimate(f"{metric}_365_days", 0.143, "share", warnings=["indeterminate_imputed"]),
        estimate(f"{metric}_lowest_365_days", 0.102, "share"),
        estimate(f"{metric}_highest_365_days", 0.161, "share"),
        estimate(f"{metric}_decided_only_365_days", 0.106, "share", warnings=["indeterminate_censored"]),
        estimate(f"{metric}_730_days", None, "share", **beyond),
    ]


def _analyses() -> ListOfRows:
    """Write what is asked after the headline numbers: each with an interval, and some with none."""
    share = "pseudoprogression_share"
    ratio = {"warnings": ["interval_censored"], "p_value": 0.11} | interval(0.8, 2.9, "wald")
    wide = {"warnings": ["small_groups"], "p_value": 0.4} | interval(0.02, 40.0, "wald")
    between = {"stratum": "status=pseudoprogression/none"}
    missing = {"warnings": ["groups_missing"], "p_value": None}
    bounds = interval(0.6, 0.9, "wilson")
    return [
        estimate("progression_free_survival", 421, "days", **interval(363, 479)),
        estimate("overall_survival", None, "days", warnings=["median_not_reached"]),
        estimate("time_dependent_hazard_ratio", 1.5, "ratio", **ratio),
        estimate("landmark_91_overall_survival_hazard_ratio", None, "ratio", **between, **missing),
        estimate("landmark_183_overall_survival_hazard_ratio", 0.9, "ratio", **between, **wide),
        estimate("adjusted_hazard_ratio_age_per_10_years", 1.1, "ratio", **ratio),
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
    ]


WHOLE = (
    (0, 41, 0, 0, 1.0),
    (90, 41, 6, 0, 0.854),
    (200, 35, 10, 5, 0.61),
    (401, 20, 8, 0, 0.366),
    (700, 12, 5, 7, 0.2),
)
CUT = ((60, 30, 5, 0, 0.833), (250, 25, 6, 5, 0.63))


def _curves() -> ListOfRows:
    return [
        *curve("time_to_pseudoprogression", "all", WHOLE),
        *curve("pseudoprogression_to_progression", "all", WHOLE),
        *curve("confirmation_to_progression", "all", CUT),
        *curve("candidate_to_progression", "all", WHOLE),
        *curve("pseudoprogression_to_progression", "her2=positive", CUT),
        *curve("pseudoprogression_to_progression", "her2=negative", WHOLE),
        *curve("progression_free_survival", "all", WHOLE),
        *curve("landmark_183_progression_free_survival", "status=pseudoprogression", CUT),
        *curve("landmark_183_progression_free_survival", "status=none", WHOLE),
    ]


FLOW = {
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


def _sites() -> ListOfRows:
    rows: ListOfRows = []
    for level, total in (("patient", 29), ("lesion", 47)):
        told: dict[str, dict[str, object]] = {
            "spine": {"counted": 20, "share": 20 / total, "ci_low": 0.4, "ci_high": 0.8},
            "rib": {"counted": None, "share": None, "is_suppressed": True},
        }
        none: dict[str, object] = {"level": level, "total": total, "counted": 0, "share": 0.0}
        for population in LESION_POPULATION:
            none["population"] = population
            rows += [none | {"site": site} | told.get(site, {}) for site in LESION_SITE]
    return rows


def _alp_changes() -> ListOfRows:
    shown = {"patients": 22, "median": -20.0, "quartile_low": -31.5, "quartile_high": -4.0, "shift": -18.04}
    shown |= {"ci_low": -22.7, "ci_high": -13.11, "p_value": 0.00004, "warnings": ["complete_cases"]}
    hidden = {"is_suppressed": True, "warnings": ["baseline_cancels", "suppressed"]}
    rows = (
        {"comparison": "event_minus_baseline", "stratum": "all"} | shown,
        {"comparison": "event_minus_baseline", "stratum": "state=true_progression"} | shown,
        {"comparison": "progression_minus_event", "stratum": "all"} | hidden,
    )
    return [{"method": "By hand"} | row for row in rows]


def _concordance() -> ListOfRows:
    verdicts = {"recist11": ("PD", "NON_PD", "EQUIVOCAL"), "irecist": ("iCPD", "iUPD")}
    return [
        {"definition": PROTOCOL, "call": state, "patients": 7}
        | {"other_definition": rule_set, "other_call": verdict}
        for rule_set, listed in verdicts.items()
        for verdict in listed
        for state in STATES
    ]


def _questions() -> ListOfRows:
    hidden = {"alp_at_event": {"patients": None, "is_suppressed": True}}
    return [
        {"stratum": stratum, "missing": missing, "patients": 8} | hidden.get(missing, {})
        for stratum in STRATA
        for missing in OPEN_QUESTIONS
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


def _alp_grades() -> ListOfRows:
    """Write the grades at one moment, one of them suppressed."""
    told = {"stratum": "all", "moment": "event", "total": 25}
    rows: ListOfRows = [
        {**told, "grade": grade, "patients": patients, "share": patients / 25}
        for grade, patients in (("0", 10), ("1", 15), ("2", 0), ("3", 0))
    ]
    return [*rows, {**told, "grade": "4", "patients": None, "share": None, "is_suppressed": True}]


BASELINE = """
    position  characteristic  level     patients  is_suppressed
    1         age_at_start    known     41        no
    2         age_at_start    missing   0         no
    3         er_status       positive  30        no
    4         er_status       negative  .         yes
    5         er_status       missing   .         yes
"""


def _baseline() -> ListOfRows:
    """Write baseline characteristics: a number and a code, in two groups, with a level suppressed."""
    rows = rows_in(BASELINE, stratum="all", total=41)
    for row, share in zip(rows, (None, 0.0, 30 / 41, None, None), strict=True):
        row["share"] = share
    of_few = rows[0] | {"stratum": "state=true_progression", "patients": None, "is_suppressed": True}
    of_few["unit"] = rows[0]["unit"] = "years"
    rows[0] |= {"median": 57.5, "quartile_low": 49, "quartile_high": 66}
    return [*rows, of_few]
