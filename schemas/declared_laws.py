"""The laws of rows that `registry.toml` fills: each such row bears a flag, and says so wherever it is used.

Not here: what a registry may declare (`bpp_etl/landing/declared.py`), and filling rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from schemas.general_laws import every_table
from schemas.laws import DeclaredLaw, Law, Tables

if TYPE_CHECKING:
    from schemas.tables import DeliveredTable

CONSTANT = "constant_declared"
UPPER_LIMIT = "upper_limit_declared"
LAST_CONTACT = "last_contact_derived"


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
)
