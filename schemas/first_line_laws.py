"""The laws of what was seen on first-line treatment, and of what was written down of it.

Not here: other tables and the whole record (`schemas/delivery_laws.py`, `schemas/record_laws.py`), and the
functions that judge (`bpp_etl/gate/rules_of_first_line.py`).
"""

from __future__ import annotations

from schemas.delivery_laws import only
from schemas.laws import DeliveryLaw
from schemas.record_laws import FEW_PATIENTS, LEAST_PATIENTS

LEAST_ENDED = 20
"""Of twenty lines, of which one in four ends for symptoms alone, over half are so once in 250."""

LEAST_PROGRESSED = 10
"""Of ten lines, of which one in six goes on by a doctor's choice, over half are so once in 400."""

LONG_AFTER_DAYS = 60
"""So late a line is not ended by that progression: two months see the next CT, and the next line begun."""

FIRST_LINE_LAWS = (
    DeliveryLaw(
        "response_not_recorded",
        sentence="The share of first-line CTs that record no response outside bone stays within its limit.",
        exactly="Of eligible CTs on first-line treatment; a response NE is none.",
        severity="warn",
        category="completeness",
        mend="Deliver extraosseous_response: a CT without one confirms no pseudoprogression. If an "
        "empty cell has a meaning, state it: [recode.imaging_assessments.extraosseous_response] "
        '"" = "NON_CR_NON_PD".',
        on=only("imaging_assessments"),
        limit=0.5,
        limit_name="response_not_recorded",
        is_told_by_table=True,
        columns=("extraosseous_response",),
    ),
    DeliveryLaw(
        "lysis_not_recorded",
        sentence="The share of lytic and mixed lesions without a change of lysis stays within its limit.",
        exactly="Of lesions on eligible CTs on first-line treatment.",
        severity="warn",
        category="completeness",
        mend="Deliver lysis_change: a CT with a lytic lesion that has none confirms no pseudoprogression. "
        'If an empty cell has a meaning, state it: [recode.bone_lesions.lysis_change] "" = "none".',
        on=only("bone_lesions"),
        limit=0.5,
        limit_name="lysis_not_recorded",
        is_told_by_table=True,
        columns=("lysis_change",),
    ),
    DeliveryLaw(
        "no_eligible_ct",
        sentence="First-line patients have eligible CTs on treatment.",
        exactly=f"Broken where none of at least {LEAST_PATIENTS} first-line patients has one. Of "
        f"{FEW_PATIENTS} to {LEAST_PATIENTS - 1} it is told, and the gate stays open.",
        severity="shut",
        category="plausibility",
        mend="Check how the export codes modality, is_bone_window and is_evaluable, and whether the days of "
        "CTs and of line 1 fit.",
        on=only("imaging_assessments"),
        parameters={"least_patients": LEAST_PATIENTS, "few_patients": FEW_PATIENTS},
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("modality", "is_bone_window", "is_evaluable"),
    ),
    DeliveryLaw(
        "progression_not_seen",
        sentence="Most first lines that ended for progression have it on a scan.",
        exactly=f"Of at least {LEAST_ENDED} such lines, the share that progression_without_imaging flags "
        "stays within its limit.",
        severity="warn",
        category="plausibility",
        mend="Check how the export codes progression, and whether responses stand at their own scans: what "
        "is not seen ends no pseudoprogression. [limits] progression_not_seen = 1 switches the rule off.",
        on=only("therapy_lines"),
        limit=0.5,
        limit_name="progression_not_seen",
        parameters={"least_lines": LEAST_ENDED},
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("end_reason",),
    ),
    DeliveryLaw(
        "treated_past_progression",
        sentence="Most first lines on which a scan shows progression end soon after.",
        exactly=f"Of at least {LEAST_PROGRESSED} such lines, the share that goes on for over "
        f"{LONG_AFTER_DAYS} days after the first, to its end or else its last scan, stays within its limit. "
        "Progression is PD outside bone, or more lysis, on a CT, PET_CT or MRI that can be judged.",
        severity="warn",
        category="plausibility",
        mend="Check how the export codes responses and changes of lysis, and the ends of lines. Where the "
        "registry treats beyond progression, [limits] treated_past_progression = 1 switches the rule off.",
        on=only("imaging_assessments"),
        limit=0.5,
        limit_name="treated_past_progression",
        parameters={"least_lines": LEAST_PROGRESSED, "long_after_days": LONG_AFTER_DAYS},
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("extraosseous_response",),
    ),
)
"""Laid on tables one by one, after the laws of files."""
