"""The functions that hold a delivery to the registry's last admitted one, the delivery before.

Where there is none they judge nothing. Not here: which delivery that is (`bpp_etl/admission/before.py`), and
the rules' declarations (`schemas/before_laws.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from bpp_etl.gate.decision import RuleResult
from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.warehouse.connection import Connection, count_of, one_row, quoted
from bpp_etl.warehouse.ddl import sql_type
from bpp_etl.warehouse.select import Select, drop_relations, read_select, run_step
from schemas.before_laws import DAYS_OF_YEAR
from schemas.codes import CT_MODALITIES
from schemas.contract import delivered_columns
from schemas.laws import DELIVERY
from schemas.rules import Rule
from schemas.tables import TABLES, DeliveredTable

PATIENT_RECORD = Select("bpp_etl.gate", "patient_record")


class PatientsBefore(NamedTuple):
    """Counts of the patients of the delivery before, by what this one says of them."""

    all: int
    gone: int
    dead: int
    alive_again: int
    kept: int
    moved: int
    still_scanned: int
    without_lesion: int
    had_line: int
    without_line: int
    had_image: int
    without_image: int
    had_result: int
    without_result: int
    had_test: int
    without_test: int
    contact_earlier: int
    contact_later: int

    def stopped(self, table: str) -> tuple[int, int]:
        """Count who had rows of a table and could have them still, and who of them has none."""
        return {
            "therapy_lines": (self.had_line, self.without_line),
            "imaging_assessments": (self.had_image, self.without_image),
            "bone_lesions": (self.still_scanned, self.without_lesion),
            "lab_results": (self.had_result, self.without_result),
            "her2_tests": (self.had_test, self.without_test),
        }.get(table, (0, 0))


NOBODY = PatientsBefore(*(0,) * 18)


@judges("patients_dropped")
def patients_dropped(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of the patients before that are gone to its limit."""
    found, limit = _patients(whole, rule), whole.limit_of(rule)
    words = share_in_words(found.gone, found.all, limit, "patients of the delivery before are gone")
    return Found(found.all, found.gone, limit, words)


@judges("patients_fewer")
def patients_fewer(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share by which patients are fewer than in the fullest delivery of a year to its limit."""
    limit, lets_go = whole.limit_of(rule), whole.judged.read.config.limit("patients_dropped") >= 1
    if whole.before is None or _is_missed(whole, rule) or lets_go:
        return Found(0, 0, limit)
    delivery, most = max(whole.once(patients_of_year).items(), key=lambda one: one[1], default=("", 0))
    fewer = max(0, most - count_of(whole.con, "select count(*) from core.patients"))
    words = share_in_words(fewer, most, limit, f"patients of {delivery} are missing now")
    return Found(most, fewer, limit, words)


def patients_of_year(whole: WholeDelivery) -> dict[str, int]:
    """Count the patients of each delivery that was admitted within a year before this one, by its name."""
    counts = dict(whole.known.of_year)
    if whole.before is not None:
        (name,) = one_row(whole.before, "select delivery from quality.delivery")
        counts[str(name)] = count_of(whole.before, "select count(*) from core.patients")
    found = {}
    for name, patients in counts.items():
        other = delivery_of(whole.delivery.path.with_name(name))
        if other is None or other.name == whole.delivery.name or other.order > whole.delivery.order:
            continue
        if (whole.delivery.date - other.date).days <= DAYS_OF_YEAR:
            found[name] = patients
    return found


@judges("table_shrunk")
def table_shrunk(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's rows before that is gone to its limit, and of patients who lost all."""
    limit = whole.limit_of(rule)
    if whole.before is None or _is_missed(whole, rule):
        return Found(0, 0, limit)
    counted = f"select count(*) from core.{quoted(rule.table)}"
    before = count_of(whole.before, counted)
    fewer = max(0, before - count_of(whole.con, counted))
    words = share_in_words(fewer, before, limit, f"rows of {rule.table} in the delivery before are gone")
    rows = Found(before, fewer, limit, words)
    if rows.is_over or limit >= 1:
        return rows
    most, is_lesions = rule.parameters["most_stopped"], rule.table == "bone_lesions"
    had, without = whole.once(patients_before).stopped(rule.table)
    if had < rule.parameters["least_patients"] and not is_lesions:
        return rows
    who = "patients with CTs" if is_lesions else "patients who had any"
    words = share_in_words(without, had, most, f"{who} have lost every row of {rule.table}")
    stopped = Found(had, without, most, words)
    return stopped if stopped.is_over else rows


@judges("deaths_withdrawn")
def deaths_withdrawn(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of the dead before that are alive now to its limit."""
    found, limit = _patients(whole, rule), whole.limit_of(rule)
    words = share_in_words(
        found.alive_again,
        found.dead,
        limit,
        "patients who were dead in the delivery before have no date of death",
    )
    return Found(found.dead, found.alive_again, limit, words)


@judges("dates_moved")
def dates_moved(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of patients whose birth, start of line 1 or death has moved to its limit."""
    found, limit = _patients(whole, rule), whole.limit_of(rule)
    words = share_in_words(
        found.moved,
        found.kept,
        limit,
        "patients have another birth date, start of line 1 or date of death than before",
    )
    return Found(found.kept, found.moved, limit, words)


@judges("contacts_go_back")
def contacts_go_back(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of patients whose last contact is earlier than before to its limit."""
    found, limit = _patients(whole, rule), whole.limit_of(rule)
    if (
        found.contact_earlier < rule.parameters["least_patients"]
        or found.contact_earlier <= found.contact_later
    ):
        return Found(found.kept, 0, limit)
    words = share_in_words(
        found.contact_earlier, found.kept, limit, "patients have an earlier last contact than before"
    )
    return Found(found.kept, found.contact_earlier, limit, words)


@judges("delivery_repeats")
def delivery_repeats(whole: WholeDelivery, rule: Rule) -> Found:
    """Count the delivery if every table has the rows that it had in the one before."""
    if whole.before is None:
        return Found(0, 0, whole.limit_of(rule))
    (name,) = one_row(whole.before, "select delivery from quality.delivery")
    if name == whole.delivery.name:
        return Found(0, 0, whole.limit_of(rule))
    is_repeated = all(
        _digest_of(whole.con, table) == _digest_of(whole.before, table) for table in TABLES.values()
    )
    words = f"the admitted rows of all tables are those of {name}"
    return Found(1, int(is_repeated), whole.limit_of(rule), words)


def _patients(whole: WholeDelivery, rule: Rule) -> PatientsBefore:
    return NOBODY if whole.before is None or _is_missed(whole, rule) else whole.once(patients_before)


def _is_missed(whole: WholeDelivery, rule: Rule) -> bool:
    """Say whether a table could not be judged, for which other rules shut the gate."""
    if rule.table in whole.judged.tables:
        return False
    amiss = {problem.table for problem in whole.judged.read.problems}
    return TABLES[rule.table].is_required or bool(amiss & {rule.table, DELIVERY})


def counts_of_year(whole: WholeDelivery, results: Iterable[RuleResult]) -> dict[str, int]:
    """Count what later deliveries are held to; none of before a loss of patients that was accepted."""
    is_let_go = any(one.rule == "patients_dropped" and one.status == "waived" for one in results)
    counts = {} if is_let_go else whole.once(patients_of_year)
    return counts | {whole.delivery.name: whole.judged.rows_of("patients", is_shut=False).admitted}


def patients_before(whole: WholeDelivery) -> PatientsBefore:
    """Count the patients of the delivery before by what this one says of them."""
    if whole.before is None:
        return NOBODY
    for con in (whole.con, whole.before):
        run_step(con, PATIENT_RECORD, {"ct_modalities": CT_MODALITIES})
    before = whole.before.table(PATIENT_RECORD.name).pl()
    whole.con.register("patient_record_before", before.to_arrow())
    try:
        return PatientsBefore(
            *one_row(whole.con, read_select(Select("bpp_etl.gate", "patients_against_before")))
        )
    finally:
        whole.con.unregister("patient_record_before")
        drop_relations(whole.con, [PATIENT_RECORD.name])


def _digest_of(con: Connection, table: DeliveredTable) -> tuple[Any, ...]:
    """Sum up what a table's rows say, in whatever order they come; a row that stands twice counts twice."""
    # Of text as text: the one file may keep a code as a number that the other does not.
    columns = ", ".join(
        f"{quoted(column.name)}::{sql_type(column)}" for column in delivered_columns(table.contract)
    )
    return one_row(con, f"select count(*), sum(hash({columns})) from core.{quoted(table.name)}")
