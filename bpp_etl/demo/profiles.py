"""What tells one synthetic registry from another: its ids, units, words, file dialect and planted faults.

No patient is drawn here, and no file is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Faults = Literal["none", "every_rule", "undated_imaging"]


@dataclass(frozen=True)
class Dialect:
    """How a registry writes its files; what registry.toml must say for them to be read.

    `rename` and `recode` lead from their word to ours; `constants` are columns that the files lack.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    rename: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    recode: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """One spelling of an ALP unit: U/L in one of it (None = the row's upper limit), and decimals reported."""

    label: str
    weight: float
    factor: float | None = 1.0
    decimals: int = 0


@dataclass(frozen=True)
class Profile:
    """One kind of synthetic registry."""

    name: str
    code: str
    units: tuple[Unit, ...] = (Unit("U/L", 0.85), Unit("IU/L", 0.15))
    laboratories: tuple[str, ...] = ("synthetic laboratory 1", "synthetic laboratory 2")
    regimens_her2: tuple[str, ...] = ("docetaxel, trastuzumab, pertuzumab", "trastuzumab, capecitabine")
    regimens_21: tuple[str, ...] = ("capecitabine", "docetaxel", "eribulin", "sacituzumab govitecan")
    regimens_28: tuple[str, ...] = (
        "palbociclib, letrozole",
        "ribociclib, fulvestrant",
        "abemaciclib, anastrozole",
        "weekly paclitaxel",
    )
    faults: Faults = "none"
    default_birth_share: float = 0.0  # of patients whose date of birth somebody filled in
    extra_columns: tuple[tuple[str, str, str], ...] = ()  # table, column, the one value it holds
    dialect: Dialect = field(default_factory=Dialect)


CLEAN = Profile(name="clean", code="C")

SHUT = Profile(name="shut", code="S", faults="undated_imaging")

DIRTY = Profile(
    name="dirty",
    code="D",
    # Both micro signs (U+00B5, U+03BC), full-width letters, odd case and spaces all mean a known unit.
    units=(
        Unit("U/L", 0.4),
        Unit("iu/l", 0.1),
        Unit("Units / L", 0.04),
        Unit("Ｕ/Ｌ", 0.04),
        Unit("mU/mL", 0.05),
        Unit("U/mL", 0.04, 1000, 3),
        Unit("ukat/L", 0.08, 60, 2),
        Unit("\u00b5kat/L", 0.07, 60, 2),
        Unit("\u03bckat/L", 0.06, 60, 2),
        Unit("nkat/L", 0.06, 0.06, 0),
        Unit("umol/(min.L)", 0.03),
        Unit("xULN", 0.03, None, 2),
    ),
    laboratories=("synthetic laboratory 3",),
    regimens_her2=("多西他赛+曲妥珠单抗+帕妥珠单抗", "曲妥珠单抗+卡培他滨"),
    regimens_21=("卡培他滨", "多西他赛", "艾立布林"),
    regimens_28=("哌柏西利+来曲唑", "阿贝西利+氟维司群", "紫杉醇周疗"),
    faults="every_rule",
    default_birth_share=0.08,
    extra_columns=(
        ("patients", "patient_name", "SYNTHETIC"),
        ("imaging_assessments", "scanner", "synthetic scanner"),
    ),
    dialect=Dialect(
        delimiter=";",
        encoding="gb18030",
        decimal=",",
        rename={
            "patients": {"case_code": "patient_id", "last_seen": "last_contact_date"},
            "therapy_lines": {"case_code": "patient_id", "cycle_days": "cycle_length_days"},
            "imaging_assessments": {
                "case_code": "patient_id",
                "exam_code": "assessment_id",
                "exam_date": "assessment_date",
            },
            "bone_lesions": {"exam_code": "assessment_id", "bone": "site"},
            "lab_results": {"case_code": "patient_id", "sampled_on": "specimen_date"},
            "her2_tests": {"case_code": "patient_id", "tested_on": "test_date"},
        },
        recode={
            "patients": {"sex": {"F": "female", "M": "male", "U": "unknown"}},
            "imaging_assessments": {"modality": {"PETCT": "PET_CT", "BS": "BONE_SCAN", "XR": "XRAY"}},
            "bone_lesions": {"morphology": {"blastic": "osteoblastic", "lytic": "osteolytic"}},
            "lab_results": {"analyte": {"ALP": "ALP_TOTAL", "BAP": "ALP_BONE"}},
        },
        constants={"lab_results": {"laboratory": "synthetic laboratory 3"}},
        limits={"her2_tests": 0.08},
    ),
)
