"""The laws of days that a delivery shows by itself: where a table stops, and whether days are read as months.

Not here: days that are heaped (`schemas/record_laws.py`), days of the delivery before
(`schemas/increment_laws.py`), and the functions that judge (`bpp_etl/gate/rules_of_days.py`).
"""

from __future__ import annotations

from schemas.delivery_laws import only
from schemas.general_laws import with_column_of
from schemas.laws import DeliveryLaw

MOST_DAYS = 91
"""So long may lag what is written down by hand, and so long a CT comes after the one before."""

LEAST_STOPPED = 10
"""If each went on with even odds, ten of whom none does are one in a thousand."""

LEAST_DATES, LEAST_DAYS, LEAST_MONTHS = 20, 8, 6
"""That of twenty none is after the twelfth is one in 100 million; a habit takes few days, or few months."""

LEAST_AFTER, LEAST_DAYS_AFTER = 10, 3
"""That of ten days none is after the twelfth of its month is one in 10,000; a default is one day, or two."""

DAY_LAWS = (
    DeliveryLaw(
        "records_stop",
        is_of_calendar=True,
        sentence="Lesions, results and scans go on as long as the record of the same patients.",
        exactly=f"Broken where at least {LEAST_STOPPED} patients go on over {MOST_DAYS} days after the last "
        "day of a table, by which the rows of all but two patients end. Lesions stop before the CTs of "
        "patients over half of whose CTs had some; results before the scans of patients over half of whose "
        "scans had one within 28 days; scans before results, starts of lines, and the last contact of the "
        f"living on line 1, of patients with at least three scans no further than {MOST_DAYS} days apart on "
        "average.",
        severity="warn",
        category="completeness",
        mend="Export the table again, to the day of the others. Where it is closed and patients are only "
        "followed on, [limits] records_stop = 1 switches the rule off.",
        on=only("imaging_assessments", "bone_lesions", "lab_results"),
        limit_name="records_stop",
        parameters={"most_days": MOST_DAYS, "least_patients": LEAST_STOPPED},
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "day_read_as_month",
        is_of_calendar=True,
        sentence="No column's days of the month end with the twelfth.",
        exactly="Of columns of dates, and of laboratories, the share stays within its limit of whose at "
        f"least {LEAST_DATES} dates none is after the twelfth of its month, while they take at least "
        f"{LEAST_DAYS} days of the month and {LEAST_MONTHS} months. Or of which scans or results at least "
        f"{LEAST_AFTER} are after the last contact, on {LEAST_DAYS_AFTER} days of the month or more, none "
        "after the twelfth, and all before it again with day and month exchanged.",
        severity="warn",
        category="plausibility",
        mend="Look for dates that a program has read with day and month exchanged, and for those that it "
        "could not read and left out. Deliver ISO days; [limits] day_read_as_month = 1 switches the rule "
        "off.",
        on=with_column_of("date"),
        limit_name="day_read_as_month",
        parameters={
            "least_dates": LEAST_DATES,
            "least_days": LEAST_DAYS,
            "least_months": LEAST_MONTHS,
            "least_after": LEAST_AFTER,
            "least_days_after": LEAST_DAYS_AFTER,
        },
        is_told_by_table=True,
        is_in_our_words=True,
    ),
)
"""Laid on tables one by one, after the laws of the record."""
