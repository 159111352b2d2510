"""The functions that judge what was seen on first-line treatment, and what was written down of it.

Not here: other rules of tables and of the delivery (`gate/delivery_rules.py`), and the rules' declarations
(`schemas/delivery_laws.py`, `schemas/record_laws.py`).
"""

from __future__ import annotations

from typing import NamedTuple

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.gate.judged import NOT_JUDGED
from bpp_etl.warehouse.connection import one_row
from bpp_etl.warehouse.select import Select, read_select
from schemas.cadence import MISSED_AFTER_INTERVALS
from schemas.rules import Rule, rule_of

UNSEEN = "progression_without_imaging"
RULE_OF_COURSES = rule_of("imaging_assessments", "treated_past_progression")


@judges("response_not_recorded")
def response_not_recorded(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of first-line CTs of which nobody wrote down the response outside bone to its limit."""
    reading = whole.once(first_line_reading)
    cts, unrecorded = reading.cts, reading.unread_cts
    limit = whole.limit_of(rule)
    words = share_in_words(unrecorded, cts, limit, "eligible first-line CTs record no response outside bone")
    return Found(cts, unrecorded, limit, words)


@judges("lysis_not_recorded")
def lysis_not_recorded(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of lytic and mixed lesions of which nobody wrote down the change to its limit."""
    reading = whole.once(first_line_reading)
    lytic, unrecorded = reading.lytic_lesions, reading.unread_lytic_lesions
    limit = whole.limit_of(rule)
    words = share_in_words(
        unrecorded, lytic, limit, "lytic or mixed lesions on first-line CTs record no change of lysis"
    )
    return Found(lytic, unrecorded, limit, words)


@judges("no_eligible_ct")
def no_eligible_ct(whole: WholeDelivery, rule: Rule) -> Found:
    """Count the delivery if none of enough first-line patients has an eligible CT on treatment."""
    reading = whole.once(first_line_reading)
    is_seen = whole.judged.of(rule.table).admitted > 0
    is_judged = is_seen and reading.due >= rule.parameters["few_patients"]
    words = f"none of {reading.due} first-line patients has an eligible CT on treatment"
    is_of_few = reading.due < rule.parameters["least_patients"]
    return Found(int(is_judged), int(is_judged and reading.cts == 0), words=words, is_of_few=is_of_few)


class FirstLineReading(NamedTuple):
    """What was seen on first-line treatment, and how much of it says whether it progressed.

    Of `due` patients the first CT would have been missed by now, had they had none.
    """

    patients: int
    due: int
    cts: int
    unread_cts: int
    lytic_lesions: int
    unread_lytic_lesions: int


def first_line_reading(whole: WholeDelivery) -> FirstLineReading:
    """Count first-line patients, eligible CTs on treatment, and what was written down of them."""
    text = read_select(Select("bpp_etl.gate", "first_line_reading"))
    given = {
        "registry": whole.delivery.registry,
        "delivery_date": whole.delivery.date,
        "missed_after_intervals": MISSED_AFTER_INTERVALS,
    }
    return FirstLineReading(*one_row(whole.con, text, given))


@judges("progression_not_seen")
def progression_not_seen(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of first lines ended for progression, of which no scan shows it, to its limit."""
    limit = whole.limit_of(rule)
    if not whole.judged.of(rule.table).counts.get(UNSEEN, NOT_JUDGED).judged:
        return Found(0, 0, limit)
    ended, unseen = one_row(
        whole.con,
        "select count(*), count(*) filter (where list_contains(flags, $flag)) from core.therapy_lines"
        " where line_number = 1 and end_reason = 'progression'",
        {"flag": UNSEEN},
    )
    if ended < rule.parameters["least_lines"]:
        return Found(0, 0, limit)
    words = share_in_words(unseen, ended, limit, "first lines that ended for progression have it on no scan")
    return Found(ended, unseen, limit, words)


@judges("treated_past_progression")
def treated_past_progression(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of first lines that go on for long after progression to its limit."""
    limit = whole.limit_of(rule)
    if whole.judged.of(rule.table).admitted < rule.parameters["least_lines"]:
        return Found(0, 0, limit)
    progressed, went_on, _ = whole.once(_courses)
    if progressed < rule.parameters["least_lines"]:
        return Found(0, 0, limit)
    words = share_in_words(went_on, progressed, limit, "first lines go on for long after progression")
    return Found(progressed, went_on, limit, words)


class Progressions(NamedTuple):
    """How many first lines ended for progression, or may have; and on how many lesions alone show it."""

    ended: int
    ended_without_reason: int
    in_bone: int


def progressions(whole: WholeDelivery) -> Progressions:
    """Count first lines by whether they progressed."""
    ended, without_reason = one_row(
        whole.con,
        "select count(*) filter (where end_reason = 'progression'),"
        " count(*) filter (where coalesce(end_reason, 'unknown') = 'unknown')"
        " from timeline.treatment_line where line_number = 1 and last_treated_date is not null",
    )
    *_, in_bone = whole.once(_courses)
    return Progressions(ended, without_reason, in_bone)


def _courses(whole: WholeDelivery) -> tuple[int, int, int]:
    """Count first lines that progressed, those that went on for long after, and those in bone."""
    progressed, went_on, in_bone = whole.counts("treated_past_progression", RULE_OF_COURSES)
    return progressed, went_on, in_bone
