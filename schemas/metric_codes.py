"""The codes of the `metric` schema: warnings, units, steps and levels, with sentences where they need any.

Not here: metrics and strata (`schemas/metrics/`), and the tables that carry the codes (`schemas/metric.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.cadence import ALIKE_DAYS, CYCLES_PER_INTERVAL, FALLBACK_CYCLE_DAYS
from schemas.event import LEFT_AT, REASON, STATE
from schemas.verdicts import VERDICT_WORDS

DAYS_PER_MONTH = 30.4375

PLANNED_DAYS = CYCLES_PER_INTERVAL * FALLBACK_CYCLE_DAYS
"""Between CTs that keep to the schedule of most lines."""

HORIZON_DAYS = (182, 365, 730)
"""Incidence is given at 6, 12 and 24 months of 30.4375 days, in whole days."""

LANDMARK_DAYS = (91, 183)
"""Landmarks lie at 3 and 6 months of 30.4375 days after the start of line 1, in whole days."""

ONSET_DAYS = (90, 180)
"""How many pseudoprogressions had appeared is given at 3 and 6 months of 30 days, as the seed study has."""

UNIT = ("days", "share", "U/L", "ug/L", "ratio", "chi_square", "area", "kappa", "events", "patients")
MASS_INTERVAL = "mass-interval"
CI_METHOD = (
    *("log-log", "spss", "wald", "signed-rank", "rank-sum", "delong", "wilson", "large-sample"),
    *("bootstrap", "prediction", MASS_INTERVAL),
)
FLOW_STEP = (
    "delivered_row",
    "repeated_row",
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
LESION_POPULATION = ("candidate", "episode")
ALP_COMPARISON = ("event_minus_baseline", "progression_minus_baseline", "progression_minus_event")
ALP_PICTURE = ("waterfall", "paired")
OUTCOME = ("progressed", "not_progressed")
PAPER_UNIT = ("patients", "percent", "months", "U/L", "p", "area")
CALL = (*LEFT_AT[1:-1], *STATE, *VERDICT_WORDS)
"""What a definition makes of a patient: where the patient leaves the course, a state, or a verdict."""
CADENCE_POPULATION = ("first_line", "pseudoprogression")

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "alp_not_specific": (
            "A change of ALP need not come from the bone lesions. A baseline that was high by chance is "
            "followed by a lower value (regression to the mean); G-CSF, disease of the liver, a healing "
            "fracture, endocrine and bone-modifying drugs move ALP too."
        ),
        "approximate_p_value": (
            "More than 1000 differences within patients, or 100 patients in two groups: p-value and limits "
            "come from the normal approximation."
        ),
        "baseline_cancels": (
            "Both changes share one baseline, which cancels: this compares ALP at progression with ALP at "
            "the event, and says nothing of either change from baseline."
        ),
        "beyond_follow_up": (
            "Nobody was under observation so long: there is no estimate for a day after the last follow-up."
        ),
        "cadence_differs": (
            f"The median CT intervals of the compared groups differ by more than {ALIKE_DAYS} days: an event "
            "is seen only at a scan, so the schedule alone can move the comparison."
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
        "delayed_entry": ("Patients are at risk from confirmation on; the days before it count for nobody."),
        "few_events": (
            "Fewer than 5 events, or 5 patients where no events are counted: no interval and no p-value."
        ),
        "few_events_per_variable": (
            "Fewer than 10 events for each covariate: ratios of such a model are often far off, mostly away "
            "from 1."
        ),
        "groups_missing": "A group or class to compare has no patients: there is no comparison.",
        "guarantee_time": (
            "Confirmation needs further clean scans, so the time cannot be short; see also the time from "
            "confirmation, which leaves out the wait for it, and the one over all candidates, which asks for "
            "none, and leaves out who progressed before a candidate."
        ),
        "imputed_from_others": (
            "Some undecided candidates are of a registry without a decided one in their reading state: they "
            "are imputed from its other candidates, or, without any, from those of all registries."
        ),
        "indeterminate_censored": (
            "Leaves the undecided out: candidates that could not be decided are censored on the event day, "
            "which gives their weight to patients without a lesion, so the number is as a rule too low. Read "
            "the estimate and its bounds instead."
        ),
        "indeterminate_imputed": (
            "Candidates that could not be decided are imputed from decided ones of the same registry and "
            "reading state (whether a CT after the candidate is not read for progression). That is right if, "
            "given these two, being decided does not depend on what the candidate was (missing at random); "
            "the bounds hold without that."
        ),
        "indeterminate_left_out": "Candidates that could not be decided are left out.",
        "interval_censored": (
            "Dated at the scan that shows it, late by about half the interval between scans: by half of "
            f"`cadence_interval`, which is {PLANNED_DAYS} days where {CYCLES_PER_INTERVAL} cycles of "
            f"{FALLBACK_CYCLE_DAYS} days are kept. See the interval-censored median, where one is given: "
            "progression-free survival has none."
        ),
        "lesions_clustered": "Lesions of one patient are alike; the interval takes them as independent.",
        "limit_not_reached": "The confidence band does not reach one half on one side: no limit there.",
        "median_is_interval": (
            "The data tell only between which two days the median lies, and not where within: the limits "
            "are these days, after the first and up to the second. They are no 95 % limits, which the method "
            "does not give."
        ),
        "median_not_reached": "The curve does not fall to one half: there is no median yet.",
        "naive_comparison": (
            "Refused: who has a pseudoprogression has lived without progression until it was confirmed, so "
            "the curves of patients with and without one differ by construction."
        ),
        "no_interval": "The method gives no interval.",
        "no_patients": "Nobody to measure.",
        "no_spread": (
            "The groups lie wholly apart, or all values or answers are the same: the interval would have no "
            "width, and is left out, for there is no certainty either."
        ),
        "not_estimable": "The data have no single best value: there is no estimate.",
        "not_pooled": (
            "Sums of several sites do not give it: `meta.not_pooled` says why. Only in a pool of shares."
        ),
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
        "suppressed": (
            "Counts below the threshold of disclosure control, and what would reveal them, are left empty; "
            "never in a release."
        ),
        "unequal_follow_up": (
            "Patients differ in how long and how often ALP was measured before the event, and a line does "
            "not show a flare of the first weeks."
        ),
        "unread_counted": (
            "Candidates with enough CTs, of which too few are read for progression, are counted with the "
            "decided; candidates that could not be decided for another reason are left out."
        ),
    }
)
"""Warning code -> what a reader must know."""

PAPER_FIGURE: Mapping[str, str] = MappingProxyType(
    {
        "patients": "Patients with a pseudoprogression.",
        "progressed": "Of them, patients who progressed later.",
        "spine_share_of_lesions": "New lesions that are in the spine, of all new lesions.",
        "spine_share_of_patients": "Patients with a new lesion in the spine.",
        "spine_share_of_patients_cut_off": "The same, cut off after one decimal and not rounded.",
        "time_to_pseudoprogression": "Median time from the start of therapy to the pseudoprogression.",
        "within_3_months": "Pseudoprogressions that had appeared by 3 months.",
        "within_6_months": "Pseudoprogressions that had appeared by 6 months.",
        "pseudoprogression_to_progression": "Median time from the pseudoprogression to progression.",
        "her2_positive_to_progression": "The same, HER2 positive.",
        "her2_negative_to_progression": "The same, HER2 negative.",
        "her2_positive_patients": "Patients whose HER2 is positive.",
        "her2_negative_patients": "Patients whose HER2 is negative.",
        "her2_p_value": "Log-rank test between the two.",
        "alp_decreased_or_stable": "Patients whose ALP decreased or stabilised at the pseudoprogression.",
        "alp_change_at_event": "Median change of ALP from baseline to the pseudoprogression.",
        "alp_change_at_progression": "Median change of ALP from baseline to progression.",
        "alp_p_value": "Test of the one change against the other.",
        "alp_discrimination": (
            "ALP as a biomarker: chance that it rose more in a true progression, of which the study has none."
        ),
    }
)
"""Figure of the seed study's table -> what it is. The numbers it prints: `bpp_etl/measure/paper.toml`."""

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
