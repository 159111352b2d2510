"""The laws that hold a delivery to the registry's last admitted one, which is called the delivery before.

Not here: which delivery that is (`bpp_etl/admission/before.py`), and the functions that judge
(`bpp_etl/gate/rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.delivery_laws import only, patients, whole_delivery
from schemas.general_laws import every_table
from schemas.laws import DeliveryLaw
from schemas.record_laws import LEAST_SCAN_DAYS

MOST_STOPPED = 0.1

LEAST_STOPPED = 20
"""Of fewer patients one whose only row is taken back would shut the gate."""

HIGHEST_PSI = 0.25
"""Population stability index from which two distributions are commonly held to differ."""

ONE_IN = 1000
"""So rarely may chance alone give an index that is told."""

MOST_ELSEWHERE = 0.5

SAYS_NOTHING = "unknown"
"""A code that, as an empty cell, says nothing: what it is may be found out."""

LEAST_LOST = 20
"""A code of fewer rows a registry may have corrected one by one."""

LEAST_REWRITTEN = 20
"""Fewer rows than that a registry may have corrected one by one."""

LEAST_EXCHANGED = 3
"""Patients: what was filed under the wrong one, or two who were taken for each other, is put right so."""

DAYS_OF_YEAR = 365
"""So long a registry's numbers are looked back on: what it lost before, somebody has had a year to see."""

ROUNDED_WITHIN = 0.05
"""A ratio of 1.05 that is written with one decimal is as far from what it was."""

KNOWN_BY: Mapping[str, tuple[str, ...]] = {
    "lab_results": ("patient_id", "analyte", "specimen_date", "laboratory"),
    "her2_tests": ("patient_id", "test_date", "specimen_site"),
}
"""What a row of a table without a key is known by from delivery to delivery, where no other has the same."""

NOT_COMPARED: Mapping[str, Mapping[str, str]] = {
    "patients": {
        "last_contact_date": "It moves with every contact.",
        "birth_date": "`dates_moved` tells of it.",
        "death_date": "`dates_moved` tells of it.",
    },
    "therapy_lines": {
        "start_date": "`dates_moved` tells of that of line 1.",
        "end_date": "A line that goes on may end with its last drug so far.",
    },
}
"""Table -> column that `values_rewritten` leaves out -> why."""

BEFORE_LAWS = (
    DeliveryLaw(
        "patients_dropped",
        sentence="The patients of the delivery before are still there.",
        exactly="The share of them that is gone stays within its limit.",
        severity="shut",
        category="completeness",
        mend="Look for a filter or a cut in the export, new pseudonyms, and refused rows; [limits] "
        "patients_dropped = 1 lets them go.",
        on=patients,
        limit=0.1,
        limit_name="patients_dropped",
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("patient_id",),
    ),
    DeliveryLaw(
        "patients_fewer",
        sentence="A registry has the patients that it had within the last year.",
        exactly="The share by which its admitted patients are fewer than in the delivery that had most, of "
        f"those admitted within {DAYS_OF_YEAR} days before, stays within its limit. Deliveries before one "
        "whose loss of patients was accepted (`patients_dropped`) do not count, nor does anything where "
        "[limits] patients_dropped = 1 lets patients go.",
        severity="warn",
        category="completeness",
        mend="Look for a filter or a cut in the export that takes some patients from each delivery; [limits] "
        "patients_fewer = 1 switches the rule off.",
        on=patients,
        limit=0.1,
        limit_name="patients_fewer",
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("patient_id",),
    ),
    DeliveryLaw(
        "table_shrunk",
        sentence="A table has the rows that it had in the delivery before.",
        exactly="The share of its admitted rows before by which it is shorter stays within its limit. Of "
        "patients with CTs in both deliveries and bone lesions before, at most "
        f"{100 * MOST_STOPPED:g} % have none now; and so of patients of both with rows of another table "
        f"before, of whom there are at least {LEAST_STOPPED}.",
        severity="shut",
        category="completeness",
        mend="Look for a file that was cut off, a filter in the export, and refused rows; [limits] "
        "table_shrunk = 1 lets them go.",
        on=every_table,
        limit=0.2,
        limit_name="table_shrunk",
        parameters={"most_stopped": MOST_STOPPED, "least_patients": LEAST_STOPPED},
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "deaths_withdrawn",
        sentence="Who was dead in the delivery before is not alive.",
        exactly="The share of the dead before, of those still there, that has no date of death stays within "
        "its limit.",
        severity="warn",
        category="plausibility",
        mend="Check whether the deaths were recorded in error, or their dates are missing; [limits] "
        "deaths_withdrawn = 1 switches the rule off.",
        on=patients,
        limit_name="deaths_withdrawn",
        is_told_by_table=True,
        columns=("death_date",),
    ),
    DeliveryLaw(
        "dates_moved",
        sentence="Birth, start of line 1 and death are on the days of the delivery before.",
        exactly="Of patients of both deliveries, the share of whom one of these days is known in both "
        "and differs stays within its limit.",
        severity="warn",
        category="plausibility",
        mend="Check date_format, shifts of dates for privacy, which must stay the same for a patient, and "
        "whether pseudonyms were given anew; [limits] dates_moved = 1 switches the rule off.",
        on=patients,
        limit=0.05,
        limit_name="dates_moved",
        is_told_by_table=True,
        columns=("birth_date", "death_date"),
    ),
    DeliveryLaw(
        "distribution_moved",
        sentence="What a column says is spread as in the delivery before.",
        exactly="Of coded columns, numbers and intervals, the share stays within its limit whose population "
        f"stability index exceeds {HIGHEST_PSI:g}, and also what chance gives once in {ONE_IN:,}; or of "
        f"which a code is gone that at least {LEAST_LOST} rows had, other than unknown. Codes are counted as "
        "they are and numbers by the deciles before, or by value where there were at most ten; an empty cell "
        "is a code of its own.",
        severity="warn",
        category="plausibility",
        mend="Look for a code, a unit or a sort of patient that is new, gone or exchanged; [limits] "
        "distribution_moved = 1 switches the rule off.",
        on=every_table,
        limit_name="distribution_moved",
        parameters={"highest_psi": HIGHEST_PSI, "one_in": ONE_IN, "least_rows": LEAST_LOST},
        is_told_by_table=True,
    ),
    DeliveryLaw(
        "rows_gone",
        sentence="The rows of the delivery before are still there, however many have come in.",
        exactly="Of the admitted rows before, the share whose key no row has now stays within its limit; "
        f"only of at least {LEAST_REWRITTEN} such rows. A result is known by patient, analyte, day and "
        "laboratory, a HER2 test by patient, day and site.",
        severity="warn",
        category="completeness",
        mend="Look for a filter or a cut in the export, and for ids or days that are given anew; [limits] "
        "rows_gone = 1 switches the rule off.",
        on=every_table,
        limit=0.05,
        limit_name="rows_gone",
        parameters={"least_rows": LEAST_REWRITTEN},
        is_told_by_table=True,
    ),
    DeliveryLaw(
        "assessments_exchanged",
        sentence="A scan is the patient's whose it was in the delivery before.",
        exactly="Of the assessments of both deliveries the share stays within its limit that another patient "
        "has now while the one before is still there; only of the scans of at least "
        f"{LEAST_EXCHANGED} patients before.",
        severity="warn",
        category="plausibility",
        mend="Look for assessment ids that are given anew or used again, and for rows that are joined to "
        "other patients; [limits] assessments_exchanged = 1 switches the rule off.",
        on=only("imaging_assessments"),
        limit=0.01,
        limit_name="assessments_exchanged",
        parameters={"least_patients": LEAST_EXCHANGED},
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("assessment_id", "patient_id"),
    ),
    DeliveryLaw(
        "values_rewritten",
        sentence="A row says what it said in the delivery before.",
        exactly="Of the rows of both deliveries the share stays within its limit that says something else in "
        f"one column, the most rewritten; only of at least {LEAST_REWRITTEN} such rows. What was empty or "
        "unknown, or is now, is not rewritten, nor is a number within "
        f"{100 * ROUNDED_WITHIN:g} %. Rows are known by their key; a result by patient, analyte, day and "
        "laboratory, a HER2 test by patient, day and site, where no other has the same.",
        severity="warn",
        category="plausibility",
        mend="Look for codes and columns that are exchanged, for cells that are joined to other rows, and "
        "for days that are moved. Where the registry has corrected its record, "
        "[limits] values_rewritten = 1 switches the rule off.",
        on=every_table,
        limit=0.05,
        limit_name="values_rewritten",
        parameters={"least_rows": LEAST_REWRITTEN, "rounded_within": ROUNDED_WITHIN},
        is_told_by_table=True,
        is_in_our_words=True,
    ),
)
"""Laid on tables one by one; where there is no delivery before they judge nothing."""

REPEAT_LAWS = (
    DeliveryLaw(
        "patients_of_another_registry",
        sentence="No patient is one of another registry.",
        exactly="Of patients with dates of birth, metastatic diagnosis and start of line 1 and with a scan, "
        "the share of whom all of these days and all days of scans are those of a patient admitted in "
        "another registry stays within its limit; of whoever has scans on at least "
        f"{LEAST_SCAN_DAYS} days it is enough that the first {LEAST_SCAN_DAYS} are theirs, for scans come in "
        f"with every delivery. Over {100 * MOST_ELSEWHERE:g} % the gate is shut. Digests of the days are "
        "compared.",
        severity="warn",
        category="plausibility",
        mend="Check whether the export holds another registry's patients, or one hospital reports to both: "
        "each patient counts once. A registry that is called otherwise now keeps its folder's name. "
        "[limits] patients_of_another_registry = 0.4 is told above 40 % only.",
        on=whole_delivery,
        limit_name="patients_of_another_registry",
        parameters={"least_scan_days": LEAST_SCAN_DAYS},
        shuts_over=MOST_ELSEWHERE,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "delivery_repeats",
        sentence="A delivery says something new.",
        exactly="Broken where its admitted rows are those of the delivery before, in whatever order.",
        severity="warn",
        category="plausibility",
        mend="Check whether the former export was copied by mistake; [limits] delivery_repeats = 1 switches "
        "the rule off.",
        on=whole_delivery,
        limit_name="delivery_repeats",
    ),
)
"""Laid on the delivery as a whole."""
