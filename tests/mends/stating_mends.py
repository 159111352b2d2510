"""Mends of what registry.toml declares to no effect or against our own words, and of ids in two spellings.

Not here: rows that a declaration fills (`declared_mends.py`).
"""

from __future__ import annotations

from pathlib import Path

from tests.mends.file_mends import waived
from tests.mends.mend import ToldMend
from tests.mends.telling import Decisions, decided, mends, states, write
from tests.support.deliveries import DAY, TINY, write_delivery_of

EXCHANGED = '[recode.imaging_assessments.extraosseous_response]\nPD = "SD"\nSD = "PD"\n'
RENAMED = '[rename.patients]\n{} = "sex"\n'
OTHERS = {
    "therapy_lines": "patient_id,line_number,regimen,start_date\nP01,1,made up,2024-01-01\n",
    "imaging_assessments": "assessment_id,patient_id,assessment_date,modality,is_bone_window\n"
    "A0,P01,2023-12-20,CT,true\nA1,P01,2024-02-12,CT,true\n",
    "lab_results": "patient_id,analyte,specimen_date,value,unit\nP01,ALP_TOTAL,2024-02-12,90,U/L\n",
    "her2_tests": "patient_id,test_date,specimen_site,ihc_score\nP01,2023-12-01,primary,0\n",
}
"""Tables of a patient P01, whom the table of patients calls so, and another whom all tables call B."""
EVERYTHING_GOES = "[limits]\ncadence = 1\nresponse_not_recorded = 1\n" + "".join(
    f"{name} = 1\n" for name in TINY
)


def _stated(home: Path, toml: str) -> Path:
    folder = write_delivery_of(home)
    states(folder, toml)
    return folder


@mends("code_of_ours_recoded", "Take the entry out.")
def entry_taken_out(home: Path) -> Decisions:
    folder = _stated(home, EXCHANGED)
    yield decided(folder)
    states(folder, "")
    yield decided(folder)


@mends(
    "code_of_ours_recoded",
    "Where the export means something else by the word, accept it by [accept.code_of_ours_recoded].",
    "code_of_ours_recoded",
)
def other_meaning_accepted(home: Path) -> Decisions:
    folder = _stated(home, EXCHANGED)
    yield decided(folder)
    states(folder, EXCHANGED + waived(DAY, "code_of_ours_recoded"))
    after = decided(folder)
    assert after.warnings == (), "it is told, and accepted"
    yield after


@mends("declaration_fills_nothing", "Correct the name, code or laboratory")
def name_corrected(home: Path) -> Decisions:
    folder = _stated(home, RENAMED.format("geschlecht"))
    write(folder, "patients.csv", TINY["patients"].replace("sex", "Geschlecht"))
    yield decided(folder)
    states(folder, RENAMED.format("Geschlecht"))
    yield decided(folder)


@mends("declaration_fills_nothing", "Or take the declaration out.")
def declaration_taken_out(home: Path) -> Decisions:
    folder = _stated(home, '[constants.lab_results]\nunit = "ukat/L"\n')
    yield decided(folder)
    states(folder, "")
    yield decided(folder)


@mends("ids_written_otherwise", "Write the id alike in both tables", on=tuple(OTHERS))
def id_written_alike(home: Path) -> Decisions:
    patients = TINY["patients"].replace("A,", "P1,")
    others = {name: f"{text}{text.splitlines()[-1].replace('P01', 'B')}\n" for name, text in OTHERS.items()}
    others["imaging_assessments"] = others["imaging_assessments"].replace("A1,B", "B1,B")
    folder = write_delivery_of(home, patients=patients, bone_lesions=None, **others)
    lesions = "assessment_id,lesion_id,site,morphology,status\nB1,L1,rib,osteoblastic,stable\n"
    write(folder, "bone_lesions.csv", lesions)
    states(folder, EVERYTHING_GOES)
    yield decided(folder)
    write(folder, "patients.csv", patients.replace("P1", "P01"))
    yield decided(folder)


STATING_MENDS: tuple[ToldMend, ...] = (
    entry_taken_out,
    other_meaning_accepted,
    name_corrected,
    declaration_taken_out,
    id_written_alike,
)
