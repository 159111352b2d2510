"""Mends of what a delivery says otherwise than the one before: pseudonyms, days, deaths.

Not here: tables that are short of rows (`delivery_mends.py`, `table_mends.py`).
"""

from __future__ import annotations

from tests.mends.delivery_mends import Follow, of
from tests.mends.mend import DeliveryMend, Export
from tests.mends.stated_mends import states
from tests.mends.table_mends import everything_again
from tests.mutations.changes import other_pseudonyms
from tests.mutations.hostile_defects import ER_FOR_PR, of_the_next
from tests.mutations.record import Record


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


SLIPPED = of_the_next("patients", "er_status", "pr_status")

BEFORE_MENDS = (
    _told("patients_dropped", "new pseudonyms", of(other_pseudonyms), everything_again),
    _told("dates_moved", "Check date_format", _day_first, _stated_rightly),
    _told("dates_moved", "and whether pseudonyms were given anew;", of(_given_anew), everything_again),
    _told(
        "receptors_changed",
        "Check whether the columns of the two receptors are exchanged",
        of(ER_FOR_PR),
        everything_again,
    ),
    _told("receptors_changed", "rows have slipped", of(SLIPPED), everything_again),
)
