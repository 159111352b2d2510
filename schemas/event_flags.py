"""Every warning code that an event may carry, with the sentence that explains it; none of them decides.

Not here: the SQL that raises them (`bpp_etl/events/sql/candidate_flag.sql`), and flags of rows
(`schemas/flags.py`), which an event takes over from the rows that are its evidence.
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.flags import RULE_FLAGS

EVENT_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        **RULE_FLAGS,
        "alp_at_event_missing": "No total ALP lies in the window around the event.",
        "alp_at_progression_missing": "No total ALP lies in the window around the progression.",
        "alp_baseline_missing": "No total ALP lies in the window before the start of line 1.",
        "alp_median_of_day": (
            "A day that gave an ALP value had several differing results; their median was taken."
        ),
        "bone_window_unknown": (
            "It is not recorded whether the bone window was read on a CT that serves as baseline, candidate "
            "or confirmation."
        ),
        "cadence_fallback": (
            "Line 1 records no cycle length, and the registry states no CT schedule; the protocol's "
            "`fallback_cycle_days` were assumed."
        ),
        "early_onset": (
            "The candidate appeared less than `early_onset_days` of the protocol after the start of line 1."
        ),
        "entered_late": (
            "The first image or laboratory result is later than `entered_late_days` of the protocol after "
            "the start of line 1: whoever progressed before it is not in the registry."
        ),
        "equivocal_lesion": "A lesion that makes the candidate is equivocal.",
        "equivocal_only": "Every lesion that makes the candidate is equivocal.",
        "her2_conflict": (
            "The newest HER2 tests of the same day and site are positive and negative; read as indeterminate."
        ),
        "her2_not_tested": "No HER2 test is recorded.",
        "her2_post_event": "HER2 was tested only after the event; a later test never counts.",
        "irecist_confirmed_late": (
            "iRECIST, over the same scans as the state: progression was confirmed more than "
            "`increase_until_days` after the assessment before it."
        ),
        "larger_lytic_unread": (
            "From the candidate on, a lytic or mixed lesion is larger and its change of lysis is not "
            "recorded."
        ),
        "late_onset": (
            "The candidate appeared more than `late_onset_days` of the protocol after the start of line 1."
        ),
        "long_gap": (
            "More than `long_gap_intervals` of the protocol lie between the candidate and a confirming CT, "
            "or between two: a progression may have been missed."
        ),
        "maintenance": "Every agent of line 2 is one of line 1: line 2 is maintenance.",
        "modality_changed": (
            "The candidate or its confirmation was seen on a CT and the baseline on a PET-CT, or the "
            "reverse: one shows lesions that the other does not."
        ),
        "progression_without_imaging": (
            "Line 1 ended for progression, and no scan shows one within `progression_seen_days` of the "
            "protocol."
        ),
        "refused_evidence": (
            "Imaging, lesions or lines of this patient were refused at the gate: evidence may be missing."
        ),
        "response_not_recorded": (
            "From the candidate on, an eligible CT on treatment records no response outside bone."
        ),
        "same_site_lytic_before": (
            "A lytic or mixed lesion was reported before in the bone of a new osteoblastic lesion at the "
            "candidate."
        ),
        "second_line_missing": "A line after the second is recorded, but line 2 is not.",
        "switched_for_other_reason": (
            "Line 1 ended for another reason than progression: what came after it is not of that line."
        ),
        "unclear_lysis": (
            "From the candidate on, lysis increased in a lesion of unknown morphology, which is never lysis."
        ),
    }
)
"""Flag of an event -> its sentence: what is beside the call, and every flag of a row that is its evidence."""
