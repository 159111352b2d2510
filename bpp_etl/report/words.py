"""What the report calls each code: states, reasons, steps, bones, comparisons, strata.

Not here: the codes themselves and what they mean (`schemas`), and verdicts, which bring their own words
(`schemas/verdicts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.events.findings import Definition, finding_told, scans_told
from bpp_etl.events.parameters import CANDIDATE_FINDINGS
from bpp_etl.report.numbers import THIN
from schemas.verdicts import VERDICT_SETS

STEPS: Mapping[str, str] = {
    "delivered_row": "Rows of patients in admitted deliveries",
    "repeated_row": "Copies, and further rows of a patient",
    "delivered": "Patients in admitted deliveries",
    "refused": "Patients refused at the gate",
    "admitted": "Admitted patients",
    "no_first_line": "No first line of therapy recorded",
    "outside_window": "First line started outside the calendar window",
    "no_on_treatment_ct": "No eligible CT during the first line",
    "no_new_osteoblastic_lesion": "No new osteoblastic lesion on such a CT",
    "progression_first": "Explicit progression came first",
    "candidate": "Candidates: new osteoblastic lesions on treatment",
    "pseudoprogression": "Pseudoprogression",
    "true_progression": "True progression",
    "indeterminate": "Indeterminate",
    "progressed": "Progressed later",
    "not_progressed": "No progression so far",
    "pd_at_detection": "Explicit progression on the same scan",
    "pd_before_confirmation": "Explicit progression before confirmation",
    "no_baseline_ct": "No baseline CT",
    "progression_not_read": "Further scans came, not read for progression",
    "death": "Died before it was decided",
    "therapy_changed": "Therapy changed before it was decided",
    "lost_to_follow_up": "Lost to follow-up",
    "awaiting_ct": "Next scan still to come",
}


def steps_of(definition: Definition) -> Mapping[str, str]:
    """Return what `STEPS` says, with the scans and the lesions that a definition looks at."""
    scans = scans_told(definition.codes("candidate_modalities"), is_one=True)
    findings = definition.codes(CANDIDATE_FINDINGS)
    return {
        **STEPS,
        "no_on_treatment_ct": f"No eligible {scans} during the first line",
        "no_new_osteoblastic_lesion": f"No {finding_told(findings)} on such a {scans}",
        "candidate": f"Candidates: {finding_told(findings, 'lesions')} on treatment",
        "no_baseline_ct": f"No baseline {scans}",
    }


SHORT_STEPS: Mapping[str, str] = {
    "admitted": "Admitted",
    "no_first_line": "No first line",
    "outside_window": "Outside window",
    "no_on_treatment_ct": "No scan",
    "no_new_osteoblastic_lesion": "No new lesion",
    "progression_first": "Progression first",
    "candidate": "Candi\u00addates",
    "pseudoprogression": "Pseudo\u00adprogression",
    "true_progression": "True progression",
    "indeterminate": "Indeter\u00adminate",
}
"""The same for the head of a narrow column; a soft hyphen says where a word may break."""

MISSING: Mapping[str, str] = {
    "baseline_ct": "Baseline scan",
    "confirming_ct": "Further scan",
    "progression_evidence": "Evidence of progression; a scan comes too late",
    "progression_reading": "Reading of scans for progression",
    "response": "Response outside bone",
    "alp_baseline": "ALP before treatment",
    "alp_at_event": "ALP at the event",
}

SITES: Mapping[str, str] = {
    "spine": "Spine",
    "pelvis": "Pelvis",
    "rib": "Ribs",
    "sternum": "Sternum",
    "skull": "Skull",
    "femur": "Femur",
    "humerus": "Humerus",
    "scapula": "Scapula",
    "clavicle": "Clavicle",
    "other": "Other bone",
    "unknown": "Bone not stated",
}

COMPARISONS: Mapping[str, str] = {
    "event_minus_baseline": "At the event, against baseline",
    "progression_minus_baseline": "At progression, against baseline",
    "progression_minus_event": "At progression, against the event",
}

MOMENTS: Mapping[str, str] = {
    "baseline": "at baseline",
    "event": "at the event",
    "progression": "at progression",
}

CADENCE_CLASSES: Mapping[str, str] = {
    "on_time": "On time",
    "early": "Early",
    "late": "Late",
    "missed": "Missed",
}

TABLES: Mapping[str, str] = {
    "patients": "Patients",
    "therapy_lines": "Therapy lines",
    "imaging_assessments": "Imaging assessments",
    "bone_lesions": "Bone lesions",
    "lab_results": "Laboratory results",
    "her2_tests": "HER2 tests",
    "delivery": "The delivery as a whole",
}

CATEGORIES: Mapping[str, str] = {
    "conformance": "Conformance: is it in the agreed form?",
    "completeness": "Completeness: is it there?",
    "plausibility": "Plausibility: can it be true?",
}

SEVERITIES: Mapping[str, str] = {
    "refuse": "row refused",
    "flag": "row flagged",
    "warn": "told, gate open",
    "shut": "gate shut",
}
STATUSES: Mapping[str, str] = {
    "passed": "passed",
    "failed": "failed",
    "waived": "accepted by waiver",
    "not_applicable": "not applicable",
    "error": "error",
}

_STRATA: Mapping[str, str] = {
    "all": "All",
    "registry=*": "Between registries",
    "her2=positive": "HER2 positive",
    "her2=negative": "HER2 negative",
    "her2=indeterminate": "HER2 indeterminate",
    "her2=unknown": "HER2 not known",
    "her2=positive/negative": "HER2 positive against negative",
    "status=none": "No pseudoprogression by then",
    "status=pseudoprogression": "Pseudoprogression confirmed",
    "status=pseudoprogression/none": "Pseudoprogression against none",
    "flags=none": "Without any flag",
    "evidence=complete": "Evidence complete",
    "state=pseudoprogression": "Pseudoprogressions",
    "state=true_progression": "True progressions",
    "state=pseudoprogression/true_progression": "Pseudoprogressions against true progressions",
    "progression=bone": "Bone progressed",
    "progression=later": "Progressed after the candidate's scan",
}


def stratum_words(stratum: str) -> str:
    """Name a stratum in words; a registry by its own name."""
    if stratum in _STRATA:
        return _STRATA[stratum]
    key, _, value = stratum.partition("=")
    if key == "flag!":
        return f"Without {value}"
    if key == "ratio":
        return f"Hazard ratio of {value}"
    if key == "half_width":
        return f"To within {value} percentage points"
    if key == "her2_at_start":
        return _STRATA[f"her2={value}"]
    if key == "fall":
        return "Not risen" if value == "0" else f"Fallen by {value}{THIN}% or more"
    if key == "site":
        return SITES.get(value, value)
    if key == "definition":
        return VERDICT_SETS[value].title if value in VERDICT_SETS else value
    return value or stratum
