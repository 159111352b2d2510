"""The laws of rows that `registry.toml` fills: each such row bears a flag, and says so wherever it is used.

Not here: what a registry may declare (`bpp_etl/landing/declared.py`), and filling rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from schemas.general_laws import every_table, with_column_of
from schemas.laws import DeclaredLaw, Law, Tables

if TYPE_CHECKING:
    from schemas.tables import DeliveredTable

CONSTANT = "constant_declared"
UPPER_LIMIT = "upper_limit_declared"
LAST_CONTACT = "last_contact_derived"
LINE = "line_derived"
DATE_RELATIVE, DATE_IN_MONTHS = "date_relative", "date_in_months"
DAY_ZERO, DAY_ZERO_UNKNOWN = "day_zero_declared", "day_zero_unknown"
PARTIAL_BIRTH = "birth_date_partial"


def only(table: str) -> Tables:
    """Choose one table."""

    def chosen(_: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
        return (table,)

    return chosen


DECLARED_LAWS: tuple[Law, ...] = (
    DeclaredLaw(
        CONSTANT,
        sentence="Every row says itself what its columns hold.",
        exactly="A column that the export lacks was filled, the same in every row, by [constants.<table>] of "
        "registry.toml.",
        severity="flag",
        category="completeness",
        mend="Nothing to mend where it is so; better is a column in the export.",
        on=every_table,
    ),
    DeclaredLaw(
        UPPER_LIMIT,
        sentence="An upper limit of normal comes with its result.",
        exactly="It was filled by [upper_limit_normal.<analyte>] of registry.toml.",
        severity="flag",
        category="completeness",
        mend="Nothing to mend where the laboratory reported no limit; else deliver it with each result.",
        on=only("lab_results"),
    ),
    DeclaredLaw(
        LAST_CONTACT,
        sentence="The last contact is recorded as such.",
        exactly="It follows from other records of the patient, as [last_contact] of registry.toml states.",
        severity="flag",
        category="completeness",
        mend="Nothing to mend where no contact is recorded; else deliver last_contact_date.",
        on=only("patients"),
    ),
    DeclaredLaw(
        PARTIAL_BIRTH,
        sentence="A date of birth names its day.",
        exactly="It does not, and is empty, as [patients] of registry.toml states: the patient is kept, and "
        "has no age.",
        severity="flag",
        category="conformance",
        mend="Nothing to mend where the day may not leave the house; else deliver it.",
        on=only("patients"),
    ),
    DeclaredLaw(
        LINE,
        sentence="A line of therapy is recorded as such.",
        exactly="It was derived from drugs, as [therapy_lines] of registry.toml states.",
        severity="flag",
        category="completeness",
        mend="Nothing to mend where nobody records lines; else deliver therapy_lines.",
        on=only("therapy_lines"),
    ),
    DeclaredLaw(
        DATE_RELATIVE,
        sentence="Every date is one of the calendar.",
        exactly="It was counted from the patient's day zero, as [dates] of registry.toml states.",
        severity="flag",
        category="conformance",
        mend="Nothing to mend where the export has no other dates.",
        on=with_column_of("date"),
    ),
    DeclaredLaw(
        DATE_IN_MONTHS,
        sentence="Every date is known to the day.",
        exactly="It was counted in months of 30.4375 days, and is some days off.",
        severity="flag",
        category="plausibility",
        mend="Deliver days from day zero instead of months.",
        on=with_column_of("date"),
    ),
    DeclaredLaw(
        DAY_ZERO,
        sentence="A patient's day zero is known.",
        exactly="It is not, and the day that [dates] of registry.toml states stands in: intervals are the "
        "patient's own, no day is. Rules of the calendar do not judge the row.",
        severity="flag",
        category="completeness",
        mend="Deliver the day zero of each patient, in a side table of patients.",
        on=with_column_of("date"),
    ),
    DeclaredLaw(
        DAY_ZERO_UNKNOWN,
        sentence="A date that is counted has a day zero to be counted from.",
        exactly="A day zero that is declared stands in only for patients of whom no date of the calendar is "
        "delivered: the two could not be compared.",
        severity="refuse",
        category="conformance",
        mend="Deliver the patient's day zero, in a side table of patients. Or state day_zero in [dates] of "
        "registry.toml, and no date of the calendar beside it.",
        on=with_column_of("date"),
    ),
)
