"""The laws by which a delivery's values and days, taken together, can be those of patients.

Not here: single rows (the contracts), and the functions that judge (`bpp_etl/gate/rules_of_record.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.delivery_laws import only, patients, whole_delivery
from schemas.general_laws import with_column_of, with_parent
from schemas.laws import DeliveryLaw

LEAST_PATIENTS = 20
"""Of fewer patients chance alone may make a median or a share that looks wrong."""

FEW_PATIENTS = 5
"""Of so few it may be chance: where others would shut the gate, a person is to look."""

LEAST_OF_LABORATORY = 10
"""Medians of so many are five times apart by chance once in a million: ALP varies twofold (sigma 0.7)."""

LOWEST_MEDIAN_ALP, HIGHEST_MEDIAN_ALP = 30, 1000
"""U/L; a median of total ALP outside is another unit, or another analyte."""

TIMES_OFF = 5

LEAST_TESTS = 20
"""Of fewer HER2 tests a tenth is one or two, which may be the guideline of their year."""

LEAST_DATES = 50
"""Of fewer dates more than a fifth on one day may be a clinic's day."""

MOST_ON_ONE_DAY_OF_MONTH, MOST_ON_ONE_DAY = 0.5, 0.2
"""Whoever fills in a day for a month takes its first or its fifteenth."""

LEAST_FLAGGED = 20
"""Of fewer rows a wide share may bear a flag by chance."""

LEAST_SCAN_DAYS = 3
"""Two patients who were scanned on fewer days may share them by chance, or by a clinic's habit.

Where of births the year alone is known and of diagnoses the month, one of about 300 million pairs has these
days and three scans in common by chance, for a scan lies near its schedule; with exact days none has.
"""


LOOKED_UP_DAYS = 92
"""Registries that look up who lives do so every quarter at least, and all of the living have that day."""

ANCHORED: Mapping[str, float] = {
    "most_of_days": 5,
    "most_share_of_days": 0.05,
    "most_share_of_birthday": 0.5,
}
"""What tells dates that were set to one day: so many, and such a share of, the patients have one diagnosis
and start, and so large a share one birthday in whatever year."""

RECORD_LAWS = (
    DeliveryLaw(
        "contact_is_extraction",
        is_of_calendar=True,
        sentence="Not nearly all of the living were last heard of on the delivery's day.",
        exactly=f"Of at least {LEAST_PATIENTS} patients without a date of death, the share whose last "
        "contact is the delivery's date stays within its limit.",
        severity="warn",
        category="plausibility",
        mend="Deliver the day on which each patient was last known to be alive, not the day of the export: "
        "follow-up is too long otherwise. [limits] contact_is_extraction = 1 switches the rule off.",
        on=patients,
        limit=0.9,
        limit_name="contact_is_extraction",
        parameters={"least_patients": LEAST_PATIENTS},
        is_told_by_table=True,
        columns=("last_contact_date",),
    ),
    DeliveryLaw(
        "alp_scale_implausible",
        sentence="Total ALP has the scale of U/L.",
        exactly=f"Of at least {LEAST_PATIENTS} patients with total ALP, the median of their medians lies "
        f"from {LOWEST_MEDIAN_ALP} to {HIGHEST_MEDIAN_ALP} U/L. Of {FEW_PATIENTS} to {LEAST_PATIENTS - 1} it "
        "is told, and the gate stays open.",
        severity="shut",
        category="plausibility",
        mend="Check the unit that the export states, its decimal mark, and that value and upper_limit_normal "
        "are not exchanged.",
        on=only("lab_results"),
        parameters={
            "least_patients": LEAST_PATIENTS,
            "few_patients": FEW_PATIENTS,
            "lowest": LOWEST_MEDIAN_ALP,
            "highest": HIGHEST_MEDIAN_ALP,
        },
        is_told_by_table=True,
        is_in_our_words=True,
        columns=("value", "unit"),
    ),
    DeliveryLaw(
        "laboratory_scale_differs",
        sentence="Every laboratory reports total ALP on the scale of the others.",
        exactly=f"Of laboratories with at least {LEAST_OF_LABORATORY} patients, the share stays within its "
        f"limit whose median is over {TIMES_OFF} times, or under 1/{TIMES_OFF} of, the others' median of "
        "medians.",
        severity="warn",
        category="plausibility",
        mend="Check each laboratory's unit; [limits] laboratory_scale_differs = 1 switches the rule off.",
        on=only("lab_results"),
        limit_name="laboratory_scale_differs",
        parameters={"least_patients": LEAST_OF_LABORATORY, "times": TIMES_OFF},
        is_told_by_table=True,
        columns=("value", "unit", "laboratory"),
    ),
    DeliveryLaw(
        "her2_results_differ",
        sentence="What is reported of HER2 tests is what their IHC and ISH give.",
        exactly=f"Of at least {LEAST_TESTS} tests with IHC or ISH, the share stays within its limit whose "
        "reported status, or reported ISH result, is another than IHC, ratio and copy number give, or of "
        "which IHC 3+ stands beside a negative ISH. IHC 2+ without ISH that is reported negative is not "
        "among them.",
        severity="warn",
        category="plausibility",
        mend="Check how the export codes IHC, ISH and the status, and whether columns or rows are exchanged; "
        "[limits] her2_results_differ = 1 switches the rule off.",
        on=only("her2_tests"),
        limit=0.1,
        limit_name="her2_results_differ",
        parameters={"least_tests": LEAST_TESTS},
        is_told_by_table=True,
        columns=("ihc_score", "ish_result", "reported_status"),
    ),
    DeliveryLaw(
        "patient_delivered_twice",
        is_of_calendar=True,
        sentence="No patient of a delivery has all days of another.",
        exactly="Of patients with dates of metastatic diagnosis and start of line 1, the share stays within "
        "its limit who share them, and the days of all scans, with another of the delivery, and the date "
        f"of birth where both have one; only of scans on at least {LEAST_SCAN_DAYS} days.",
        severity="warn",
        category="plausibility",
        mend="Check whether it is one patient; if so, deliver all under one id. [limits] "
        "patient_delivered_twice = 1 switches the rule off.",
        on=patients,
        limit_name="patient_delivered_twice",
        parameters={"least_scan_days": LEAST_SCAN_DAYS, **ANCHORED},
        is_told_by_table=True,
        columns=("patient_id",),
    ),
    DeliveryLaw(
        "dates_on_one_day",
        is_of_calendar=True,
        sentence="The dates of a column are spread over days.",
        exactly=f"Of columns with at least {LEAST_DATES} dates, the share stays within its limit that has "
        f"over {100 * MOST_ON_ONE_DAY_OF_MONTH:g} % on one day of the month, such as the first, or "
        f"{100 * MOST_ON_ONE_DAY:g} % on one day. A last contact on the delivery's date is not among them, "
        f"nor one on the commonest such day of the living, if it lies at most {LOOKED_UP_DAYS} days before.",
        severity="warn",
        category="plausibility",
        mend="Deliver the day that was recorded: leave a date empty rather than fill it with a default, or a "
        "month with its first day or its fifteenth. [limits] dates_on_one_day = 1 switches the rule off.",
        on=with_column_of("date"),
        limit_name="dates_on_one_day",
        parameters={
            "least_dates": LEAST_DATES,
            "most_on_one_day_of_month": MOST_ON_ONE_DAY_OF_MONTH,
            "most_on_one_day": MOST_ON_ONE_DAY,
        },
        is_told_by_table=True,
    ),
    DeliveryLaw(
        "ids_written_otherwise",
        sentence="A patient has one id in every table.",
        exactly="Broken by a row refused as `unknown_patient` whose patient_id is an admitted patient's but "
        "for case, blanks, punctuation or zeros before a number. Pseudonyms do not tell.",
        severity="warn",
        category="conformance",
        mend="Write the id alike in both tables: a workbook may have read it as a number.",
        on=with_parent("unknown_patient"),
        columns=("patient_id",),
        is_told_by_table=True,
        is_in_our_words=True,
    ),
)
"""Laid on tables one by one, after the laws of files."""

WIDE_LAWS = (
    DeliveryLaw(
        "flag_widespread",
        sentence="No flag is so common that its rows are hardly what it takes them for.",
        exactly="Of each rule that flags, the share of the rows it judges that break it stays within the "
        f"limit; only of at least {LEAST_FLAGGED} rows. What is counted is the most widespread flag.",
        severity="warn",
        category="plausibility",
        mend="Look for a column of another meaning, for codes that are exchanged, and for days that are "
        "moved; the rule of each flag says what it takes a row for. [limits] flag_widespread = 1 switches "
        "the rule off.",
        on=whole_delivery,
        limit=0.2,
        limit_name="flag_widespread",
        parameters={"least_rows": LEAST_FLAGGED},
        is_in_our_words=True,
    ),
)
"""Laid on the delivery as a whole."""
