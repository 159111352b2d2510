"""Mends of a whole delivery of the clean record: its export is corrected as its rule's mend text says.

Not here: lines of registry.toml (`stated_mends.py`), and what is told of files and others (`telling.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from copy import deepcopy

from tests.mends.mend import DeliveryMend, Export, of_delivery
from tests.mutations.changes import each, moved, recoded, scaled
from tests.mutations.defect import Against
from tests.mutations.record import OWNER, Record, Row, day

Follow = Callable[[Export], object]


def corrected(table: str, *columns: str) -> Follow:
    """Correct some columns of a table as the source has them."""

    def follow(export: Export) -> None:
        for row, right in zip(export.record[table], export.source[table], strict=True):
            row.update({column: right[column] for column in columns})

    return follow


def exported_again(*tables: str) -> Follow:
    """Export some tables anew."""
    return lambda export: export.record.update({table: deepcopy(export.source[table]) for table in tables})


def of(change: Callable[[Record], object]) -> Follow:
    """Change the record."""
    return lambda export: change(export.record)


def planted(
    rule: str,
    says: str,
    plant: Callable[[Record], object],
    follow: Follow,
    *,
    on: tuple[str, ...] = (),
    leaves: tuple[str, ...] = (),
    against: Against = "nothing",
) -> DeliveryMend:
    """Follow a text after a defect that is planted for it alone, in the tables that it is told to be `on`."""
    return DeliveryMend(rule, says, frozenset(leaves), on, plant=of(plant), follow=follow, against=against)


def _birth_left_empty(row: Row) -> None:
    if row["birth_date"] == "1950-01-01":
        row["birth_date"] = None


def _in_microkatal(laboratory: str | None = None) -> Follow:
    def change(row: Row) -> None:
        if row["analyte"] == "ALP_TOTAL" and laboratory in (None, row["laboratory"]):
            row.update(unit="ukat/L", upper_limit_normal="1.75")

    return of(each("lab_results", change))


def _women_only(export: Export) -> None:
    men = {row[OWNER] for row in export.record["patients"] if row["sex"] == "male"}
    for table, rows in export.record.items():
        export.record[table] = [row for row in rows if row[OWNER] not in men]


def _under_one_id(export: Export) -> None:
    for table, rows in export.record.items():
        known = {row[OWNER] for row in export.source["patients"]}
        export.record[table] = [row for row in rows if row[OWNER] in known]


def _exchanged_limits(record: Record) -> None:
    scaled("upper_limit_normal", 1 / 60)(record)
    for row in record["lab_results"]:
        if row["analyte"] == "ALP_TOTAL":
            row["value"], row["upper_limit_normal"] = row["upper_limit_normal"], row["value"]


def _not_exchanged(export: Export) -> None:
    for row in export.record["lab_results"]:
        if row["analyte"] == "ALP_TOTAL":
            row["value"], row["upper_limit_normal"] = row["upper_limit_normal"], row["value"]
            row["upper_limit_normal"] = "105"


def _ended_late(record: Record) -> None:
    moved("therapy_lines", "end_date", 90)(record)
    for row in record["therapy_lines"]:
        if row["line_number"] == "2":
            row["start_date"] = day(dt.date.fromisoformat(str(row["start_date"])), 90)


def _trastuzumab_for_all(record: Record) -> None:
    for row in record["therapy_lines"]:
        row["regimen"] = "trastuzumab"


DELIVERY_MENDS = (
    of_delivery(
        "unknown births are a default day",
        "Leave the date empty where it is not known",
        of(each("patients", _birth_left_empty)),
    ),
    of_delivery(
        "all lines are line 1",
        "Correct the rows by the rules that refuse them;",
        corrected("therapy_lines", "line_number"),
    ),
    planted(
        "required_table_empty",
        "Correct the rows by the rules that refuse them;",
        each("therapy_lines", lambda row: row.update(regimen=None)),
        corrected("therapy_lines", "regimen"),
    ),
    planted(
        "nothing_used",
        "Correct the rows by the rules that refuse them.",
        each("her2_tests", lambda row: row.update(specimen_site=None)),
        corrected("her2_tests", "specimen_site"),
    ),
    of_delivery("lesions lose their status", "Add the column", exported_again("bone_lesions")),
    of_delivery(
        "responses are lost",
        "Deliver extraosseous_response",
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    of_delivery(
        "changes of lysis are lost", "Deliver lysis_change", corrected("bone_lesions", "lysis_change")
    ),
    of_delivery(
        "a fifth of the patients are men", "Check how the export codes sex", corrected("patients", "sex")
    ),
    of_delivery("a fifth of the patients are men", "and whether it holds other cancers;", _women_only),
    planted(
        "no_eligible_ct",
        "and whether the days of CTs and of line 1 fit.",
        moved("imaging_assessments", "assessment_date", -1500),
        corrected("imaging_assessments", "assessment_date"),
    ),
    of_delivery(
        "every image is an x-ray",
        "Check how the export codes modality, is_bone_window and is_evaluable",
        corrected("imaging_assessments", "modality"),
    ),
    of_delivery(
        "no CT has a bone window",
        "Check how the export codes modality, is_bone_window and is_evaluable",
        corrected("imaging_assessments", "is_bone_window"),
    ),
    of_delivery(
        "the last contact is the day of the export",
        "Deliver the day on which each patient was last known to be alive, not the day of the export",
        corrected("patients", "last_contact_date"),
    ),
    of_delivery(
        "the last contact is the day of diagnosis",
        "Look for a column of another meaning",
        corrected("patients", "last_contact_date"),
    ),
    planted(
        "flag_widespread",
        "for codes that are exchanged",
        recoded("bone_lesions", "status", {"new": "stable", "stable": "new"}),
        corrected("bone_lesions", "status"),
    ),
    planted(
        "flag_widespread",
        "and for days that are moved",
        moved("therapy_lines", "start_date", -60),
        corrected("therapy_lines", "start_date"),
    ),
    of_delivery(
        "total ALP is in ukat/L under U/L", "Check the unit that the export states", _in_microkatal()
    ),
    of_delivery("total ALP has lost its decimal mark", "its decimal mark", corrected("lab_results", "value")),
    planted(
        "alp_scale_implausible",
        "and that value and upper_limit_normal are not exchanged.",
        _exchanged_limits,
        _not_exchanged,
    ),
    of_delivery(
        "one laboratory is in ukat/L under U/L", "Check each laboratory's unit", _in_microkatal("North")
    ),
    of_delivery(
        "every HER2 test is reported negative",
        "Check how the export codes IHC, ISH and the status",
        corrected("her2_tests", "reported_status"),
    ),
    of_delivery(
        "reported HER2 statuses are those of the next test",
        "and whether columns or rows are exchanged;",
        corrected("her2_tests", "reported_status"),
    ),
    of_delivery(
        "responses are a default of the export",
        "Look for a default of the export, and for [constants] or a [recode] of the empty cell: leave what "
        "nobody wrote down empty.",
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    planted(
        "code_never_varies",
        "Look for a default of the export",
        recoded("lab_results", "analyte", {"ALP_TOTAL": "ALP_BONE"}),
        corrected("lab_results", "analyte"),
        on=("lab_results",),
    ),
    of_delivery(
        "every lesion is of unknown build",
        "Look for a default of the export",
        corrected("bone_lesions", "morphology"),
    ),
    of_delivery(
        "HER2 tests are of the next patient",
        "Check whether rows of her2_tests or receptors are another patient's",
        corrected("her2_tests", "patient_id"),
    ),
    of_delivery(
        "both receptors are exchanged",
        "whether positive and negative are exchanged",
        corrected("patients", "er_status", "pr_status"),
    ),
    planted(
        "drugs_against_receptors",
        "and what regimen names.",
        _trastuzumab_for_all,
        corrected("therapy_lines", "regimen"),
    ),
    planted(
        "progression_not_seen",
        "Check how the export codes progression",
        recoded("imaging_assessments", "extraosseous_response", {"PD": "SD"}),
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    of_delivery(
        "responses are sorted by themselves",
        "and whether responses stand at their own scans",
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    of_delivery(
        "stable outside bone is progression",
        "Check how the export codes responses and changes of lysis",
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    planted(
        "treated_past_progression",
        "and the ends of lines.",
        _ended_late,
        corrected("therapy_lines", "start_date", "end_date"),
    ),
    of_delivery(
        "dense lesions are lytic",
        "Check how the export codes it",
        corrected("bone_lesions", "morphology"),
    ),
    of_delivery(
        "no response is progression",
        "and what [recode] makes of it.",
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    of_delivery(
        "births are first days of months",
        "leave a date empty rather than fill it with a default, or a month with its first day or its "
        "fifteenth.",
        of(each("patients", lambda row: row.update(birth_date=None))),
    ),
    of_delivery(
        "CTs are first days of months",
        "Deliver the day that was recorded",
        corrected("imaging_assessments", "assessment_date"),
    ),
    of_delivery(
        "a patient stands under a second id without its ALP",
        "if so, deliver all under one id.",
        _under_one_id,
    ),
    of_delivery(
        "half of the patients are gone",
        "Look for a filter or a cut in the export",
        lambda export: exported_again(*export.source)(export),
    ),
    of_delivery(
        "the lesions stop in the middle", "Look for a file that was cut off", exported_again("bone_lesions")
    ),
    of_delivery("half of the lines are gone", "a filter in the export", exported_again("therapy_lines")),
    of_delivery("deaths are dropped", "or their dates are missing", corrected("patients", "death_date")),
    of_delivery(
        "births are moved by a year", "shifts of dates for privacy", corrected("patients", "birth_date")
    ),
    of_delivery(
        "receptors are exchanged",
        "Look for a code, a unit or a sort of patient that is new, gone or exchanged",
        corrected("patients", "er_status"),
    ),
    of_delivery(
        "day and month are exchanged",
        "else check cycle_length_days and the CT dates.",
        corrected("imaging_assessments", "assessment_date"),
    ),
    of_delivery(
        "the delivery is that of before",
        "Check whether the former export was copied by mistake",
        lambda export: exported_again(*export.source)(export),
    ),
)
