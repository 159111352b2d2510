"""Mends of what a delivery says otherwise than the one before: pseudonyms, days, deaths.

Not here: tables that are short of rows (`delivery_mends.py`, `table_mends.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.mends.delivery_mends import Follow, of, planted
from tests.mends.mend import DeliveryMend, Export
from tests.mends.stated_mends import states
from tests.mends.table_mends import everything_again
from tests.mutations.changes import exchanged, half_of_patients, kept, moved, other_pseudonyms, recoded
from tests.mutations.hostile_defects import HER2, OTHER_BUILD, of_the_next
from tests.mutations.increment_defects import as_of, older_export, up_to_the_twelfth, with_new_patients
from tests.mutations.record import TABLES, Record


def _each_date(record: Record, form: str) -> None:
    for rows in record.values():
        for row in rows:
            for column, cell in row.items():
                if column.endswith("_date") and cell:
                    year, month, day = cell.split("-")
                    row[column] = form.format(year=year, month=month, day=day)


def _day_first(export: Export) -> None:
    """Deliver days before months, of which the registry states the reverse."""
    _each_date(export.record, "{day}/{month}/{year}")
    states('date_format = "%m/%d/%Y"')(export)


def _stated_rightly(export: Export) -> None:
    export.toml = 'date_format = "%d/%m/%Y"\n'


def _given_anew(record: Record) -> None:
    """Have every patient bear the pseudonym of the next."""
    names = [str(row["patient_id"]) for row in record["patients"]]
    next_of = dict(zip(names, (*names[1:], names[0]), strict=True))
    for rows in record.values():
        for row in rows:
            if row.get("patient_id"):
                row["patient_id"] = next_of[str(row["patient_id"])]


def _told(rule: str, says: str, plant: Follow, follow: Follow) -> DeliveryMend:
    return DeliveryMend(rule, says, plant=plant, follow=follow, against="the delivery before")


def _in_other_codes(record: Record) -> None:
    exchanged("patients", "er_status", "pr_status")(record)
    recoded("therapy_lines", "cycle_length_days", {"21": "28"})(record)
    recoded("bone_lesions", "morphology", OTHER_BUILD)(record)


def _joined_to_other_rows(record: Record) -> None:
    of_the_next("lab_results", "value")(record)
    of_the_next("her2_tests", *HER2)(record)


def _rewritten(says: str, plant: Callable[[Record], object], *tables: str) -> DeliveryMend:
    return planted(
        "values_rewritten", says, plant, everything_again, on=tables, against="the delivery before"
    )


def _otherwise_of_new_patients(record: Record) -> None:
    said: dict[str, dict[str, str | None]] = {
        "patients": {"er_status": "unknown"},
        "therapy_lines": {"cycle_length_days": None},
        "imaging_assessments": {"modality": "MRI"},
        "bone_lesions": {"is_equivocal": "true"},
        "lab_results": {"upper_limit_normal": None},
        "her2_tests": {"ihc_score": "0"},
    }
    for table, rows in with_new_patients(record).items():
        for row in rows:
            row.update(said[table])


def _rightly_of_new_patients(export: Export) -> None:
    everything_again(export)
    with_new_patients(export.record)


def _unread_after_the_twelfth(record: Record) -> None:
    for table, column in (
        ("patients", "metastatic_diagnosis_date"),
        ("therapy_lines", "start_date"),
        ("imaging_assessments", "assessment_date"),
        ("lab_results", "specimen_date"),
        ("her2_tests", "test_date"),
    ):
        up_to_the_twelfth(table, column)(record)


def _read_otherwise(record: Record) -> None:
    """Exchange day and month of what a program could read so."""
    _unread_after_the_twelfth(record)
    for table, column in (("patients", "metastatic_diagnosis_date"), ("her2_tests", "test_date")):
        for row in record[table]:
            if row[column]:
                year, month, day = str(row[column]).split("-")
                row[column] = f"{year}-{day}-{month}"


_DATED = ("patients", "therapy_lines", "imaging_assessments", "lab_results", "her2_tests")
_STOPPED = "2022-10-31"

BEFORE_MENDS = (
    *(
        planted(
            "new_rows_differ",
            says,
            _otherwise_of_new_patients,
            follow,
            on=TABLES,
            against="the delivery before",
        )
        for says, follow in (
            (
                "Look for a code, a unit or a column that has changed since the delivery before",
                _rightly_of_new_patients,
            ),
            ("and for new rows that are of another sort;", everything_again),
        )
    ),
    *(
        planted(
            "contacts_go_back",
            says,
            older_export,
            everything_again,
            on=("patients",),
            against="the delivery before",
        )
        for says in (
            "Look for an older export under a newer name",
            "and for a database that was restored to an earlier day.",
        )
    ),
    *(
        planted(
            "records_stop",
            "Export the table again, to the day of the others.",
            as_of(_STOPPED, *gone),
            everything_again,
            on=(gone[0],),
        )
        for gone in (("bone_lesions",), ("lab_results",), ("imaging_assessments", "bone_lesions"))
    ),
    planted(
        "day_read_as_month",
        "Look for dates that a program has read with day and month exchanged",
        _read_otherwise,
        everything_again,
        on=_DATED,
    ),
    *(
        planted("day_read_as_month", says, _unread_after_the_twelfth, everything_again, on=_DATED)
        for says in ("and for those that it could not read and left out.", "Deliver ISO days;")
    ),
    planted(
        "rows_gone",
        "Look for a filter or a cut in the export",
        kept(*TABLES),
        everything_again,
        on=TABLES,
        against="the delivery before",
    ),
    planted(
        "rows_gone",
        "and for ids or days that are given anew;",
        other_pseudonyms,
        everything_again,
        on=TABLES,
        against="the delivery before",
    ),
    planted(
        "assessments_exchanged",
        "Look for assessment ids that are given anew or used again",
        of_the_next("imaging_assessments", "assessment_id"),
        everything_again,
        on=("imaging_assessments",),
        against="the delivery before",
    ),
    planted(
        "assessments_exchanged",
        "and for rows that are joined to other patients;",
        of_the_next("imaging_assessments", "patient_id"),
        everything_again,
        on=("imaging_assessments",),
        against="the delivery before",
    ),
    _told(
        "patients_fewer",
        "Look for a filter or a cut in the export that takes some patients from each delivery;",
        of(half_of_patients),
        everything_again,
    ),
    _told("patients_dropped", "new pseudonyms", of(other_pseudonyms), everything_again),
    _rewritten(
        "Look for codes and columns that are exchanged",
        _in_other_codes,
        "patients",
        "therapy_lines",
        "bone_lesions",
    ),
    _rewritten("for cells that are joined to other rows", _joined_to_other_rows, "lab_results", "her2_tests"),
    _rewritten(
        "and for days that are moved",
        moved("imaging_assessments", "assessment_date", -1),
        "imaging_assessments",
    ),
    _told("dates_moved", "Check date_format", _day_first, _stated_rightly),
    _told("dates_moved", "and whether pseudonyms were given anew;", of(_given_anew), everything_again),
)
