"""Every code list of the delivered and the derived tables, in one place.

Not here: units (`schemas/units.py`), rules (`schemas/rules.py`) and flags (`schemas/flags.py`).
"""

from typing import Literal, get_args

SEX = ("female", "male", "unknown")
RECEPTOR_STATUS = ("positive", "negative", "unknown")
END_REASON = ("progression", "toxicity", "completed", "patient_choice", "death", "other", "unknown")
MODALITY = ("CT", "PET_CT", "MRI", "BONE_SCAN", "XRAY")
CT_MODALITIES = ("CT", "PET_CT")
"""Modalities with a CT, and so with a bone window."""
EXTRAOSSEOUS_RESPONSE = ("CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")
LESION_SITE = (
    "spine",
    "pelvis",
    "rib",
    "sternum",
    "skull",
    "femur",
    "humerus",
    "scapula",
    "clavicle",
    "other",
    "unknown",
)
MORPHOLOGY = ("osteoblastic", "osteolytic", "mixed", "unknown")
LESION_STATUS = ("baseline", "new", "stable", "larger", "smaller", "resolved")
LYSIS_CHANGE = ("none", "increased", "decreased")
ANALYTE = ("ALP_TOTAL", "ALP_BONE")
ANALYTE_LOINC = {"6768-6": "ALP_TOTAL", "17838-4": "ALP_BONE"}
"""LOINC 6768-6 is alkaline phosphatase in serum or plasma; 17838-4 its bone-specific form."""
SPECIMEN_SITE = ("primary", "metastasis", "unknown")
IHC_SCORE = ("0", "1+", "2+", "3+")
ISH_RESULT = ("positive", "negative", "equivocal")
HER2_REPORTED_STATUS = ("positive", "negative", "equivocal", "unknown")
HER2_STATUS = ("positive", "negative", "indeterminate")
CADENCE_CLASS = ("on_time", "early", "late", "missed")

Severity = Literal["refuse", "flag", "warn", "shut"]
"""A breach refuses the row; flags it; is told, and the delivery admitted; or shuts the gate."""
SEVERITY: tuple[str, ...] = get_args(Severity)
Category = Literal["conformance", "completeness", "plausibility"]
"""Kahn et al. 2016, eGEMs 4(1):1244."""
CATEGORY: tuple[str, ...] = get_args(Category)

TRUE_WORDS = ("true", "yes", "1")
FALSE_WORDS = ("false", "no", "0")
NULL_WORDS = ("null", "na", "n/a", "nan", "none", "nil", ".", "-", "?", "[not available]")
"""In lower case: a cell that holds one of these alone, in whatever case, is empty."""
