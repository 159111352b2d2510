"""The files of a cBioPortal study: clinical data of patients and samples, and timelines, with their columns.

Not here: their rows (`sql/`), and writing them (`cbioportal.py`).
"""

from __future__ import annotations

from bpp_etl.export.dataset import Column, Dataset

PATIENT = Column(
    "PATIENT_ID", "Patient Identifier", "exact", "core.patients.registry and core.patients.patient_id"
)
SAMPLE = Column("SAMPLE_ID", "Sample Identifier", "exact", "the patient, and the number of the HER2 test")
EVENT = "event.pseudoprogression"

CLINICAL_PATIENT = Dataset(
    "data_clinical_patient",
    "Clinical data of patients",
    "One row per admitted patient.",
    ("PATIENT_ID",),
    (
        PATIENT,
        Column("REGISTRY", "Registry", "exact", "core.patients.registry"),
        Column("SEX", "Sex", "exact", "core.patients.sex"),
        Column("AGE", "Age at Start of Line 1", "count", "whole years from core.patients.birth_date"),
        Column("ER_STATUS", "Oestrogen Receptor Status", "exact", "core.patients.er_status"),
        Column("PR_STATUS", "Progesterone Receptor Status", "exact", "core.patients.pr_status"),
        Column("REGIMEN", "Regimen of Line 1", "text", "core.therapy_lines.regimen of line 1"),
        Column("DAY_ZERO", "Day Zero of Timelines", "exact", "start of line 1, else metastatic diagnosis"),
        Column("LEFT_AT", "Where the Course Was Left", "exact", "event.patient_flow.left_at"),
        Column("BPP_STATE", "Bone Pseudoprogression State", "exact", f"{EVENT}.state"),
        Column("BPP_REASON", "Reason of the State", "exact", f"{EVENT}.reason"),
        Column("BPP_SITES", "Bones with a New Osteoblastic Lesion", "text", f"{EVENT}.sites"),
        Column("BPP_FLAGS", "Warning Codes", "text", f"{EVENT}.flags"),
        Column("DAYS_TO_BPP", "Days to the Candidate", "count", f"{EVENT}.days_to_event"),
        Column("OS_STATUS", "Overall Survival Status", "exact", "of those with a line 1"),
        Column(
            "OS_MONTHS",
            "Overall Survival (Months)",
            "number",
            "from the start of line 1; empty of a death without its day",
        ),
        Column("PFS_STATUS", "Progression Free Status", "exact", "of those with a line 1"),
        Column("PFS_MONTHS", "Progression Free (Months)", "number", "from the start of line 1"),
        Column("BPP_PFS_STATUS", "Progression Status After BPP", "exact", "of confirmed pseudoprogressions"),
        Column("BPP_PFS_MONTHS", "Months from BPP to Progression", "number", "from the pseudoprogression"),
    ),
)

CLINICAL_SAMPLE = Dataset(
    "data_clinical_sample",
    "Clinical data of samples",
    "One row per HER2 test, or per patient without any.",
    ("SAMPLE_ID",),
    (
        PATIENT,
        SAMPLE,
        Column("CANCER_TYPE", "Cancer Type", "exact", "constant: Breast Cancer"),
        Column("SAMPLE_TYPE", "Sample Type", "exact", "core.her2_tests.specimen_site"),
        Column("HER2_STATUS", "HER2 Status", "exact", "core.her2_tests.her2_status"),
        Column("HER2_IHC", "HER2 Immunohistochemistry Score", "exact", "core.her2_tests.ihc_score"),
        Column("HER2_ISH", "HER2 In Situ Hybridisation", "exact", "core.her2_tests.ish_result"),
    ),
)


def _timeline(name: str, title: str, grain: str, start: str, *more: Column, stop: str = "empty") -> Dataset:
    first = (
        PATIENT,
        Column("START_DATE", "First Day, from Day Zero", "count", start),
        Column("STOP_DATE", "Last Day, from Day Zero", "count", stop),
        Column("EVENT_TYPE", "Event Type", "exact", "constant"),
    )
    return Dataset(f"data_timeline_{name}", title, grain, (), (*first, *more))


TREATMENT = _timeline(
    "treatment",
    "Lines of therapy",
    "One row per line of therapy.",
    "core.therapy_lines.start_date",
    Column("TREATMENT_TYPE", "Treatment Type", "exact", "constant: Medical Therapy"),
    Column("AGENT", "Agent", "text", "core.therapy_lines.regimen, all agents of the line together"),
    Column("LINE_NUMBER", "Line of Therapy", "count", "core.therapy_lines.line_number"),
    Column("END_REASON", "Why It Ended", "exact", "core.therapy_lines.end_reason"),
    stop="core.therapy_lines.end_date",
)
IMAGING = _timeline(
    "imaging",
    "Imaging",
    "One row per assessment.",
    "core.imaging_assessments.assessment_date",
    Column("DIAGNOSTIC_TYPE", "Modality", "exact", "core.imaging_assessments.modality"),
    Column("RESULT", "Response Outside Bone", "exact", "core.imaging_assessments.extraosseous_response"),
    Column(
        "NEW_LESIONS", "New Bone Lesions", "text", "core.bone_lesions.morphology and core.bone_lesions.site"
    ),
    Column("IMAGE_ID", "Assessment", "id", "core.imaging_assessments.assessment_id"),
)
LAB_TEST = _timeline(
    "lab_test",
    "Alkaline phosphatase",
    "One row per result.",
    "core.lab_results.specimen_date",
    Column("TEST", "Test, with Its Unit", "exact", "core.lab_results.analyte and core.lab_results.unit"),
    Column("RESULT", "Result", "number", "core.lab_results.value"),
    Column("UPPER_LIMIT_NORMAL", "Upper Limit of Normal", "number", "core.lab_results.upper_limit_normal"),
)
STATUS = _timeline(
    "status",
    "What happened, as the protocol reads it",
    "One row per candidate, confirmation, and progression on line 1 or after a candidate.",
    "event.pseudoprogression.event_date and its other days",
    Column("STATUS", "Status", "exact", "constant"),
    Column("BPP_STATE", "Bone Pseudoprogression State", "exact", f"{EVENT}.state"),
    Column("PROTOCOL", "Protocol", "text", f"{EVENT}.protocol"),
)
SPECIMEN = _timeline(
    "specimen",
    "Specimens of HER2 tests",
    "One row per HER2 test.",
    "core.her2_tests.test_date",
    SAMPLE,
)

CLINICAL = (CLINICAL_PATIENT, CLINICAL_SAMPLE)
TIMELINES = (TREATMENT, IMAGING, LAB_TEST, STATUS, SPECIMEN)
