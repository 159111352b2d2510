"""Defects that a hostile reviewer thinks of: cells of somebody else, days filled in, codes of another kind.

Not here: those that whoever writes an export makes by accident (`delivery_defects.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from tests.mutations.changes import each, exchanged, on_day_of_month, recoded, says, under_a_second_id
from tests.mutations.defect import Against, DeliveryDefect
from tests.mutations.record import OWNER, Record, Row

Plant = Callable[[Record], object]


def _of_each(record: Record, table: str) -> list[list[Row]]:
    """Gather the rows of each patient, in their order."""
    rows: dict[str | None, list[Row]] = {}
    for row in record[table]:
        rows.setdefault(row[OWNER], []).append(row)
    return list(rows.values())


def _number(row: Row) -> int:
    return int(str(row[OWNER])[-4:])


def _one_visit_late(record: Record) -> None:
    for rows in _of_each(record, "imaging_assessments"):
        told = [None, *(row["extraosseous_response"] for row in rows)]
        for row, response in zip(rows, told, strict=False):
            row["extraosseous_response"] = response


def _half_in_nanokatal(record: Record) -> None:
    for row in record["lab_results"]:
        if row["analyte"] == "ALP_TOTAL" and _number(row) % 2 == 0:
            row["unit"] = "nkat/L"


def _ids_given_to_others(record: Record) -> None:
    for row in record["bone_lesions"]:
        name, _, which = str(row["lesion_id"]).rpartition("-")
        if str(row["assessment_id"])[-1] in "456" and which in {"lytic", "dense"}:
            row["lesion_id"] = f"{name}-{'dense' if which == 'lytic' else 'lytic'}"


def _dates_of_the_other_line(record: Record) -> None:
    for rows in _of_each(record, "therapy_lines"):
        for column in ("start_date", "end_date"):
            cells = [row[column] for row in rows][::-1]
            for row, cell in zip(rows, cells, strict=True):
                row[column] = cell


def _begun_at_diagnosis(record: Record) -> None:
    diagnosed = {row[OWNER]: row["metastatic_diagnosis_date"] for row in record["patients"]}
    for row in record["therapy_lines"]:
        if row["line_number"] == "1":
            row["start_date"] = diagnosed[row[OWNER]]


def _without_baseline(record: Record) -> None:
    for table in ("imaging_assessments", "bone_lesions"):
        record[table] = [row for row in record[table] if not str(row["assessment_id"]).endswith("ct0")]


def _without_first_results(record: Record) -> None:
    """Leave out each patient's first total ALP."""
    seen: set[str | None] = set()
    left = []
    for row in record["lab_results"]:
        if row["analyte"] == "ALP_TOTAL" and row[OWNER] not in seen:
            seen.add(row[OWNER])
        else:
            left.append(row)
    record["lab_results"] = left


def _without_every_seventh(record: Record) -> None:
    gone = {row[OWNER] for row in record["patients"][::7]}
    for table, rows in record.items():
        record[table] = [row for row in rows if row[OWNER] not in gone]


def _all_dead(row: Row) -> None:
    row["death_date"] = row["death_date"] or row["last_contact_date"]


def _dead_on_new_year(row: Row) -> None:
    if row["death_date"]:
        row["death_date"] = row["last_contact_date"] = f"{int(row['death_date'][:4]) + 1}-01-01"


def _limit_of_men(row: Row) -> None:
    if row["analyte"] == "ALP_TOTAL":
        row["upper_limit_normal"] = "130"


def _ratio_for_copies(row: Row) -> None:
    row["her2_cep17_ratio"], row["her2_copy_number"] = row["her2_copy_number"], row["her2_cep17_ratio"]


def _on_mondays(row: Row) -> None:
    day = dt.date.fromisoformat(str(row["specimen_date"]))
    row["specimen_date"] = (day - dt.timedelta(days=day.weekday())).isoformat()


def of_the_next(table: str, *columns: str) -> Plant:
    """Give every row what the next one says in some columns."""

    def plant(record: Record) -> None:
        told = [{column: row[column] for column in columns} for row in record[table]]
        for row, cells in zip(record[table], (*told[1:], told[0]), strict=True):
            row.update(cells)

    return plant


def _one_hospital_lytic(record: Record) -> None:
    for row in record["bone_lesions"]:
        if _number(row) % 5 == 0:
            row["morphology"] = "osteolytic"


OTHER_BUILD: dict[str | None, str | None] = {"osteolytic": "osteoblastic", "osteoblastic": "osteolytic"}
HER2 = ("ihc_score", "ish_result", "her2_cep17_ratio", "her2_copy_number", "reported_status")
OTHER_ALP: dict[str | None, str | None] = {"ALP_TOTAL": "ALP_BONE", "ALP_BONE": "ALP_TOTAL"}

SEEN: Mapping[Against, Sequence[tuple[str, str, str, Plant]]] = {
    "nothing": (
        (
            "births are fifteenths of months",
            "patients",
            "dates_on_one_day",
            on_day_of_month("patients", "birth_date", 15),
        ),
        (
            "specimens are fifteenths of months",
            "lab_results",
            "dates_on_one_day",
            on_day_of_month("lab_results", "specimen_date", 15),
        ),
        ("responses stand one visit late", "therapy_lines", "progression_without_imaging", _one_visit_late),
        (
            "half of the patients are in nkat/L over values in U/L",
            "lab_results",
            "laboratory_scale_differs",
            _half_in_nanokatal,
        ),
        (
            "total and bone ALP are exchanged",
            "lab_results",
            "alp_scale_implausible",
            recoded("lab_results", "analyte", OTHER_ALP),
        ),
        ("lesion ids are given to other lesions", "bone_lesions", "site_changes", _ids_given_to_others),
        (
            "lines have the dates of the other line",
            "therapy_lines",
            "lines_out_of_order",
            _dates_of_the_other_line,
        ),
        ("line 1 starts at diagnosis", "bone_lesions", "baseline_on_treatment", _begun_at_diagnosis),
        (
            "a patient stands under a second id with all rows",
            "lab_results",
            "alp_series_shared",
            under_a_second_id,
        ),
    ),
    "the delivery before": (
        (
            "baseline ALP is left out",
            "lab_results",
            "rows_gone",
            _without_first_results,
        ),
        ("baseline CTs are left out", "imaging_assessments", "distribution_moved", _without_baseline),
        ("everybody is dead at last contact", "patients", "distribution_moved", each("patients", _all_dead)),
        (
            "deaths are on the first of January",
            "patients",
            "dates_moved",
            each("patients", _dead_on_new_year),
        ),
        (
            "scans are those of the next row's patient",
            "imaging_assessments",
            "assessments_exchanged",
            of_the_next("imaging_assessments", "patient_id"),
        ),
        ("every seventh patient is gone", "patients", "patients_fewer", _without_every_seventh),
        (
            "births are those of the next patient",
            "patients",
            "dates_moved",
            of_the_next("patients", "birth_date"),
        ),
        (
            "ER and PR are exchanged",
            "patients",
            "values_rewritten",
            exchanged("patients", "er_status", "pr_status"),
        ),
        (
            "regimens are those of the next line",
            "therapy_lines",
            "values_rewritten",
            of_the_next("therapy_lines", "regimen"),
        ),
        (
            "dense and lytic are exchanged",
            "bone_lesions",
            "values_rewritten",
            recoded("bone_lesions", "morphology", OTHER_BUILD),
        ),
        (
            "ALP results are those of the next patient",
            "lab_results",
            "values_rewritten",
            of_the_next("lab_results", "value"),
        ),
        (
            "HER2 tests are those of the next patient",
            "her2_tests",
            "values_rewritten",
            of_the_next("her2_tests", *HER2),
        ),
        ("limits are those of men", "lab_results", "distribution_moved", each("lab_results", _limit_of_men)),
        (
            "every lesion is equivocal",
            "bone_lesions",
            "distribution_moved",
            says("bone_lesions", is_equivocal="true"),
        ),
        (
            "HER2 ratios and copy numbers are exchanged",
            "her2_tests",
            "distribution_moved",
            each("her2_tests", _ratio_for_copies),
        ),
    ),
}

HOSTILE_DEFECTS = tuple(
    DeliveryDefect(wrong, table, rule, plant=plant, against=against)
    for against, defects in SEEN.items()
    for wrong, table, rule, plant in defects
)

UNSEEN_AT_FIRST = tuple(
    DeliveryDefect(wrong, table, "", why_not, plant=plant)
    for wrong, table, why_not, plant in (
        (
            "HER2 tests are those of the next patient, in a first delivery",
            "her2_tests",
            "Each is one that the patient could have had, and all together they are the same.",
            of_the_next("her2_tests", *HER2),
        ),
        (
            "specimens are on the Mondays of their weeks",
            "lab_results",
            "A clinic may draw blood on one day of the week.",
            each("lab_results", _on_mondays),
        ),
        (
            "a fifth of the patients have lytic lesions alone",
            "bone_lesions",
            "Rows say nothing of the hospital within a registry, and so many may have.",
            _one_hospital_lytic,
        ),
        (
            "dense and lytic are exchanged in a first delivery",
            "bone_lesions",
            "Lesions of both builds stay, grow and appear; in a later delivery their shares move.",
            recoded("bone_lesions", "morphology", OTHER_BUILD),
        ),
    )
)
"""Defects of a first delivery that no rule can notice."""
