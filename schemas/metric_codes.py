"""Every code of the `metric` schema: metric ids, strata, warnings, units, steps, each with its sentence.

Not here: the tables that carry them (`schemas/metric.py`) and how a metric is worked out (`bpp_etl/measure`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.event import (
    IRECIST_VERDICT,
    LEFT_AT,
    MDA_VERDICT,
    PCWG3_VERDICT,
    REASON,
    RECIST11_VERDICT,
    STATE,
)

HORIZON_DAYS = (182, 365, 730)
"""Incidence is given at 6, 12 and 24 months of 30.4375 days, as whole days."""

UNIT = ("days", "share", "U/L", "ratio", "chi_square", "area", "kappa")
CI_METHOD = ("log-log", "spss", "wald", "signed-rank", "delong", "wilson", "large-sample")
SURVIVAL_METRIC = (
    "time_to_pseudoprogression",
    "pseudoprogression_to_progression",
    "confirmation_to_progression",
    "candidate_to_progression",
)
"""The times that have a median and a survival curve."""

FLOW_STEP = ("admitted", *LEFT_AT, *STATE, "progressed", "not_progressed", *REASON[1:])
LESION_LEVEL = ("patient", "lesion")
ALP_COMPARISON = ("event_minus_baseline", "progression_minus_baseline", "progression_minus_event")
RULE_SET = ("recist11", "irecist", "mda", "pcwg3")
VERDICT = tuple(dict.fromkeys((*RECIST11_VERDICT, *IRECIST_VERDICT, *MDA_VERDICT, *PCWG3_VERDICT)))
CADENCE_POPULATION = ("first_line", "pseudoprogression")

STRATA: Mapping[str, str] = MappingProxyType(
    {
        "all": "Everyone whom the metric is about.",
        "registry=": "Patients of one registry.",
        "her2=": "HER2 status known on the event day: positive, negative, indeterminate or unknown.",
        "her2=positive/negative": "HER2 positive compared with HER2 negative, negative being the reference.",
        "evidence=complete": (
            "Without the patients of whom evidence was refused at the gate (refused_evidence)."
        ),
        "state=true_progression": "Candidates that proved true progression, beside the pseudoprogressions.",
        "progression=bone": "Only where bone progressed: lysis or a new lytic lesion, whatever else did.",
        "progression=later": "Only true progressions that showed after the candidate's own scan.",
        "site=": "Patients or lesions with a new osteoblastic lesion in this bone.",
    }
)
"""Stratum, or the beginning of it where a value follows the equals sign -> who is in it."""

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "approximate_p_value": (
            "More than 1000 differences: p-value and limits come from the normal approximation, not the"
            " exact null."
        ),
        "baseline_cancels": (
            "Both changes share one baseline, which cancels: the test compares ALP at progression with "
            "ALP at the "
            "event, and says nothing of either change from baseline."
        ),
        "cadence_differs": (
            "The median CT intervals of the compared groups differ by more than 7 days; the schedule "
            "alone can "
            "move the comparison."
        ),
        "comparison_only": (
            "Symmetric interval, given to compare with published figures: at 23 patients it covers 84 "
            "to 86 %, "
            "not 95 %."
        ),
        "complete_cases": "Patients without the ALP values that it needs are left out; nothing is imputed.",
        "death_censored": "A death without progression ends the follow-up like any other censoring.",
        "few_events": "Fewer than 5 events: no interval and no p-value is given.",
        "groups_missing": "A class or group to compare has no patients: the comparison is refused.",
        "indeterminate_censored": (
            "Candidates that could not be decided are censored on the day they appeared."
        ),
        "indeterminate_left_out": (
            "Candidates that could not be decided are left out; see the lowest and highest."
        ),
        "interval_censored": (
            "Dated at the scan that shows it, about half a scan interval late; see the interval-"
            "censored median."
        ),
        "guarantee_time": (
            "The event needs further clean CTs, so the time cannot be short; see also the time from "
            "confirmation "
            "and the one over all candidates."
        ),
        "lesions_clustered": "Lesions of one patient are alike; the interval takes them as independent.",
        "limit_not_reached": (
            "The confidence band does not reach one half on one side, which has no limit then."
        ),
        "median_not_reached": "The curve does not fall to one half: there is no median yet.",
        "naive_comparison": (
            "Refused: who has a pseudoprogression has lived without progression until it was confirmed,"
            " so curves "
            "of patients with and without it differ by construction."
        ),
        "no_interval": "The method gives no interval.",
        "no_patients": "Nobody to measure.",
        "not_estimable": "The likelihood has no maximum: there is no ratio to give.",
        "selected_on_outcome": (
            "Only patients whose later course proved a pseudoprogression are in it; see the share among"
            " candidates."
        ),
        "small_groups": "A compared group has fewer than 10 events; no difference found is no proof of none.",
        "suppressed": ("Counts below the disclosure threshold, and what would reveal them, are left empty."),
    }
)
"""Warning code -> what a reader must know."""

_TIMES = {
    "time_to_pseudoprogression": "Median time from the start of line 1 to the pseudoprogression.",
    "pseudoprogression_to_progression": "Median time from the pseudoprogression to explicit progression.",
    "confirmation_to_progression": (
        "Median time from the confirming CT of a pseudoprogression to progression."
    ),
    "candidate_to_progression": "Median time from the candidate to progression, over all candidates.",
}
_INCIDENCES = {
    f"{name}_{days}_days": f"{text} within {days} days."
    for name, text in (
        ("progression_incidence", "Progression after a pseudoprogression, death competing,"),
        ("death_incidence", "Death without progression after a pseudoprogression, progression competing,"),
        (
            "pseudoprogression_incidence",
            "Pseudoprogression of first-line patients; progression, death and change of therapy compete;",
        ),
    )
    for days in HORIZON_DAYS
}

METRICS: Mapping[str, str] = MappingProxyType(
    {
        **_TIMES,
        "time_to_pseudoprogression_spss": (
            "The same median with the symmetric interval of the published papers."
        ),
        "pseudoprogression_to_progression_spss": (
            "The same median with the symmetric interval of the published papers."
        ),
        "time_to_pseudoprogression_interval_censored": (
            "Median time to onset, known only to lie between two CTs (Turnbull)."
        ),
        "pseudoprogression_to_progression_interval_censored": (
            "Median time to progression, known only to lie between two assessments (Turnbull)."
        ),
        "pseudoprogression_to_progression_log_rank": (
            "Log-rank test of the time to progression between groups."
        ),
        "pseudoprogression_to_progression_hazard_ratio": (
            "Hazard of progression, HER2 positive over negative."
        ),
        "pseudoprogression_to_progression_detectable_ratio": (
            "Smallest hazard ratio above 1 that these events would detect with 80 % power."
        ),
        "confirmation_to_progression_log_rank": "Log-rank test of the time from confirmation between groups.",
        "confirmation_to_progression_hazard_ratio": (
            "Hazard of progression after confirmation, HER2 positive over negative."
        ),
        "confirmation_to_progression_detectable_ratio": (
            "Smallest hazard ratio above 1 that these events would detect with 80 % power."
        ),
        "progression_by_pseudoprogression": "Patients with against without pseudoprogression: refused.",
        **_INCIDENCES,
        "pseudoprogression_share": "Pseudoprogressions among the candidates that could be decided.",
        "pseudoprogression_share_lowest": "The share if every undecided candidate were none.",
        "pseudoprogression_share_highest": "The share if every undecided candidate were one.",
        "alp_change_at_event": (
            "Shift of ALP from baseline to the event (Hodges-Lehmann), with signed-rank test."
        ),
        "alp_change_at_event_median": "Median change of ALP from baseline to the event.",
        "alp_change_at_progression": (
            "Shift of ALP from baseline to progression (Hodges-Lehmann), with signed-rank test."
        ),
        "alp_change_at_progression_median": "Median change of ALP from baseline to progression.",
        "alp_change_event_to_progression": (
            "Shift of ALP from the event to progression (Hodges-Lehmann), with signed-rank test."
        ),
        "alp_change_event_to_progression_median": "Median change of ALP from the event to progression.",
        "alp_decreased_share": "ALP at the event more than 15 % below baseline.",
        "alp_stable_share": "ALP at the event within 15 % of baseline.",
        "alp_increased_share": "ALP at the event more than 15 % above baseline.",
        "alp_decreased_or_stable_share": "ALP at the event not more than 15 % above baseline.",
        "alp_discrimination": (
            "Chance that ALP rose more in a true progression than in a pseudoprogression (area under "
            "the ROC curve)."
        ),
        "lesion_site_share_of_patients": "Patients with a new osteoblastic lesion in this bone.",
        "lesion_site_share_of_lesions": "New osteoblastic lesions at the candidate that are in this bone.",
        **{f"agreement_{name}": f"Cohen's kappa of the state with the {name} verdict." for name in RULE_SET},
        "cadence_interval": "Median interval between first-line CTs.",
        "cadence_deviation": "Median deviation of first-line CTs from the planned interval.",
        "cadence_on_time_share": "First-line CTs within 7 days of the planned day.",
        "pseudoprogression_cadence_interval": (
            "Median interval between first-line CTs, pseudoprogressions only."
        ),
        "pseudoprogression_cadence_deviation": (
            "Median deviation from the planned interval, pseudoprogressions only."
        ),
        "pseudoprogression_cadence_on_time_share": (
            "CTs within 7 days of the planned day, pseudoprogressions only."
        ),
    }
)
"""Metric id -> what is measured."""
