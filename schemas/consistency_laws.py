"""The laws by which the columns of many patients vary as patients do, and fit what they were treated with.

Not here: scales, days and ids of the whole record (`schemas/record_laws.py`), the words that name drugs
(`schemas/drug_words.py`), and the functions that judge (`bpp_etl/gate/rules_of_consistency.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.codes import EXTRAOSSEOUS_RESPONSE, LESION_STATUS, MORPHOLOGY
from schemas.delivery_laws import only
from schemas.laws import DeliveryLaw

LEAST_CODES = 50
"""Of fewer rows a rare code may be missing by chance: half of them are of few patients."""

LEAST_COURSES = 20
"""Of fewer first-line courses, most of them short, none may have progressed yet."""

LEAST_ENDED_LINES, LEAST_WITHOUT_REASON = 5, 10
"""Where fewer lines ended, nobody may have progressed yet on a scan."""

NEVER_OF_ALL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "imaging_assessments": {"extraosseous_response": EXTRAOSSEOUS_RESPONSE},
    "bone_lesions": {
        "morphology": MORPHOLOGY,
        "status": LESION_STATUS,
        "lysis_change": ("increased", "decreased"),
        "is_equivocal": ("true",),
    },
    "lab_results": {"analyte": ("ALP_BONE",)},
}
"""Table -> column -> codes that cannot be those of all: a default of the export is, or a constant."""

MUST_OCCUR: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "imaging_assessments": {"extraosseous_response": (("PD",),)},
    "bone_lesions": {"morphology": (("osteoblastic",), ("osteolytic", "mixed")), "status": (("new",),)},
}
"""Table -> column -> kinds of codes, of each of which one occurs: in twenty courses none is a code lost."""

LEAST_TREATED = 5
"""Of five patients whose receptors and drugs do not fit by chance, one in ten each, three are one in 100."""

CONSISTENCY_LAWS = (
    DeliveryLaw(
        "code_never_varies",
        sentence="What differs from patient to patient is not one code for all.",
        exactly=f"Of columns with at least {LEAST_CODES} codes, where at least {LEAST_COURSES} patients have "
        "a first line, the share stays within its limit that holds one code only: extraosseous_response on "
        "eligible CTs on first-line treatment, but for NON_CR_NON_PD where bone lesions show progression; "
        "status of lesions that are not baseline; morphology; lysis_change increased or decreased; "
        "is_equivocal true; analyte ALP_BONE.",
        severity="warn",
        category="plausibility",
        mend="Look for a default of the export, and for [constants] or a [recode] of the empty cell: leave "
        "what nobody wrote down empty. Where only some lesions are recorded, [limits] code_never_varies = 1 "
        "switches the rule off.",
        on=only(*NEVER_OF_ALL),
        limit_name="code_never_varies",
        parameters={"least_codes": LEAST_CODES, "least_patients": LEAST_COURSES},
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "code_never_occurs",
        sentence="What occurs wherever patients are followed is said of some.",
        exactly=f"Of columns with at least {LEAST_CODES} codes, where at least {LEAST_COURSES} patients have "
        "a first line, the share stays within its limit of which a code is missing: PD among responses on "
        "eligible CTs on first-line treatment, where bone lesions show none and at least "
        f"{LEAST_ENDED_LINES} first lines ended for progression or {LEAST_WITHOUT_REASON} without a reason; "
        "new among the statuses of lesions that are not baseline; osteoblastic, or both osteolytic and "
        "mixed, among their builds. One code for all is told by itself.",
        severity="warn",
        category="plausibility",
        mend="Check how the export codes it, and what [recode] makes of it. [limits] code_never_occurs = 1 "
        "switches the rule off.",
        on=only(*MUST_OCCUR),
        limit_name="code_never_occurs",
        parameters={
            "least_codes": LEAST_CODES,
            "least_patients": LEAST_COURSES,
            "least_ended": LEAST_ENDED_LINES,
            "least_without_reason": LEAST_WITHOUT_REASON,
        },
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "drugs_against_receptors",
        sentence="Most patients have the receptors that their drugs are given for.",
        exactly=f"Of drugs against HER2, and of endocrine drugs, each with at least {LEAST_TREATED} treated "
        "patients whose receptors are known, the share stays within its limit of which over half of the "
        "patients lack the receptor: no test of HER2 but negative ones, or neither ER nor PR. Conjugates "
        "that are given where HER2 is low are passed over.",
        severity="warn",
        category="plausibility",
        mend="Check whether rows of her2_tests or receptors are another patient's, whether positive and "
        "negative are exchanged, and what regimen names. [limits] drugs_against_receptors = 1 switches the "
        "rule off.",
        on=only("therapy_lines"),
        limit_name="drugs_against_receptors",
        parameters={"least_patients": LEAST_TREATED, "most_without": 0.5},
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("regimen",),
    ),
)
"""Laid on tables one by one, after the laws of the record."""
