"""The functions that judge whether a delivery's values and days, taken together, can be those of patients.

Not here: what was written down of the first line (`gate/rules_of_first_line.py`), and the rules' declarations
(`schemas/record_laws.py`).
"""

from __future__ import annotations

from dataclasses import replace

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.gate.judged import NOT_JUDGED
from bpp_etl.warehouse.connection import one_row, quoted
from schemas.contract import delivered_columns
from schemas.declared_laws import DAY_ZERO
from schemas.flags import HER2_ALONE, HER2_CONFLICTS
from schemas.record_laws import LOOKED_UP_DAYS
from schemas.rules import RULES, Rule
from schemas.tables import TABLES

ON_OWN_DAYS = f"not list_contains(flags, '{DAY_ZERO}')"
"""Rows whose days are of the calendar: of the others no day means anything by itself."""


@judges("contact_is_extraction")
def contact_is_extraction(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of the living whose last contact is the delivery's date to its limit."""
    living, on_the_day = one_row(
        whole.con,
        "select count(*), count(*) filter (where last_contact_date = $day) from core.patients"
        f" where death_date is null and {ON_OWN_DAYS}",
        {"day": whole.delivery.date},
    )
    if living < rule.parameters["least_patients"]:
        return Found(0, 0, whole.limit_of(rule))
    limit = whole.limit_of(rule)
    words = share_in_words(
        on_the_day, living, limit, "living patients have the delivery's date as last contact"
    )
    return Found(living, on_the_day, limit, words)


@judges("alp_scale_implausible")
def alp_scale_implausible(whole: WholeDelivery, rule: Rule) -> Found:
    """Count the delivery if the median total ALP of enough patients is none of U/L."""
    patients, median = whole.counts("alp_scale", rule)
    if patients < rule.parameters["few_patients"]:
        return Found(0, 0)
    lowest, highest = rule.parameters["lowest"], rule.parameters["highest"]
    side = "below" if median < lowest else "above"
    words = f"the median total ALP of {patients} patients is {side} {lowest:g} to {highest:g} U/L"
    is_of_few = patients < rule.parameters["least_patients"]
    return Found(1, int(not lowest <= median <= highest), words=words, is_of_few=is_of_few)


@judges("laboratory_scale_differs")
def laboratory_scale_differs(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of laboratories whose total ALP is on another scale than the others' to its limit."""
    laboratories, off_scale = whole.counts("laboratory_scale", rule)
    limit = whole.limit_of(rule)
    words = share_in_words(
        off_scale, laboratories, limit, "laboratories report total ALP on another scale than the others"
    )
    return Found(laboratories, off_scale, limit, words)


@judges("her2_results_differ")
def her2_results_differ(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of HER2 tests of which one part contradicts another to its limit."""
    tests, differing = one_row(
        whole.con,
        "select count(*), count(*) filter (where list_has_any(flags, $conflicts)"
        " and not list_contains(flags, 'her2_equivocal_reported_negative'))"
        " from core.her2_tests where not list_has_any(flags, $alone)",
        {"conflicts": HER2_CONFLICTS, "alone": HER2_ALONE},
    )
    limit = whole.limit_of(rule)
    if tests < rule.parameters["least_tests"]:
        return Found(0, 0, limit)
    words = share_in_words(differing, tests, limit, "HER2 tests are reported otherwise than IHC and ISH give")
    return Found(tests, differing, limit, words)


@judges("patient_delivered_twice")
def patient_delivered_twice(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of patients who have all days of another to its limit."""
    known, alike = whole.counts("patient_delivered_twice", rule)
    limit = whole.limit_of(rule)
    words = share_in_words(alike, known, limit, "patients have all days of another")
    return Found(known, alike, limit, words)


@judges("dates_on_one_day")
def dates_on_one_day(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's date columns whose dates are heaped to its limit."""
    judged, heaped = 0, {}
    is_many = whole.judged.of(rule.table).admitted >= rule.parameters["least_dates"]
    for column in delivered_columns(TABLES[rule.table].contract):
        if column.kind != "date" or not is_many:
            continue
        count, on_one_day_of_month, on_one_day = _heaps(whole, rule.table, column.name)
        if count < rule.parameters["least_dates"]:
            continue
        judged += 1
        if on_one_day_of_month > rule.parameters["most_on_one_day_of_month"] * count:
            share = 100 * on_one_day_of_month / count
            heaped[column.name] = f"{share:.1f} % of {column.name} on one day of the month"
        elif on_one_day > rule.parameters["most_on_one_day"] * count:
            heaped[column.name] = f"{100 * on_one_day / count:.1f} % of {column.name} on one day"
    words = f"of the dates of {rule.table} are {', '.join(heaped.values())}"
    return Found(judged, len(heaped), whole.limit_of(rule), words, tuple(heaped))


@judges("flag_widespread")
def flag_widespread(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of rows that the most widespread flag marks to its limit, and name all over it."""
    limit, least = whole.limit_of(rule), rule.parameters["least_rows"]
    found = [
        Found(
            count.judged,
            count.broken,
            max(limit, widest),
            f"{one.table}.{one.id}: {count.broken} of {count.judged}",
        )
        for one in RULES
        if one.severity == "flag"
        for widest in (one.law.widest if one.law.ordinary else 0.0,)
        for count in (whole.judged.of(one.table).counts.get(one.id, NOT_JUDGED),)
        if count.judged >= least and widest < 1
    ]
    if not found:
        return Found(0, 0, limit)
    most = max(found, key=lambda one: (one.is_over, one.broken / one.judged))
    words = ", ".join(one.words for one in found if one.is_over)
    return replace(most, words=f"flagged are over {100 * limit:g} % of the rows judged ({words})")


def _heaps(whole: WholeDelivery, table: str, column: str) -> tuple[int, int, int]:
    """Count a column's dates, those on its commonest day of the month, and those on its commonest day."""
    # Last contact on the delivery's day has a rule of its own, and that of the living is often known of one
    # day, on which they were looked up.
    day = whole.delivery.date
    if column == "last_contact_date":
        commonest = whole.con.execute(
            "select last_contact_date from core.patients where death_date is null"
            " group by last_contact_date order by count(*) desc, last_contact_date desc limit 1"
        ).fetchone()
        if commonest and 0 <= (day - commonest[0]).days <= LOOKED_UP_DAYS:
            day = commonest[0]
    given = {"day": day, "is_contact": column == "last_contact_date"}
    count, on_one_day_of_month, on_one_day = one_row(
        whole.con,
        "select coalesce(sum(n), 0), coalesce(max(of_month), 0), coalesce(max(n), 0)"
        " from (select n, sum(n) over (partition by day(one_day)) as of_month"
        f" from (select {quoted(column)} as one_day, count(*) as n from core.{quoted(table)}"
        f" where {quoted(column)} is not null and not ($is_contact and {quoted(column)} = $day)"
        f" and {ON_OWN_DAYS} group by all))",
        given,
    )
    return int(count), int(on_one_day_of_month), int(on_one_day)
