"""Defects of a delivery as a whole: tables, scales, codes, days, and what was there before.

Not here: how each is planted (`changes.py`), and defects of one patient's rows (`row_defects.py`,
`laboratory_defects.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.mutations.changes import (
    contact_is_diagnosis,
    contact_is_today,
    day_and_month_exchanged,
    default_births,
    each,
    first_of_month,
    half_of_patients,
    kept,
    men,
    moved,
    next_patient_s,
    other_pseudonyms,
    receptors_exchanged,
    recoded,
    says,
    scaled,
    sorted_alone,
    stops_in_the_middle,
    under_a_second_id,
    values_and_limits_exchanged,
    without_column,
)
from tests.mutations.defect import Against, DeliveryDefect
from tests.mutations.record import Record, Row

Plant = Callable[[Record], object]


def _twice_without_alp(record: Record) -> None:
    results = list(record["lab_results"])
    under_a_second_id(record)
    record["lab_results"] = results


def _in_small_letters(row: Row) -> None:
    row["patient_id"] = str(row["patient_id"]).lower()


SEEN_ALONE = (
    (
        "the last contact is the day of the export",
        "patients",
        "contact_is_extraction",
        each("patients", contact_is_today),
    ),
    ("a fifth of the patients are men", "patients", "sex_implausible", men),
    (
        "births are first days of months",
        "patients",
        "dates_on_one_day",
        first_of_month("patients", "birth_date"),
    ),
    (
        "the last contact is the day of diagnosis",
        "delivery",
        "flag_widespread",
        each("patients", contact_is_diagnosis),
    ),
    ("unknown births are a default day", "patients", "birth_date_default", default_births),
    (
        "a patient stands under a second id without its ALP",
        "patients",
        "patient_delivered_twice",
        _twice_without_alp,
    ),
    (
        "all lines start on one day",
        "therapy_lines",
        "dates_on_one_day",
        says("therapy_lines", start_date="2022-01-03"),
    ),
    (
        "all lines are line 1",
        "therapy_lines",
        "refused_share_exceeded",
        says("therapy_lines", line_number="1"),
    ),
    (
        "cycles are in weeks",
        "therapy_lines",
        "refused_share_exceeded",
        says("therapy_lines", cycle_length_days="3"),
    ),
    (
        "every image is an x-ray",
        "imaging_assessments",
        "no_eligible_ct",
        says("imaging_assessments", modality="XRAY"),
    ),
    (
        "no CT has a bone window",
        "imaging_assessments",
        "no_eligible_ct",
        says("imaging_assessments", is_bone_window="false"),
    ),
    (
        "no CT can be judged",
        "imaging_assessments",
        "no_eligible_ct",
        says("imaging_assessments", is_evaluable="false"),
    ),
    (
        "responses are lost",
        "imaging_assessments",
        "response_not_recorded",
        says("imaging_assessments", extraosseous_response=None),
    ),
    (
        "responses are all NE",
        "imaging_assessments",
        "response_not_recorded",
        says("imaging_assessments", extraosseous_response="NE"),
    ),
    (
        "responses are a default of the export",
        "imaging_assessments",
        "code_never_varies",
        says("imaging_assessments", extraosseous_response="NON_CR_NON_PD"),
    ),
    (
        "responses are sorted by themselves",
        "therapy_lines",
        "progression_not_seen",
        sorted_alone("imaging_assessments", "extraosseous_response"),
    ),
    (
        "stable outside bone is progression",
        "imaging_assessments",
        "treated_past_progression",
        recoded("imaging_assessments", "extraosseous_response", {"SD": "PD", "NON_CR_NON_PD": "PD"}),
    ),
    (
        "dense lesions are lytic",
        "bone_lesions",
        "code_never_occurs",
        recoded("bone_lesions", "morphology", {"osteoblastic": "osteolytic"}),
    ),
    (
        "no response is progression",
        "imaging_assessments",
        "code_never_occurs",
        recoded("imaging_assessments", "extraosseous_response", {"PD": "SD"}),
    ),
    (
        "total ALP is called bone ALP",
        "lab_results",
        "code_never_varies",
        recoded("lab_results", "analyte", {"ALP_TOTAL": "ALP_BONE"}),
    ),
    (
        "every lesion is of unknown build",
        "bone_lesions",
        "code_never_varies",
        says("bone_lesions", morphology="unknown"),
    ),
    (
        "HER2 tests are of the next patient",
        "therapy_lines",
        "drugs_against_receptors",
        next_patient_s("her2_tests"),
    ),
    (
        "both receptors are exchanged",
        "therapy_lines",
        "drugs_against_receptors",
        each("patients", receptors_exchanged),
    ),
    (
        "progression is lost",
        "therapy_lines",
        "progression_without_imaging",
        recoded("imaging_assessments", "extraosseous_response", {"PD": "SD"}),
    ),
    (
        "stable is progression",
        "imaging_assessments",
        "progression_everywhere",
        recoded("imaging_assessments", "extraosseous_response", {"SD": "PD", "PD": "SD"}),
    ),
    ("every second CT is gone", "delivery", "cadence_not_kept", kept("imaging_assessments")),
    (
        "day and month are exchanged",
        "delivery",
        "cadence_not_kept",
        each("imaging_assessments", day_and_month_exchanged),
    ),
    (
        "CTs are first days of months",
        "imaging_assessments",
        "dates_on_one_day",
        first_of_month("imaging_assessments", "assessment_date"),
    ),
    (
        "CTs are MRI",
        "imaging_assessments",
        "no_eligible_ct",
        recoded("imaging_assessments", "modality", {"CT": "MRI", "PET_CT": "MRI"}),
    ),
    (
        "changes of lysis are lost",
        "bone_lesions",
        "lysis_not_recorded",
        says("bone_lesions", lysis_change=None),
    ),
    ("every lesion is new", "bone_lesions", "new_again", says("bone_lesions", status="new")),
    (
        "new lesions are stable",
        "bone_lesions",
        "not_seen_before",
        recoded("bone_lesions", "status", {"new": "stable"}),
    ),
    ("lesions lose their status", "bone_lesions", "column_missing", without_column("bone_lesions", "status")),
    ("total ALP is in ukat/L under U/L", "lab_results", "alp_scale_implausible", scaled("value", 1 / 60)),
    ("total ALP has lost its decimal mark", "lab_results", "alp_scale_implausible", scaled("value", 100)),
    (
        "one laboratory is in ukat/L under U/L",
        "lab_results",
        "laboratory_scale_differs",
        scaled("value", 1 / 60, "North"),
    ),
    ("limits are ten times too high", "lab_results", "alp_against_limit", scaled("upper_limit_normal", 10)),
    ("analytes are spelt otherwise", "lab_results", "nothing_used", says("lab_results", analyte="Alk Phos")),
    (
        "ids of results are written in small letters",
        "lab_results",
        "ids_written_otherwise",
        each("lab_results", _in_small_letters),
    ),
    ("units are lost", "lab_results", "refused_share_exceeded", says("lab_results", unit=None)),
)

SEEN_AGAINST_BEFORE = (
    (
        "HER2 tests come more than a year late",
        "her2_tests",
        "distribution_moved",
        moved("her2_tests", "test_date", -400),
    ),
    ("half of the patients are gone", "patients", "patients_dropped", half_of_patients),
    ("deaths are dropped", "patients", "deaths_withdrawn", says("patients", death_date=None)),
    ("births are moved by a year", "patients", "dates_moved", moved("patients", "birth_date", 365)),
    ("deaths are moved by a week", "patients", "dates_moved", moved("patients", "death_date", 7)),
    ("lines are moved by a month", "patients", "dates_moved", moved("therapy_lines", "start_date", -30)),
    ("receptors are lost", "patients", "distribution_moved", says("patients", er_status=None)),
    (
        "receptors are exchanged",
        "patients",
        "distribution_moved",
        recoded("patients", "er_status", {"positive": "negative", "negative": "positive"}),
    ),
    ("the delivery is that of before", "delivery", "delivery_repeats", lambda _: None),
    (
        "ends of lines are lost",
        "therapy_lines",
        "distribution_moved",
        says("therapy_lines", end_date=None, end_reason=None),
    ),
    ("half of the lines are gone", "therapy_lines", "table_shrunk", kept("therapy_lines")),
    (
        "cycles are of another length",
        "therapy_lines",
        "distribution_moved",
        says("therapy_lines", cycle_length_days="28"),
    ),
    ("half of the images are gone", "imaging_assessments", "table_shrunk", kept("imaging_assessments")),
    (
        "CTs are PET-CT",
        "imaging_assessments",
        "distribution_moved",
        recoded("imaging_assessments", "modality", {"CT": "PET_CT"}),
    ),
    (
        "CTs are moved by a day",
        "imaging_assessments",
        "values_rewritten",
        moved("imaging_assessments", "assessment_date", -1),
    ),
    (
        "no change of lysis is more lysis",
        "bone_lesions",
        "distribution_moved",
        recoded("bone_lesions", "lysis_change", {"none": "increased"}),
    ),
    ("half of the lesions are gone", "bone_lesions", "table_shrunk", kept("bone_lesions")),
    *(
        (f"{words} stop in the middle", table, "table_shrunk", stops_in_the_middle(table))
        for table, words in (
            ("therapy_lines", "the lines"),
            ("bone_lesions", "the lesions"),
            ("lab_results", "the results"),
            ("her2_tests", "the HER2 tests"),
        )
    ),
    (
        "new lesions are larger ones",
        "bone_lesions",
        "distribution_moved",
        recoded("bone_lesions", "status", {"new": "larger"}),
    ),
    (
        "every lesion is dense",
        "bone_lesions",
        "distribution_moved",
        says("bone_lesions", morphology="osteoblastic"),
    ),
    (
        "values and limits are exchanged",
        "lab_results",
        "distribution_moved",
        each("lab_results", values_and_limits_exchanged),
    ),
    ("limits are lost", "lab_results", "distribution_moved", says("lab_results", upper_limit_normal=None)),
    (
        "HER2 scores are exchanged",
        "her2_tests",
        "distribution_moved",
        recoded("her2_tests", "ihc_score", {"0": "3+", "3+": "0", "1+": "2+", "2+": "1+"} | {"1+": "3+"}),
    ),
    (
        "all HER2 tests are of the primary",
        "her2_tests",
        "distribution_moved",
        says("her2_tests", specimen_site="primary"),
    ),
    ("half of the HER2 tests are gone", "her2_tests", "table_shrunk", kept("her2_tests")),
)

SEEN_AGAINST_OTHERS = (
    (
        "the patients are another registry's under other pseudonyms",
        "delivery",
        "patients_of_another_registry",
        other_pseudonyms,
    ),
)

AGAINST: Mapping[Against, Sequence[tuple[str, str, str, Plant]]] = {
    "nothing": SEEN_ALONE,
    "the delivery before": SEEN_AGAINST_BEFORE,
    "another registry": SEEN_AGAINST_OTHERS,
}

DELIVERY_DEFECTS = tuple(
    DeliveryDefect(wrong, table, rule, plant=plant, against=against)
    for against, defects in AGAINST.items()
    for wrong, table, rule, plant in defects
)
