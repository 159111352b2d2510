"""The functions that judge files, tables and the delivery as a whole, one for each rule.

Not here: whether values and days can be true (`gate/rules_of_record.py`), the rules' declarations
(`schemas/delivery_laws.py`), and what a breach leads to (`gate/decide.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bpp_etl.adapters import CANONICAL
from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.gate.schedule_found import median_of, schedule_found, share_off
from bpp_etl.pages.plain_text import counted as counted_in_words
from bpp_etl.warehouse.connection import one_row
from schemas.cadence import CYCLES_PER_INTERVAL, TOLERANCE_DAYS
from schemas.laws import DELIVERY
from schemas.rules import Rule
from schemas.tables import TABLES


@judges(
    "column_missing",
    "column_duplicated",
    "file_unreadable",
    "file_ambiguous",
    "file_outside_landing",
    "file_changed_while_read",
    "configuration_invalid",
    "pseudonym_key_differs",
)
def problems_of_files(whole: WholeDelivery, rule: Rule) -> Found:
    """Count what was seen while the files were read; a file that was delivered was judged."""
    found = [
        problem
        for problem in whole.judged.read.problems
        if (problem.table, problem.rule) == (rule.table, rule.id)
    ]
    broken = sum(problem.count for problem in found)
    is_delivered = rule.table == DELIVERY or rule.table in whole.judged.read.rows
    words = "; ".join(problem.message for problem in found)
    columns = tuple(dict.fromkeys(column for problem in found for column in problem.columns))
    return Found(max(broken, int(is_delivered)), broken, words=words, columns=columns)


@judges("table_missing")
def table_missing(whole: WholeDelivery, rule: Rule) -> Found:
    """Count a table that is not there; one that need not be is not judged."""
    if rule.table in TABLES and not TABLES[rule.table].is_required:
        return Found(0, 0)
    return problems_of_files(whole, rule)


@judges("required_table_empty")
def required_table_empty(whole: WholeDelivery, rule: Rule) -> Found:
    """Count a table that was judged and of which no row is left."""
    is_judged = rule.table in whole.judged.tables
    is_empty = is_judged and whole.judged.of(rule.table).admitted == 0
    return Found(int(is_judged), int(is_empty), words=_why_empty(whole, rule.table) if is_empty else "")


def _why_empty(whole: WholeDelivery, table: str) -> str:
    """Tell rows that were refused from rows that never came, which no correction of rows brings."""
    if whole.judged.of(table).judged > 0:
        return f"no row of {table} survives"
    drugs = {meaning: rows for meaning, rows in whole.judged.drugs.items() if rows}
    if table == "therapy_lines" and drugs:
        told = ", ".join(f"{meaning} {rows}" for meaning, rows in drugs.items())
        return f"no line of therapy follows from the drugs: {told}"
    return _has_no_row(whole, table)


def _has_no_row(whole: WholeDelivery, table: str) -> str:
    if whole.judged.read.config.format != CANONICAL:
        return f"nothing in this {whole.judged.read.config.format} export makes a row of {table}"
    return f"{table} has no row"


@judges("refused_share_exceeded")
def refused_share_exceeded(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of refused rows to the table's limit."""
    found, limit = whole.judged.of(rule.table), whole.limit_of(rule)
    words = share_in_words(found.broken_rows, found.judged, limit, f"rows of {rule.table} are refused")
    return Found(found.judged, found.broken_rows, limit, words)


@judges("rows_not_conserved")
def rows_not_conserved(whole: WholeDelivery, rule: Rule) -> Found:
    """Count a table whose rows do not add up."""
    is_judged = rule.table in whole.judged.tables
    is_lost = is_judged and not whole.judged.rows_of(rule.table).is_conserved
    return Found(int(is_judged), int(is_lost), words=f"rows of {rule.table} were lost or made")


@judges("nothing_used")
def nothing_used(whole: WholeDelivery, rule: Rule) -> Found:
    """Count an optional table that was delivered and judged, and of which no row is left."""
    found = whole.judged.of(rule.table)
    is_judged = rule.table in whole.judged.tables
    words = f"no row of {rule.table} counts: {found.broken_rows} are refused"
    if rule.table == "lab_results":
        words += f", {found.ignored} of other analytes"
    if not found.judged and not found.ignored:
        words = _has_no_row(whole, rule.table)
    is_unused = is_judged and found.admitted == 0
    return Found(int(is_judged), int(is_unused), whole.limit_of(rule), words)


@judges("side_table_key_unknown")
def side_table_key_unknown(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a side table's rows whose key the source lacks to its limit."""
    found = [one for one in whole.judged.read.side_tables if one.table == rule.table and one.source_rows]
    rows, strangers = sum(one.rows for one in found), sum(one.strangers for one in found)
    limit = whole.limit_of(rule)
    what = f"rows of the side table {rule.table} are of a key that the source lacks, and were added"
    return Found(rows, strangers, limit, share_in_words(strangers, rows, limit, what))


@judges("file_not_read")
def file_not_read(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of files that nothing reads to its limit; a folder or a sheet counts as one."""
    unread, limit = len(whole.judged.read.unknown_files), whole.limit_of(rule)
    files = whole.judged.read.files + unread
    return Found(files, unread, limit, share_in_words(unread, files, limit, "files are read by nothing"))


@judges("erased_patient_delivered")
def erased_patient_delivered(whole: WholeDelivery, rule: Rule) -> Found:
    """Count the rows that are left out since their patients were erased; nothing is judged where none is."""
    read = whole.judged.read
    rows = sum(read.left_out.values())
    tables = ", ".join(f"{number} of {table}" for table, number in sorted(read.left_out.items()))
    words = f"rows of patients who were erased are delivered again, and left out: {tables}"
    return Found(rows + sum(read.rows.values()) if rows else 0, rows, whole.limit_of(rule), words)


@judges("waiver_expired")
def waiver_expired(whole: WholeDelivery, rule: Rule) -> Found:
    """Count the waivers that ended before the delivery's day."""
    waivers = whole.judged.read.config.accept.values()
    ended = [
        f"[accept.{one.rule}] ended on {one.until}"
        for one in waivers
        if not one.holds_on(whole.delivery.date)
    ]
    return Found(len(waivers), len(ended), whole.limit_of(rule), "; ".join(ended))


@judges("cadence_not_kept")
def cadence_not_kept(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of first-line CT intervals that are off schedule to its limit."""
    intervals, off_schedule = one_row(
        whole.con,
        "select count(*), count(*) filter (where cadence_class <> 'on_time')"
        " from core.assessment_cadence where line_number = 1",
    )
    limit = whole.limit_of(rule)
    words = share_in_words(off_schedule, intervals, limit, "first-line CT intervals are off schedule")
    found = Found(intervals, off_schedule, limit, words)
    return replace(found, words=f"{words}; {_schedule_in_words(whole)}") if found.is_over else found


def _schedule_in_words(whole: WholeDelivery) -> str:
    """Say what was expected, what the intervals are like, and the lines that would state it."""
    patients, least, most = one_row(
        whole.con,
        "select count(distinct patient_id), min(expected_interval_days), max(expected_interval_days)"
        " from core.assessment_cadence where line_number = 1",
    )
    counted = whole.con.execute(
        "select place, interval_days, count(*) from ("
        " select interval_days, row_number() over (partition by patient_id order by time_point_date) as place"
        " from core.assessment_cadence where line_number = 1) group by all"
    ).fetchall()
    places: list[dict[int, int]] = [{} for _ in range(max(place for place, _, _ in counted))]
    everywhere: Counter[int] = Counter()
    for place, days, count in counted:
        places[place - 1][days] = count
        everywhere[days] += count
    stated = schedule_found(places)
    days = f"{least}" if least == most else f"{least} to {most}"
    by = "[cadence]" if whole.judged.read.config.cadence.interval_days else f"{CYCLES_PER_INTERVAL} cycles"
    return (
        f"they are of {counted_in_words(patients, 'patient')}, and expected after {days} days ({by}), give or"
        f" take {TOLERANCE_DAYS}; their median is {median_of(everywhere)} days:"
        f" [cadence] {stated.in_words()} would state them,"
        f" {100 * share_off(places, stated):.1f} % off schedule"
    )


@judges("sex_implausible")
def sex_implausible(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of male patients to its limit."""
    patients, male = one_row(
        whole.con, "select count(*), count(*) filter (where sex = 'male') from core.patients"
    )
    limit = whole.limit_of(rule)
    if male == 1:
        return Found(patients, 0, limit)
    return Found(patients, male, limit, share_in_words(male, patients, limit, "patients are male"))
