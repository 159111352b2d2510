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


BEFORE_MENDS = (
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
