"""The codes of the `metric` schema: warnings, units, steps and levels, with sentences where they need any.

Not here: metrics and strata (`schemas/metrics/`), and the tables that carry the codes (`schemas/metric.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.event import LEFT_AT, REASON, STATE
from schemas.verdicts import VERDICT_WORDS

DAYS_PER_MONTH = 30.4375

HORIZON_DAYS = (182, 365, 730)
"""Incidence is given at 6, 12 and 24 months of 30.4375 days, in whole days."""

LANDMARK_DAYS = (91, 183)
"""Landmarks lie at 3 and 6 months of 30.4375 days after the start of line 1, in whole days."""

UNIT = ("days", "share", "U/L", "ratio", "chi_square", "area", "kappa", "events", "patients")
CI_METHOD = (
    "log-log",
    "spss",
    "wald",
    "signed-rank",
    "delong",
    "wilson",
    "large-sample",
    "bootstrap",
    "prediction",
)
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
ALP_PICTURE = ("waterfall", "paired")
OUTCOME = ("progressed", "not_progressed")
PAPER_UNIT = ("patients", "percent", "months", "U/L", "p")
CALL = (*LEFT_AT[1:-1], *STATE, *VERDICT_WORDS)
"""What a definition makes of a patient: where the patient leaves the course, a state, or a verdict."""
CADENCE_POPULATION = ("first_line", "pseudoprogression")

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
        "covariates_missing": (
            "Patients in whom a covariate is not known are left out, and nothing is imputed; the share that "
            "is complete is given beside."
        ),
        "death_censored": "A death without progression ends the follow-up like any other censoring.",
        "delayed_entry": (
            "Patients are at risk from the confirming CT on; the days before it count for nobody."
        ),
        "few_events": (
            "Fewer than 5 events, or 5 patients where no events are counted: no interval and no p-value."
        ),
        "few_events_per_variable": (
            "Fewer than 10 events for each covariate: ratios of such a model are often far off, mostly away "
            "from 1."
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
        "plan": (
            "Planned with the shares of this release, as if they were known; a further study has others."
        ),
        "refused_counted": (
            "Patients whose own row was refused are counted as candidates, whatever they were; patients "
            "without a candidate of whom other evidence was refused are not."
        ),
        "registries_as_studies": (
            "Each registry counts as one study. A few registries say little about the spread between them."
        ),
        "selected_on_outcome": (
            "Only patients whose later course proved a pseudoprogression; see their share among candidates."
        ),
        "small_groups": (
            "A compared group has fewer than 10 events or 20 patients; no difference found is no proof that "
            "there is none."
        ),
        "status_at_landmark": (
            "By what was known at the landmark: who had progressed, died or was no longer followed is left "
            "out, and a pseudoprogression that was confirmed later counts as none."
        ),
        "status_from_confirmation": (
            "Until a pseudoprogression is confirmed the patient counts among those without one, so that the "
            "time it takes to be confirmed is credited to nobody."
        ),
        "suppressed": "Counts below the disclosure threshold, and what would reveal them, are left empty.",
        "unequal_follow_up": (
            "Patients differ in how long and how often ALP was measured before the event, and a line does "
            "not show a flare of the first weeks."
        ),
    }
)
"""Warning code -> what a reader must know."""

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
