"""Mends of rows that registry.toml fills, that an adapter only comes near to, or that a side table completes.

Not here: files (`file_mends.py`).
"""

from __future__ import annotations

from pathlib import Path

from tests.gates.test_relative_dates import FROM_DIAGNOSIS, PATIENTS, TABLES_OF_ONE
from tests.gates.test_side_tables import DOMAINS, LESIONS, LIMITS, SDTM, scan_of
from tests.mends.mend import ToldMend
from tests.mends.telling import OF_STUDY, Decisions, decided, mends, states, write, write_study
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.unit.adapters.naaccr_records import exported, patient

LIMIT = '[[upper_limit_normal.ALP_TOTAL]]\nvalue = 104\nunit = "U/L"\nsource = "made up"\n'
CONTACT = '[last_contact]\nfrom = "any_record"\n'
LINES = '[therapy_lines]\nderive = "gap_and_new_agent"\nstart = "first_drug"\n'
DRUGS = "patient_id,agent,start_date,end_date\n" + "".join(f"{one},letrozole,2024-01-01,\n" for one in "ABC")


def _without_last(table: str) -> str:
    """Leave the last column of a table out."""
    return "".join(line.rpartition(",")[0] + "\n" for line in TINY[table].splitlines())


def _filled(home: Path, toml: str, **changed: str | None) -> Path:
    folder = write_delivery_of(home, **changed)
    states(folder, toml)
    return folder


def _as_it_is(folder: Path) -> Decisions:
    """Mend nothing."""
    decision = decided(folder)
    yield decision
    yield decision


def _limit(home: Path) -> Path:
    return _filled(home, LIMIT, lab_results=_without_last("lab_results"))


@mends(
    "upper_limit_declared",
    "Nothing to mend where the laboratory reported no limit;",
    "upper_limit_declared",
)
def no_limit_reported(home: Path) -> Decisions:
    return _as_it_is(_limit(home))


@mends("upper_limit_declared", "else deliver it with each result.")
def limit_delivered(home: Path) -> Decisions:
    folder = _limit(home)
    yield decided(folder)
    write(folder, "lab_results.csv", TINY["lab_results"])
    yield decided(folder)


def _contact(home: Path) -> Path:
    return _filled(home, CONTACT, patients=TINY["patients"].replace("2024-12-01", ""))


@mends("last_contact_derived", "Nothing to mend where no contact is recorded;", "last_contact_derived")
def no_contact_recorded(home: Path) -> Decisions:
    return _as_it_is(_contact(home))


@mends("last_contact_derived", "else deliver last_contact_date.")
def contact_delivered(home: Path) -> Decisions:
    folder = _contact(home)
    yield decided(folder)
    write(folder, "patients.csv", TINY["patients"])
    yield decided(folder)


PARTLY_BORN = "patient_id,sex,birth_date,last_contact_date\n" + "".join(
    f"{one},female,1962-04,2024-12-01\n" for one in "ABC"
)
WITHOUT_DAYS = '[patients]\npartial_birth_date = "empty"\n'


def _partly_born(home: Path, toml: str = WITHOUT_DAYS) -> Path:
    return _filled(home, toml, patients=PARTLY_BORN)


@mends(
    "date_is_partial",
    "Of births that are delivered without their day, "
    'partial_birth_date = "empty" in [patients] of registry.toml keeps the patient.',
    "birth_date_partial",
)
def births_kept_without_days(home: Path) -> Decisions:
    folder = _partly_born(home, toml="")
    yield decided(folder)
    states(folder, WITHOUT_DAYS)
    yield decided(folder)


@mends("birth_date_partial", "Nothing to mend where the day may not leave the house;", "birth_date_partial")
def day_may_not_leave(home: Path) -> Decisions:
    return _as_it_is(_partly_born(home))


@mends("birth_date_partial", "else deliver it.")
def day_delivered(home: Path) -> Decisions:
    folder = _partly_born(home)
    yield decided(folder)
    write(folder, "patients.csv", PARTLY_BORN.replace("1962-04", "1962-04-14"))
    yield decided(folder)


def _derived_lines(home: Path) -> Path:
    return _filled(home, LINES, therapy_lines=None, drug_exposures=DRUGS)


@mends("line_derived", "Nothing to mend where nobody records lines;", "line_derived")
def no_lines_recorded(home: Path) -> Decisions:
    return _as_it_is(_derived_lines(home))


@mends("line_derived", "else deliver therapy_lines.")
def lines_delivered(home: Path) -> Decisions:
    folder = _derived_lines(home)
    yield decided(folder)
    write(folder, "therapy_lines.csv", TINY["therapy_lines"])
    yield decided(folder)


IMAGING = "assessment_id,patient_id,assessment_date,modality,extraosseous_response\nA1,A,52,CT,SD\n"
ONE = f"{PATIENTS}A,female,-20000,2020-03-01,400\n"
"""A patient whose day zero is delivered, and all other days are counted from it."""


def _counted(home: Path, toml: str = FROM_DIAGNOSIS, **changed: str) -> Path:
    return _filled(
        home, LIMITS + toml, **{**TABLES_OF_ONE, "patients": ONE, "imaging_assessments": IMAGING, **changed}
    )


@mends("date_relative", "Nothing to mend where the export has no other dates.", "date_relative")
def no_other_dates(home: Path) -> Decisions:
    return _as_it_is(_counted(home))


@mends("date_invalid", "Days counted from a day zero need [dates].", "date_relative")
def days_counted(home: Path) -> Decisions:
    folder = _counted(home, toml="")
    yield decided(folder)
    states(folder, LIMITS + FROM_DIAGNOSIS)
    yield decided(folder)


@mends("date_in_months", "Deliver days from day zero instead of months.", "date_relative")
def days_instead_of_months(home: Path) -> Decisions:
    months = IMAGING.replace(",52,", ",1.7 months,")
    folder = _counted(home, imaging_assessments=months)
    yield decided(folder)
    write(folder, "imaging_assessments.csv", IMAGING)
    yield decided(folder)


def _without_day_zero(home: Path) -> Path:
    """Write a study in days from a day zero that nobody tells."""
    folder = write_study(home)
    (folder / "patients.csv").unlink()
    return folder


def _day_zero_stated(folder: Path) -> None:
    toml = (folder.parent / "registry.toml").read_text(encoding="utf-8")
    assert DAYS in toml
    states(folder, toml.replace(DAYS, f"{DAYS}day_zero = 2000-01-01\n"))


DAYS = 'unit = "days"\n'
SIDE_TABLE = "patient_id,metastatic_diagnosis_date\nSYN-1,2023-12-20\nSYN-2,2024-01-15\n"


@mends("day_zero_declared", "Deliver the day zero of each patient, in a side table of patients.", *OF_STUDY)
def day_zero_of_each(home: Path) -> Decisions:
    folder = _without_day_zero(home)
    _day_zero_stated(folder)
    yield decided(folder)
    write(folder, "patients.csv", SIDE_TABLE)
    yield decided(folder)


@mends("day_zero_unknown", "Deliver the patient's day zero, in a side table of patients.", *OF_STUDY)
def day_zero_delivered(home: Path) -> Decisions:
    folder = _without_day_zero(home)
    yield decided(folder)
    write(folder, "patients.csv", SIDE_TABLE)
    yield decided(folder)


@mends(
    "day_zero_unknown",
    "Or state day_zero in [dates] of registry.toml, and no date of the calendar beside it.",
    *OF_STUDY,
    "day_zero_declared",
)
def day_zero_stated(home: Path) -> Decisions:
    folder = _without_day_zero(home)
    yield decided(folder)
    _day_zero_stated(folder)
    yield decided(folder)


def _scan(home: Path) -> str:
    """Learn how the adapter calls the scan of S1."""
    return str(scan_of(home / "learnt", "S1"))


def _disagreeing(home: Path, scan: str) -> Path:
    texts = {**DOMAINS, "bone_lesions.csv": f"{LESIONS}{scan},N1,rib,osteoblastic,stable,\n"}
    return write_texts(home / "told", texts, toml=SDTM)


CORRECT_ONE = "Correct the side table or the export;"


@mends("side_table_disagrees", CORRECT_ONE)
def side_table_corrected(home: Path) -> Decisions:
    scan = _scan(home)
    folder = _disagreeing(home, scan)
    yield decided(folder)
    write(folder, "bone_lesions.csv", f"{LESIONS}{scan},N1,rib,osteoblastic,new,\n")
    yield decided(folder)


@mends("side_table_disagrees", CORRECT_ONE)
def export_corrected(home: Path) -> Decisions:
    right = f"{LESIONS}{_scan(home)},N1,rib,osteoblastic,new,\n"
    wrong = DOMAINS["tu.csv"].replace(",NEW,", ",NON-TARGET,", 1)
    texts = {**DOMAINS, "tu.csv": wrong, "bone_lesions.csv": right}
    folder = write_texts(home / "told", texts, toml=SDTM)
    yield decided(folder)
    write(folder, "tu.csv", DOMAINS["tu.csv"])
    yield decided(folder)


@mends("side_table_disagrees", "leave empty in the side table what the export says.")
def left_empty(home: Path) -> Decisions:
    scan = _scan(home)
    folder = _disagreeing(home, scan)
    yield decided(folder)
    write(folder, "bone_lesions.csv", f"{LESIONS}{scan},N1,rib,osteoblastic,,\n")
    yield decided(folder)


OF_ANOTHER_KEY = {
    "patients": "patient_id,sex,last_contact_date\n{patient},female,2024-12-01\n",
    "therapy_lines": "patient_id,line_number,regimen,start_date\n{patient},1,made up,2024-01-01\n",
    "imaging_assessments": "assessment_id,patient_id,assessment_date,modality\n"
    "{scan},{patient},2024-02-12,CT\n",
}
"""What side tables say of a patient whom the source knows, where it knows the keys."""


def _keyed(home: Path, patient: str, scan: str) -> Path:
    beside = {f"{name}.csv": text.format(patient=patient, scan=scan) for name, text in OF_ANOTHER_KEY.items()}
    return write_texts(home / "told", {**DOMAINS, **beside}, toml=SDTM)


KEYED = ("patients", "therapy_lines", "imaging_assessments")
"""The tables whose side tables name keys that the source has, or has not."""


@mends("side_table_key_unknown", "Correct the key where it is mistyped.", on=KEYED)
def key_corrected(home: Path) -> Decisions:
    scan = _scan(home)
    folder = _keyed(home, "T1", scan.replace("S1", "T1"))
    yield decided(folder)
    for name, text in OF_ANOTHER_KEY.items():
        write(folder, f"{name}.csv", text.format(patient="S1", scan=scan))
    yield decided(folder)


@mends(
    "side_table_key_unknown",
    "Where the side table rightly brings rows that the source lacks, [limits] side_table_key_unknown = 1"
    " switches the rule off.",
    on=KEYED,
)
def keys_not_judged(home: Path) -> Decisions:
    folder = _keyed(home, "T1", "T1 scan")
    yield decided(folder)
    states(folder, f"{SDTM}side_table_key_unknown = 1\n")
    yield decided(folder)


def _naaccr(home: Path) -> Path:
    text = exported(patient({"metsAtDxBone": "1", "rxDateChemo": "20200801"}))
    scans = "assessment_id,patient_id,assessment_date,modality,extraosseous_response\n"
    beside = {
        "imaging_assessments.csv": f"{scans}A,00000001,2020-09-12,CT,SD\n",
        "bone_lesions.csv": "assessment_id,lesion_id,site,morphology,status\nA,L,rib,osteoblastic,new\n",
    }
    toml = f'format = "naaccr"\n{LIMITS}nothing_used = 1\n'
    return write_texts(home, {"export.xml": text, **beside}, toml=toml)


@mends("value_approximated", "Nothing to mend where nobody recorded it;", "value_approximated")
def nobody_recorded_it(home: Path) -> Decisions:
    return _as_it_is(_naaccr(home))


@mends("value_approximated", "else deliver it in a side table, which then counts.")
def value_delivered(home: Path) -> Decisions:
    folder = _naaccr(home)
    yield decided(folder)
    head = "patient_id,line_number,regimen,start_date\n"
    write(folder, "therapy_lines.csv", f"{head}00000001,1,paclitaxel,2020-08-01\n")
    yield decided(folder)


UNDATED = (
    "USUBJID,SEX,RFSTDTC,RFPENDTC,DTHFL,DTHDTC\nS1,F,2024-01-01,2024-12-01,Y,\nS2,F,2024-01-01,2024-12-01,,\n"
)


@mends("death_without_date", "Find the day at the source,")
def day_of_death_found(home: Path) -> Decisions:
    folder = write_texts(home, {**DOMAINS, "dm.csv": UNDATED}, toml=SDTM)
    yield decided(folder)
    write(folder, "dm.csv", UNDATED.replace("Y,", "Y,2024-12-01"))
    yield decided(folder)


@mends("death_without_date", "or deliver it in a side table, as death_date.")
def day_of_death_beside(home: Path) -> Decisions:
    folder = write_texts(home, {**DOMAINS, "dm.csv": UNDATED}, toml=SDTM)
    yield decided(folder)
    write(folder, "patients.csv", "patient_id,death_date\nS1,2024-12-01\n")
    yield decided(folder)


DECLARED_MENDS: tuple[ToldMend, ...] = (
    no_limit_reported,
    limit_delivered,
    no_contact_recorded,
    contact_delivered,
    births_kept_without_days,
    day_may_not_leave,
    day_delivered,
    no_lines_recorded,
    lines_delivered,
    no_other_dates,
    days_counted,
    days_instead_of_months,
    day_zero_of_each,
    day_zero_delivered,
    day_zero_stated,
    side_table_corrected,
    export_corrected,
    left_empty,
    key_corrected,
    keys_not_judged,
    nobody_recorded_it,
    value_delivered,
    day_of_death_found,
    day_of_death_beside,
)
