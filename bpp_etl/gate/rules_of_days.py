"""The functions that judge a delivery's days by themselves: where a table stops, and days that are months.

Not here: days that are heaped (`gate/rules_of_record.py`), and the rules' declarations
(`schemas/day_laws.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.gate.rules_of_record import ON_OWN_DAYS
from bpp_etl.warehouse.connection import one_row, quoted
from bpp_etl.warehouse.parsed import parsed
from bpp_etl.warehouse.select import Select, read_select, used_parameters
from schemas.codes import CT_MODALITIES
from schemas.contract import delivered_columns
from schemas.declared_laws import DAY_ZERO
from schemas.rules import Rule
from schemas.tables import TABLES

NEAR_DAYS = 28
"""A result so near a scan belongs to its visit, whichever day of a cycle blood is drawn on."""

DECEMBER = 12


class Stop(NamedTuple):
    """The SELECT that counts who goes on, and the words for those of whom a table does not."""

    counted: str
    words: str


STOPS: Mapping[str, Stop] = {
    "imaging_assessments": Stop(
        "scans_stop", "patients have no scan over {days} days before their record ends"
    ),
    "bone_lesions": Stop("lesions_stop", "patients have no lesion over {days} days before their CTs end"),
    "lab_results": Stop("results_stop", "patients have no result over {days} days before their scans end"),
}

WITH_LAST_CONTACT = frozenset({"assessment_date", "specimen_date"})
"""Columns whose days the last contact cannot be before."""


@judges("records_stop")
def records_stop(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of patients who go on without rows of a table to its limit."""
    limit, stop = whole.limit_of(rule), STOPS[rule.table]
    if limit >= 1:
        return Found(0, 0, limit)
    text = read_select(Select("bpp_etl.gate", stop.counted))
    given = {
        **rule.parameters,
        "part": whole.part,
        "day_zero": DAY_ZERO,
        "ct_modalities": CT_MODALITIES,
        "near_days": NEAR_DAYS,
    }
    going_on, stopped = one_row(whole.con, text, used_parameters(text, given))
    if stopped < rule.parameters["least_patients"]:
        return Found(going_on, 0, limit)
    words = stop.words.format(days=f"{rule.parameters['most_days']:g}")
    return Found(going_on, stopped, limit, share_in_words(stopped, going_on, limit, words))


@judges("day_read_as_month")
def day_read_as_month(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of columns whose days of the month end with the twelfth to its limit."""
    limit, limits, rows = whole.limit_of(rule), rule.parameters, whole.judged.of(rule.table).admitted
    found: list[tuple[str, bool]] = []
    for column in delivered_columns(TABLES[rule.table].contract):
        if column.kind != "date":
            continue
        counted = _days_of(whole, rule.table, column.name) if rows >= limits["least_dates"] else []
        for dates, last, days, months in counted:
            is_spread = days >= limits["least_days"] and months >= limits["least_months"]
            if dates >= limits["least_dates"]:
                found.append((column.name, is_spread and last <= DECEMBER))
        if column.name in WITH_LAST_CONTACT and rows >= limits["least_after"]:
            after, explained, days = _after_contact(whole, rule.table, column.name)
            if after >= limits["least_after"]:
                found.append((column.name, after == explained and days >= limits["least_days_after"]))
    broken = [name for name, is_broken in found if is_broken]
    told = tuple(dict.fromkeys(broken))
    words = f"days seem to be read as months: none is after the twelfth of its month in {', '.join(told)}"
    return Found(len(found), len(broken), limit, words, told)


def _days_of(whole: WholeDelivery, table: str, column: str) -> list[tuple[int, int, int, int]]:
    """Count dates, with their last day of the month, and the days and months they take; by laboratory."""
    by = "laboratory" if table == "lab_results" else "null"
    text = (
        f"select count(*), max(day({column})), bit_count(bit_or(1::bigint << day({column}))),"
        f" bit_count(bit_or(1::bigint << month({column}))) from core.{quoted(table)}"
        f" where {column} is not null and {ON_OWN_DAYS} group by {by}"
    )
    return whole.con.execute(parsed(whole.con, text)).fetchall()


def _after_contact(whole: WholeDelivery, table: str, column: str) -> tuple[int, int, int]:
    """Count days after the last contact, those that are not when exchanged, and their days of the month."""
    day, last = f"own.{column}", "patients.last_contact_date"
    after, explained, days = one_row(
        whole.con,
        f"select count(*), count(*) filter (where day({day}) <= {DECEMBER}"
        f" and make_date(year({day}), least(day({day}), {DECEMBER}), month({day})) <= {last}),"
        f" bit_count(coalesce(bit_or(1::bigint << day({day})), 0))"
        f" from core.{quoted(table)} as own join core.patients as patients using (patient_id)"
        f" where {day} > {last} and {ON_OWN_DAYS.replace('flags', 'own.flags')}",
    )
    return int(after), int(explained), int(days)
