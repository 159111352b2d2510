"""Every code of the `metric` schema: metric ids, strata, warnings, units, steps, each with its sentence.

Not here: the tables that carry them (`schemas/metric.py`) and how a metric is worked out (`bpp_etl/measure`).
"""

from collections.abc import Mapping
from itertools import combinations
from types import MappingProxyType

from schemas.cadence import TOLERANCE_DAYS
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
"""Incidence is given at 6, 12 and 24 months of 30.4375 days, in whole days."""

UNIT = ("days", "share", "U/L", "ratio", "chi_square", "area", "kappa")
CI_METHOD = ("log-log", "spss", "wald", "signed-rank", "delong", "wilson", "large-sample")
SURVIVAL_METRIC = (
    "time_to_pseudoprogression",
    "pseudoprogression_to_progression",
    "confirmation_to_progression",
    "candidate_to_progression",
)
"""The times that have a median and a survival curve."""

FLOW_STEP = (
    "delivered",
    "refused",
    "admitted",
    *LEFT_AT,
    *STATE,
    "progressed",
    "not_progressed",
    *REASON[1:],
)
LESION_LEVEL = ("patient", "lesion")
ALP_COMPARISON = ("event_minus_baseline", "progression_minus_baseline", "progression_minus_event")
RULE_SET = ("recist11", "irecist", "mda", "pcwg3")
VERDICT = tuple(dict.fromkeys((*RECIST11_VERDICT, *IRECIST_VERDICT, *MDA_VERDICT, *PCWG3_VERDICT)))
ALP_PICTURE = ("waterfall", "paired")
OUTCOME = ("progressed", "not_progressed")
PAPER_UNIT = ("patients", "percent", "months", "U/L", "p")
CALL = (*LEFT_AT[1:-1], *STATE, *VERDICT)
"""What a definition makes of a patient: where the patient leaves the course, a state, or a verdict."""
CADENCE_POPULATION = ("first_line", "pseudoprogression")

STRATA: Mapping[str, str] = MappingProxyType(
    {
        "all": "Everyone whom the metric is about.",
        "registry=": "Patients of one registry.",
        "registry=*": "All registries, compared with one another.",
        "her2=": "HER2 status known on the event day: positive, negative, indeterminate or unknown.",
        "her2=positive/negative": "HER2 positive compared with negative, negative being the reference.",
        "evidence=complete": "Without patients of whom evidence was refused at the gate (refused_evidence).",
        "state=pseudoprogression": "Candidates that proved pseudoprogression, beside everyone.",
        "state=true_progression": "Candidates that proved true progression, beside the pseudoprogressions.",
        "progression=bone": "Only where bone progressed: lysis or a new lytic lesion, whatever else did.",
        "progression=later": "Only true progressions that showed after the candidate's own scan.",
        "definition=": (
            "Candidates that this rule set does not read as progression, or what this other protocol calls "
            "pseudoprogression."
        ),
        "site=": "Patients or lesions with a new osteoblastic lesion in this bone.",
    }
)
"""Stratum, or its beginning where a value follows the equals sign -> who is in it."""

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "approximate_p_value": (
            "More than 1000 differences: p-value and limits come from the normal approximation."
        ),
        "baseline_cancels": (
            "Both changes share one baseline, which cancels: this compares ALP at progression with ALP at "
            "the event, and says nothing of either change from baseline."
        ),
        "cadence_differs": (
            "The median CT intervals of the compared groups differ by more than 7 days; the schedule alone "
            "can move the comparison."
        ),
        "comparison_only": (
            "Symmetric interval, to compare with published figures: at 23 patients it covers 84 to 86 %, not "
            "95 %."
        ),
        "complete_cases": "Patients without the ALP values needed are left out; nothing is imputed.",
        "death_censored": "A death without progression ends the follow-up like any other censoring.",
        "few_events": (
            "Fewer than 5 events, or 5 patients where no events are counted: no interval and no p-value."
        ),
        "groups_missing": "A group or class to compare has no patients: there is no comparison.",
        "guarantee_time": (
            "Confirmation needs further clean CTs, so the time cannot be short; see also the time from "
            "confirmation and the one over all candidates."
        ),
        "indeterminate_censored": "Candidates that could not be decided are censored on the event day.",
        "indeterminate_left_out": "Candidates that could not be decided are left out.",
        "interval_censored": (
            "Dated at the scan that shows it, about half a scan interval late; see the interval-censored "
            "median."
        ),
        "lesions_clustered": "Lesions of one patient are alike; the interval takes them as independent.",
        "limit_not_reached": "The confidence band does not reach one half on one side: no limit there.",
        "median_not_reached": "The curve does not fall to one half: there is no median yet.",
        "naive_comparison": (
            "Refused: who has a pseudoprogression has lived without progression until it was confirmed, so "
            "the curves of patients with and without one differ by construction."
        ),
        "no_interval": "The method gives no interval.",
        "no_patients": "Nobody to measure.",
        "no_spread": (
            "The groups lie wholly apart, or one answer never varies: no interval, and no certainty either."
        ),
        "not_estimable": "The data have no single best value: there is no estimate.",
        "refused_counted": (
            "Patients whose own row was refused are counted as candidates, whatever they were; patients "
            "without a candidate of whom other evidence was refused are not."
        ),
        "selected_on_outcome": (
            "Only patients whose later course proved a pseudoprogression; see their share among candidates."
        ),
        "small_groups": (
            "A compared group has fewer than 10 events or 20 patients; no difference found is no proof that "
            "there is none."
        ),
        "suppressed": "Counts below the disclosure threshold, and what would reveal them, are left empty.",
    }
)
"""Warning code -> what a reader must know."""

_SAME_MEDIAN = "The same median with the symmetric interval of the published papers."
_BETWEEN = "Median time to progression, known only to lie between two assessments (Turnbull)."
_DETECTABLE = "Smallest hazard ratio above 1 that these events would show with 80 % power."
_HAZARD = "Hazard of progression, HER2 positive over negative."
_REFUSED = " if patients refused at the gate, and candidates of whom evidence was refused,"
_SHIFT = "How far another definition moves the median time from"
_BAND = "the protocol's band (`alp_stable_percent`)"
_ONLY = ", pseudoprogressions only."

METRICS: Mapping[str, str] = MappingProxyType(
    {
        "time_to_pseudoprogression": "Median time from the start of line 1 to the pseudoprogression.",
        "time_to_pseudoprogression_spss": _SAME_MEDIAN,
        "time_to_pseudoprogression_interval_censored": (
            "Median time to onset, known only to lie between two CTs (Turnbull)."
        ),
        "pseudoprogression_to_progression": "Median time from the pseudoprogression to progression.",
        "pseudoprogression_to_progression_spss": _SAME_MEDIAN,
        "pseudoprogression_to_progression_interval_censored": _BETWEEN,
        "pseudoprogression_to_progression_log_rank": "Log-rank test of that time between groups.",
        "pseudoprogression_to_progression_hazard_ratio": _HAZARD,
        "pseudoprogression_to_progression_detectable_ratio": _DETECTABLE,
        "confirmation_to_progression": "Median time from confirmation of a pseudoprogression to progression.",
        "confirmation_to_progression_interval_censored": _BETWEEN,
        "confirmation_to_progression_log_rank": "Log-rank test of that time between groups.",
        "confirmation_to_progression_hazard_ratio": _HAZARD,
        "confirmation_to_progression_detectable_ratio": _DETECTABLE,
        "candidate_to_progression": "Median time from the candidate to progression, over all candidates.",
        "candidate_to_progression_interval_censored": _BETWEEN,
        "progression_by_pseudoprogression": "Patients with against without pseudoprogression: refused.",
        **{
            f"{name}_{days}_days": f"{text} within {days} days."
            for name, text in (
                ("progression_incidence", "Progression after a pseudoprogression, death competing,"),
                ("death_incidence", "Death after a pseudoprogression, progression competing,"),
                (
                    "pseudoprogression_incidence",
                    "Pseudoprogression of patients with a first line; progression, death and the end of the "
                    "line compete;",
                ),
            )
            for days in HORIZON_DAYS
        },
        "pseudoprogression_share": "Pseudoprogressions among the candidates that could be decided.",
        "pseudoprogression_share_lowest": "The share if every undecided candidate were none.",
        "pseudoprogression_share_highest": "The share if every undecided candidate were one.",
        "pseudoprogression_share_lowest_with_refused": f"The lowest share{_REFUSED} were none either.",
        "pseudoprogression_share_highest_with_refused": f"The highest share{_REFUSED} were one too.",
        "alp_change_at_event": "Shift of ALP from baseline to the event (Hodges-Lehmann).",
        "alp_change_at_event_median": "Median change of ALP from baseline to the event.",
        "alp_change_at_progression": "Shift of ALP from baseline to progression (Hodges-Lehmann).",
        "alp_change_at_progression_median": "Median change of ALP from baseline to progression.",
        "alp_change_event_to_progression": "Shift of ALP from the event to progression (Hodges-Lehmann).",
        "alp_change_event_to_progression_median": "Median change of ALP from the event to progression.",
        "alp_decreased_share": f"ALP at the event below baseline by more than {_BAND}.",
        "alp_stable_share": f"ALP at the event within {_BAND} of baseline.",
        "alp_increased_share": f"ALP at the event above baseline by more than {_BAND}.",
        "alp_decreased_or_stable_share": f"ALP at the event not above baseline by more than {_BAND}.",
        "alp_progression_decreased_share": f"ALP at progression below baseline by more than {_BAND}.",
        "alp_progression_stable_share": f"ALP at progression within {_BAND} of baseline.",
        "alp_progression_increased_share": f"ALP at progression above baseline by more than {_BAND}.",
        "alp_progression_decreased_or_stable_share": (
            f"ALP at progression not above baseline by more than {_BAND}."
        ),
        "alp_discrimination": (
            "Chance that ALP rose more in a true progression than in a pseudoprogression (area under the ROC "
            "curve)."
        ),
        "lesion_site_share_of_patients": "Patients with a new osteoblastic lesion in this bone.",
        "lesion_site_share_of_lesions": "New osteoblastic lesions at the candidate that are in this bone.",
        "time_to_pseudoprogression_shift": f"{_SHIFT} the start of line 1 to the pseudoprogression.",
        "pseudoprogression_to_progression_shift": f"{_SHIFT} the pseudoprogression to progression.",
        **{f"agreement_{name}": f"Cohen's kappa of the state with the {name} verdict." for name in RULE_SET},
        **{
            f"agreement_{one}_{other}": f"Cohen's kappa of the {one} verdict with the {other} verdict."
            for one, other in combinations(RULE_SET, 2)
        },
        "agreement_protocol": (
            "Cohen's kappa of two protocols: pseudoprogression or not, over patients with a first line."
        ),
        "cadence_interval": "Median interval between first-line CTs.",
        "cadence_deviation": "Median deviation of first-line CTs from the planned interval.",
        "cadence_on_time_share": f"First-line CTs within {TOLERANCE_DAYS} days of the planned day.",
        "pseudoprogression_cadence_interval": f"Median interval between first-line CTs{_ONLY}",
        "pseudoprogression_cadence_deviation": f"Median deviation from the planned interval{_ONLY}",
        "pseudoprogression_cadence_on_time_share": (
            f"CTs within {TOLERANCE_DAYS} days of the planned day{_ONLY}"
        ),
    }
)
"""Metric id -> what is measured."""

PAPER_FIGURE: Mapping[str, str] = MappingProxyType(
    {
        "patients": "Patients with a pseudoprogression.",
        "spine_share_of_lesions": "New lesions that are in the spine, of all new lesions.",
        "spine_share_of_patients": "Patients with a new lesion in the spine.",
        "time_to_pseudoprogression": "Median time from the start of therapy to the pseudoprogression.",
        "pseudoprogression_to_progression": "Median time from the pseudoprogression to progression.",
        "her2_positive_to_progression": "The same, HER2 positive.",
        "her2_negative_to_progression": "The same, HER2 negative.",
        "her2_p_value": "Log-rank test between the two.",
        "alp_change_at_event": "Median change of ALP from baseline to the pseudoprogression.",
        "alp_change_at_progression": "Median change of ALP from baseline to progression.",
        "alp_p_value": "Test of the one change against the other.",
    }
)
"""Figure that the seed study prints -> what it is. The figures themselves: `bpp_etl/measure/paper.toml`."""

BASELINE_CHARACTERISTIC: Mapping[str, str] = MappingProxyType(
    {
        "age_at_start": "Age when line 1 began, in completed years.",
        "sex": "Sex as recorded by the registry.",
        "er_status": "Oestrogen receptor status.",
        "pr_status": "Progesterone receptor status.",
        "her2_status": "HER2 status when line 1 began: metastasis before primary, then the newest test.",
        "days_from_diagnosis": "From the diagnosis of metastatic disease to the start of line 1.",
        "alp": "Total ALP nearest to the start of line 1, in the protocol's `alp_baseline_days` up to it.",
        "bone_lesions": (
            "Bone lesions recorded on the scans that serve as baseline, in the `baseline_window_days` of the "
            "protocol up to the start of line 1."
        ),
        "cycle_length": "Cycle length of line 1.",
        "recorded_lines": "Lines of therapy recorded so far; this grows with follow-up.",
    }
)
"""Characteristic of a patient with a first line -> what it is."""

BASELINE_LEVEL = (
    *("known", "female", "male", "positive", "negative", "indeterminate", "unknown"),
    *("21_days", "28_days", "other", "1", "2", "3_or_more", "missing"),
)
BASELINE_UNIT = ("years", "days", "U/L", "lesions")
