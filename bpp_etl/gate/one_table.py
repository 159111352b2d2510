"""Judging one delivered table: stage, judge each row, refuse, quarantine, flag, count.

Not here: in which order the tables are judged (`gate/judge.py`), and what the counts lead to
(`gate/decide.py`).
"""

from __future__ import annotations

from bpp_etl.gate.broken_cells import broken_columns, expect_cells, find_cells, forget_cells, note_cells
from bpp_etl.gate.flags import add_flags, is_flagged_later, on_own_days, rows_by_rule, rows_declared
from bpp_etl.gate.judged import JudgedTable, RuleCount
from bpp_etl.gate.row_numbers import Numbers, select_numbers, shown
from bpp_etl.gate.row_rules import Break, judge_rows
from bpp_etl.gate.select_rules import breaking, stood_on
from bpp_etl.gate.set_rules import duplicate_keys, duplicate_rows, of_keys, rows_alike, without_parent
from bpp_etl.gate.stage import stage, stage_nothing
from bpp_etl.gate.time_rules import out_of_order
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.raw_tables import IS_MISALIGNED
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from bpp_etl.warehouse.ddl import create_table
from schemas.codes import Severity
from schemas.contract import delivered_columns
from schemas.laws import SelectLaw, TimeLaw
from schemas.quarantine import quarantine_contract
from schemas.rules import rule_of, rules_of
from schemas.tables import DeliveredTable


def judge_table(
    con: Connection,
    table: DeliveredTable,
    delivery: Delivery,
    read: ReadDelivery,
    shared_keys: str | None = None,
) -> JudgedTable:
    """Put a table's rows into `core` or `quarantine`, and count what was found.

    Its parent has been judged. `shared_keys` has the keys of which rows are judged elsewhere as well. What is
    noted on the way lies in temporary tables of the connection, so that other tables may be judged beside it.
    Flags that need other tables are left to `gate/flags.py`.
    """
    con.execute("create or replace temp table broken (rule varchar, severity varchar, row_number bigint)")
    expect_cells(con)
    outcome = JudgedTable(table.name)
    if table.name in read.rows:
        _judge(con, table, delivery, read, outcome, shared_keys)
    else:
        stage_nothing(con, table)
    create_table(con, "quarantine", table.name, quarantine_contract(table.name))
    if outcome.broken_rows:
        _quarantine(con, table)
    con.execute("drop table temp.broken")
    forget_cells(con)
    return outcome


def _judge(
    con: Connection,
    table: DeliveredTable,
    delivery: Delivery,
    read: ReadDelivery,
    outcome: JudgedTable,
    shared_keys: str | None,
) -> None:
    relation = f"core.{quoted(table.name)}"
    staged = stage(con, table, read.config, delivery)
    outcome.ignored, outcome.declared = staged.ignored, staged.declared
    outcome.null_words = staged.null_words
    # What no row broke is neither counted nor acted on: most deliveries are sound.
    seen: set[Severity] = set()

    def broke(rule: str, row_numbers: Numbers, column: str = "") -> None:
        row_numbers = _concerned(con, table, read, rule, row_numbers)
        if row_numbers.len() == 0:
            return
        severity = rule_of(table.name, rule).severity
        seen.add(severity)
        told = {"rule": rule, "severity": severity}
        with shown(con, "newly_broken", row_numbers.alias("row_number").to_frame()):
            con.execute("insert into temp.broken select $rule, $severity, row_number from newly_broken", told)
            if column and severity == "refuse":
                note_cells(con, rule, column, "newly_broken")

    refusing = [rule.law for rule in rules_of(table.name) if rule.severity == "refuse"]
    not_judged: set[str] = set()
    outcome.judged = judge_rows(con, table, relation, delivery.date, broke)
    outcome.judged += _judge_lines(con, table, broke)
    _judge_copies(con, table, relation, broke, shared_keys)
    if table.parent is not None:
        if table.parent.table in read.rows:
            broke(table.parent.rule, without_parent(con, table, relation))
        else:
            not_judged.add(table.parent.rule)
    for law in refusing:
        if isinstance(law, TimeLaw):
            if law.other_table in read.rows:
                broke(law.id, out_of_order(con, relation, law))
            else:
                not_judged.add(law.id)
    if "refuse" in seen:
        find_cells(con, table, read.config, delivery.date)
        _refuse(con, relation)
    # All of these look at the same rows: none refuses any before the others have looked.
    stated = read.config.stated
    with stood_on(con, refusing, delivery, stated):
        among = [
            (law.id, breaking(con, law, delivery, stated)) for law in refusing if isinstance(law, SelectLaw)
        ]
    for rule, row_numbers in among:
        broke(rule, row_numbers)
    if among and "refuse" in seen:
        _refuse(con, relation)
    con.execute(f"alter table {relation} drop column problems")
    outcome.admitted = count_of(con, f"select count(*) from {relation}")
    broken: dict[str, int] = {}
    if "refuse" in seen:
        outcome.broken_rows = count_of(
            con, "select count(distinct row_number) from temp.broken where severity = 'refuse'"
        )
        broken = rows_by_rule(con, "(from temp.broken where severity = 'refuse')")
    outcome.counts = {
        law.id: RuleCount(outcome.judged, broken.get(law.id, 0))
        for law in refusing
        if law.id not in not_judged
    }
    _flag(con, relation, outcome, is_any="flag" in seen)


def _judge_lines(con: Connection, table: DeliveredTable, broke: Break) -> int:
    """Judge the lines of csv, of which the others are rows by now; return how many are none."""
    misaligned = select_numbers(con, f"select row_number from raw.{quoted(table.name)} where {IS_MISALIGNED}")
    broke("field_count_differs", misaligned)
    return misaligned.len()


def _judge_copies(
    con: Connection, table: DeliveredTable, relation: str, broke: Break, shared_keys: str | None
) -> None:
    """Judge rows that say the same as others, or something else under the same key."""
    with rows_alike(con, table, relation) as are_any:
        if are_any:
            broke("duplicate_row", duplicate_rows(con, table, relation))
            broke("duplicate_key", duplicate_keys(con, table, relation))
    if shared_keys is not None:
        broke("duplicate_key", of_keys(con, table, relation, shared_keys))


def _concerned(
    con: Connection, table: DeliveredTable, read: ReadDelivery, rule: str, row_numbers: Numbers
) -> Numbers:
    """Leave out the rows of which a rule of the calendar says nothing."""
    stands_in = read.config.dates is not None and read.config.dates.day_zero is not None
    if not stands_in or row_numbers.len() == 0 or not rule_of(table.name, rule).law.is_of_calendar:
        return row_numbers
    return on_own_days(con, f"core.{quoted(table.name)}", row_numbers)


def _flag(con: Connection, relation: str, outcome: JudgedTable, *, is_any: bool) -> None:
    """Flag the admitted rows for what they are by themselves, and count every flag that they have by now."""
    earned = f"(from temp.broken semi join {relation} using (row_number) where severity = 'flag')"
    flagged = add_flags(con, relation, earned) if is_any else {}
    if outcome.declared:
        flagged |= rows_declared(con, outcome.table, relation)
    outcome.counts |= {
        rule.id: RuleCount(outcome.admitted, flagged.get(rule.id, 0))
        for rule in rules_of(outcome.table)
        if rule.severity == "flag" and not is_flagged_later(rule.law)
    }


def _refuse(con: Connection, relation: str) -> None:
    con.execute(
        f"delete from {relation} where row_number in"
        " (select row_number from temp.broken where severity = 'refuse')"
    )


def _quarantine(con: Connection, table: DeliveredTable) -> None:
    """Keep the refused rows as delivered; a delivery counts as admitted until the decision on all of it."""
    columns = ", ".join(f"raw.{quoted(column.name)}" for column in delivered_columns(table.contract))
    con.execute(
        f"""
        insert into quarantine.{quoted(table.name)}
        select raw.registry, raw.delivery, 'admitted', raw.file, raw.file_row_number,
            broke.broken_rules, coalesce(about.broken_columns, []), {columns}
        from raw.{quoted(table.name)} as raw
        join (
            select row_number, list_sort(list_distinct(list(rule))) as broken_rules
            from temp.broken where severity = 'refuse' group by row_number
        ) as broke on broke.row_number = raw.row_number
        left join ({broken_columns(table)}) as about on about.row_number = raw.row_number
        order by raw.row_number
        """
    )
