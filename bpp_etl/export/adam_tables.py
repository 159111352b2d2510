"""The columns of the ADaM datasets: names of at most 8 characters, labels of at most 40.

Not here: their rows (`sql/`), and writing them (`adam.py`).
"""

from __future__ import annotations

from bpp_etl.export.dataset import Column, Dataset

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
"""AVALC of a response; its place, counted from 1, is AVAL."""

STUDY, SYNTHETIC_STUDY = "BPP", "BPP SYNTHETIC"
STUDYID = Column(
    "STUDYID",
    "Study Identifier",
    "exact",
    f"{STUDY}, or {SYNTHETIC_STUDY} where all patients are made up",
)
USUBJID = Column(
    "USUBJID", "Unique Subject Identifier", "exact", "core.patients.registry and core.patients.patient_id"
)
SITEID = Column("SITEID", "Study Site Identifier", "exact", "core.patients.registry")
ASEQ = Column("ASEQ", "Analysis Sequence Number", "count", "counted within the subject")
AGE = Column("AGE", "Age", "count", "whole years from core.patients.birth_date to the start of line 1")
SEX = Column("SEX", "Sex", "exact", "core.patients.sex")
ARM = Column("ARM", "Description of Planned Arm", "text", "core.therapy_lines.regimen of line 1")
HER2ST = "HER2 Status, as Known That Day"
PARAMCD = Column("PARAMCD", "Parameter Code", "exact", "constant")
PARAM = Column("PARAM", "Parameter", "exact", "constant")

ADSL = Dataset(
    "ADSL",
    "Subject-Level Analysis Dataset",
    "One row per admitted patient.",
    ("USUBJID",),
    (
        STUDYID,
        USUBJID,
        Column("SUBJID", "Subject Identifier for the Study", "id", "core.patients.patient_id"),
        SITEID,
        AGE,
        Column("AGEU", "Age Units", "exact", "constant: YEARS, where there is an age"),
        SEX,
        ARM,
        Column("METDT", "Date of Metastatic Diagnosis", "date", "core.patients.metastatic_diagnosis_date"),
        Column("ERSTAT", "Oestrogen Receptor Status", "exact", "core.patients.er_status"),
        Column("PRSTAT", "Progesterone Receptor Status", "exact", "core.patients.pr_status"),
        Column("HER2ST", HER2ST, "exact", "event.first_line.her2_status_at_start"),
        Column("ALPBL", "Total ALP at Baseline (U/L)", "number", "event.first_line.alp_baseline"),
        Column("TRTSDT", "Date of Start of Line 1", "date", "event.first_line.therapy_start_date"),
        Column("TRTEDT", "Date of End of Line 1", "date", "event.first_line.line_stop_date"),
        Column(
            "LSTEVLDT", "Date of Last Evaluable Assessment", "date", "event.first_line.last_evaluated_date"
        ),
        Column(
            "LSTALVDT",
            "Date Last Known Alive",
            "date",
            "the later of core.patients.last_contact_date and the last record; of those with a line 1",
        ),
        Column("DTHDT", "Date of Death", "date", "core.patients.death_date"),
        Column("DTHFL", "Subject Death Flag", "exact", "Y where a death is known, be it without its day"),
        Column("LEFTAT", "Step at Which the Course Was Left", "exact", "event.patient_flow.left_at"),
        Column("BPPSTATE", "State of the Candidate", "exact", "event.patient_flow.state"),
        Column("FLAGS", "Warning Codes", "text", "core.patients.flags"),
    ),
)

EVENT = "event.pseudoprogression"
ADBPP = Dataset(
    "ADBPP",
    "Bone Pseudoprogression Candidates",
    "One row per candidate, in any state, with its CTs; no name of CDISC.",
    ("USUBJID", "ASEQ"),
    (
        STUDYID,
        USUBJID,
        SITEID,
        ASEQ,
        Column("PROTOCOL", "Definition That Was Applied", "text", f"{EVENT}.protocol"),
        Column("STATE", "State of the Candidate", "exact", f"{EVENT}.state"),
        Column("REASON", "Why It Is in That State", "exact", f"{EVENT}.reason"),
        Column("BPPFL", "Confirmed Pseudoprogression Flag", "exact", "Y in state pseudoprogression, else N"),
        Column("TRTSDT", "Date of Start of Line 1", "date", f"{EVENT}.therapy_start_date"),
        Column("EVENTDT", "Date of the Candidate", "date", f"{EVENT}.event_date"),
        Column("CONFDT", "Date of Confirmation", "date", f"{EVENT}.confirmation_date"),
        Column("PROGDT", "Date of Progression", "date", f"{EVENT}.progression_date"),
        Column(
            "OBSPRGDT", "Progression Date, Whatever the State", "date", f"{EVENT}.observed_progression_date"
        ),
        Column("PROGKIND", "What Progressed", "exact", f"{EVENT}.progression_kind"),
        Column("CENSDT", "Date of Censoring of Progression", "date", f"{EVENT}.censor_date"),
        Column("DYEVENT", "Days from Start of Line 1 to Candidate", "count", f"{EVENT}.days_to_event"),
        Column("DYPROG", "Days from Candidate to Progression", "count", f"{EVENT}.days_event_to_progression"),
        Column("PROGFL", "Progression Flag", "exact", f"{EVENT}.has_progression"),
        Column("ONSAFTDT", "Onset Lies After This Date", "date", f"{EVENT}.onset_after"),
        Column("PRGAFTDT", "Progression Lies After This Date", "date", f"{EVENT}.progression_after"),
        Column("BASECTID", "Last Baseline Scan", "id", f"{EVENT}.baseline_assessment_ids"),
        Column("BASECTDT", "Date of Last Baseline Scan", "date", "core.imaging_assessments.assessment_date"),
        Column("CT1ID", "Scan That Shows the Candidate", "id", f"{EVENT}.candidate_assessment_ids"),
        Column(
            "CT1DT",
            "Date of Scan That Shows the Candidate",
            "date",
            "core.imaging_assessments.assessment_date",
        ),
        Column("CT2ID", "First Confirming Scan", "id", f"{EVENT}.confirming_assessment_ids"),
        Column("CT2DT", "Date of First Confirming Scan", "date", "core.imaging_assessments.assessment_date"),
        Column("CT3ID", "Second Confirming Scan", "id", f"{EVENT}.confirming_assessment_ids"),
        Column("CT3DT", "Date of Second Confirming Scan", "date", "core.imaging_assessments.assessment_date"),
        Column("CONFCTN", "Number of Confirming Scans", "count", f"{EVENT}.confirming_ct_count"),
        Column("UNRDCTN", "Number of Scans Not Read for Progression", "count", f"{EVENT}.unread_ct_count"),
        Column("NEWLESN", "Number of Lesions of the Episode", "count", f"{EVENT}.new_lesion_count"),
        Column("SITES", "Bones with a Lesion of the Episode", "text", f"{EVENT}.sites"),
        Column("HER2ST", HER2ST, "exact", f"{EVENT}.her2_status"),
        Column("ALPBL", "Total ALP at Baseline (U/L)", "number", f"{EVENT}.alp_baseline"),
        Column("ALPEV", "Total ALP at Candidate (U/L)", "number", f"{EVENT}.alp_at_event"),
        Column("ALPPD", "Total ALP at Progression (U/L)", "number", f"{EVENT}.alp_at_progression"),
        Column("ALPDEV", "ALP at Candidate Minus Baseline (U/L)", "number", f"{EVENT}.alp_delta_event"),
        Column(
            "ALPDPD", "ALP at Progression Minus Baseline (U/L)", "number", f"{EVENT}.alp_delta_progression"
        ),
        Column("ALPCAT", "ALP at Candidate Against Baseline", "exact", f"{EVENT}.alp_category"),
        Column("VRECIST", "Verdict of RECIST 1.1", "exact", f"{EVENT}.verdict_recist11"),
        Column("VIRECIST", "Verdict of iRECIST", "exact", f"{EVENT}.verdict_irecist"),
        Column("VMDA", "Verdict of MD Anderson Criteria", "exact", f"{EVENT}.verdict_mda"),
        Column("VPCWG3", "Verdict of PCWG3", "exact", f"{EVENT}.verdict_pcwg3"),
        Column("FLAGS", "Warning Codes", "text", f"{EVENT}.flags"),
    ),
)

ADRS = Dataset(
    "ADRS",
    "Response Analysis Dataset",
    "One row per subject with a line 1, parameter and day: OVR, BONE by time point; PD, BPP, CBPP once.",
    ("USUBJID", "ASEQ"),
    (
        STUDYID,
        USUBJID,
        ASEQ,
        PARAMCD,
        PARAM,
        Column("ADT", "Analysis Date", "date", "day of the time point, or of what happened"),
        Column("AVISIT", "Analysis Visit", "exact", "time points counted from the start of line 1"),
        Column("AVISITN", "Analysis Visit (N)", "count", "the same as a number; 0 is the baseline"),
        Column(
            "AVALC",
            "Analysis Value (C)",
            "exact",
            "PD as the protocol reads it, else the worst response recorded outside bone (OVR), or whether"
            " bone lesions were recorded (BONE); Y or N of PD, BPP, CBPP",
        ),
        Column("AVAL", "Analysis Value", "count", "1 CR, 2 PR, 3 SD, 4 NON-CR/NON-PD, 5 PD, 6 NE; 1 Y, 0 N"),
        Column(
            "ANL01FL",
            "Analysis Flag 01",
            "exact",
            "Y of what can be judged, on line 1, up to the first progression; and of PD, BPP, CBPP",
        ),
        Column(
            "NEWOBFL",
            "New Osteoblastic Lesion Flag",
            "exact",
            "Y where a CT shows one, by the protocol",
        ),
    ),
)

ADTTE = Dataset(
    "ADTTE",
    "Time-to-Event Analysis Dataset",
    "One row per subject and time: TTBPP, TBPPPD of confirmed pseudoprogressions, PFS, OS of every line 1.",
    ("USUBJID", "PARAMCD"),
    (
        STUDYID,
        USUBJID,
        ASEQ,
        AGE,
        SEX,
        ARM,
        PARAMCD,
        PARAM,
        Column(
            "STARTDT", "Time-to-Event Origin Date for Subject", "date", "start of line 1; of TBPPPD the event"
        ),
        Column("ADT", "Analysis Date", "date", "day of the event, or of censoring"),
        Column("AVAL", "Analysis Value", "count", "ADT minus STARTDT, in days"),
        Column("CNSR", "Censor", "count", "0 the event was seen, 1 censored"),
        Column("EVNTDESC", "Event or Censoring Description", "exact", "what ended the time"),
        Column(
            "CNSDTDSC", "Censor Date Description", "exact", "which day it was censored on; empty of events"
        ),
        Column("SRCDOM", "Source Data", "exact", "the dataset of this export in which ADT stands"),
        Column("SRCVAR", "Source Variable", "exact", "the column there"),
        Column("SRCSEQ", "Source Sequence Number", "count", "ASEQ of the row there; empty of ADSL"),
    ),
)

DATASETS = (ADSL, ADBPP, ADRS, ADTTE)
"""In the order in which they are made: each reads those before it."""
