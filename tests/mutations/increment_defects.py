"""Defects of what is new in a delivery, of how far it goes, and of days that a program has read as months.

Not here: defects of whole tables (`delivery_defects.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.mutations.changes import Change
from tests.mutations.defect import Against, DeliveryDefect
from tests.mutations.hostile_defects import Plant
from tests.mutations.record import OWNER, TABLES, Record, clean_record

NEW_PATIENTS = 25
DATES = ("start_date", "assessment_date", "specimen_date", "test_date")


def with_new_patients(record: Record) -> Record:
    """Add new patients to a record, and return their rows."""
    known = len(record["patients"])
    more = clean_record(known + NEW_PATIENTS)
    names = {row[OWNER] for row in more["patients"][known:]}
    new = {table: [row for row in more[table] if row[OWNER] in names] for table in TABLES}
    for table in TABLES:
        record[table] += new[table]
    return new


def of_new_patients(table: str, change: Change) -> Plant:
    """Change the rows of a table that are new."""

    def plant(record: Record) -> None:
        for row in with_new_patients(record)[table]:
            change(row)

    return plant


def new_say(table: str, **cells: str | None) -> Plant:
    """Have all new rows of a table say the same in some columns."""
    return of_new_patients(table, lambda row: row.update(cells))


def as_of(last: str, *tables: str) -> Callable[[Record], None]:
    """Leave out of some tables what came after a day; lesions go by their scans."""

    def plant(record: Record) -> None:
        scanned = {row["assessment_id"]: str(row["assessment_date"]) for row in record["imaging_assessments"]}
        for table in tables:
            record[table] = [
                row
                for row in record[table]
                if all(str(row[column]) <= last for column in DATES if row.get(column))
                and scanned.get(row.get("assessment_id"), "") <= last
            ]

    return plant


def older_export(record: Record) -> None:
    """Deliver what was known some months before the last scan of all."""
    last = "2022-12-31"
    as_of(last, *TABLES)(record)
    for row in record["patients"]:
        row["last_contact_date"] = min(str(row["last_contact_date"]), last)
        row["death_date"] = row["death_date"] if str(row["death_date"]) <= last else None
    for row in record["therapy_lines"]:
        if str(row["end_date"]) > last:
            row.update(end_date=None, end_reason=None)


def up_to_the_twelfth(table: str, column: str) -> Callable[[Record], None]:
    """Leave out the days after the twelfth of their month, and the row where there must be one."""

    def plant(record: Record) -> None:
        for row in record[table]:
            if row[column] and int(str(row[column])[8:]) > 12:
                row[column] = None
        if column in DATES:
            record[table] = [row for row in record[table] if row[column]]

    return plant


def exchanged_up_to_the_twelfth(record: Record) -> None:
    """Exchange day and month of specimens where that gives a day, as a spreadsheet does."""
    for row in record["lab_results"]:
        year, month, day = str(row["specimen_date"]).split("-")
        if int(day) <= 12:
            row["specimen_date"] = f"{year}-{day}-{month}"


def _in_microkatal(row: dict[str, str | None]) -> None:
    if row["analyte"] == "ALP_TOTAL":
        row["value"] = f"{float(str(row['value'])) / 60:.3f}"


SEEN: Mapping[Against, Sequence[tuple[str, str, str, Plant]]] = {
    "nothing": (
        (
            "lesions stop before the scans",
            "bone_lesions",
            "records_stop",
            as_of("2022-10-31", "bone_lesions"),
        ),
        ("results stop before the scans", "lab_results", "records_stop", as_of("2022-10-31", "lab_results")),
        (
            "scans stop before the results",
            "imaging_assessments",
            "records_stop",
            as_of("2022-10-31", "bone_lesions", "imaging_assessments"),
        ),
        (
            "diagnoses after the twelfth of a month could not be read",
            "patients",
            "day_read_as_month",
            up_to_the_twelfth("patients", "metastatic_diagnosis_date"),
        ),
        (
            "specimens up to the twelfth have day and month exchanged",
            "lab_results",
            "day_read_as_month",
            exchanged_up_to_the_twelfth,
        ),
    ),
    "the delivery before": (
        ("an older export comes again", "patients", "contacts_go_back", older_export),
        (
            "new patients have no receptors",
            "patients",
            "new_rows_differ",
            new_say("patients", er_status="unknown"),
        ),
        (
            "new lines have no length of cycle",
            "therapy_lines",
            "new_rows_differ",
            new_say("therapy_lines", cycle_length_days=None),
        ),
        (
            "every new CT is an x-ray",
            "imaging_assessments",
            "new_rows_differ",
            new_say("imaging_assessments", modality="XRAY"),
        ),
        (
            "no new scan has a response",
            "imaging_assessments",
            "new_rows_differ",
            new_say("imaging_assessments", extraosseous_response=None),
        ),
        (
            "every new lesion is equivocal",
            "bone_lesions",
            "new_rows_differ",
            new_say("bone_lesions", is_equivocal="true"),
        ),
        (
            "every new lesion is one of the baseline",
            "bone_lesions",
            "new_rows_differ",
            new_say("bone_lesions", status="baseline"),
        ),
        (
            "no new lesion has a change of lysis",
            "bone_lesions",
            "new_rows_differ",
            new_say("bone_lesions", lysis_change=None),
        ),
        (
            "new total ALP is in ukat/L under U/L",
            "lab_results",
            "new_rows_differ",
            of_new_patients("lab_results", _in_microkatal),
        ),
        ("every new HER2 score is 0", "her2_tests", "new_rows_differ", new_say("her2_tests", ihc_score="0")),
    ),
}

INCREMENT_DEFECTS = tuple(
    DeliveryDefect(wrong, table, rule, plant=plant, against=against)
    for against, defects in SEEN.items()
    for wrong, table, rule, plant in defects
)
