"""Flagging admitted rows: what a row earns among the others, and writing any flag on its row.

Not here: which rows break a rule by themselves (`gate/row_rules.py`), and flags that only annotate, which the
SQL of their table sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bpp_etl.gate.judged import JudgedTable, RuleCount
from bpp_etl.gate.row_numbers import Numbers, select_numbers, shown
from bpp_etl.gate.select_rules import breaking, stood_on
from bpp_etl.gate.time_rules import out_of_order
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import Connection, count_of, one_row, quoted
from bpp_etl.warehouse.parsed import parsed
from schemas.declared_laws import DAY_ZERO
from schemas.laws import DeclaredLaw, Law, SelectLaw, TimeLaw
from schemas.rules import rules_of


@dataclass(frozen=True)
class Scope:
    """Of which rows there are: all of a delivery, all rows of some of its patients, or both one after other.

    Laws that hold patients to each other are judged where all are there: in a whole delivery, or once its
    parts are put together (`is_whole`), and the others among the rows of each patient (`is_apart`).
    `with_rows` names the tables with admitted rows in the whole delivery, where that is more than is there.
    """

    is_apart: bool = True
    is_whole: bool = True
    with_rows: frozenset[str] | None = None

    def is_judged(self, law: Law) -> bool:
        """Say whether a law is judged among these rows."""
        is_across = isinstance(law, SelectLaw) and law.across_patients
        return self.is_whole if is_across else self.is_apart


WHOLE = Scope()


def is_flagged_later(law: Law) -> bool:
    """Say whether a law that flags looks at other rows, which must all have been judged by then."""
    return isinstance(law, SelectLaw | TimeLaw)


def flagged_together(tables: Iterable[JudgedTable], among: Scope = WHOLE) -> list[list[JudgedTable]]:
    """Put tables together whose rules stand on the same relations, so that each is worked out once."""
    groups: list[tuple[set[str], list[JudgedTable]]] = []
    for judged in tables:
        if not (laws := _flagging(judged, among)):
            continue
        names = {name for law in laws if isinstance(law, SelectLaw) for name in law.stands_on}
        for standing, group in groups:
            if standing & names:
                standing.update(names)
                group.append(judged)
                break
        else:
            groups.append((names, [judged]))
    return [group for _, group in groups]


def flag_tables(
    con: Connection,
    tables: Sequence[JudgedTable],
    delivery: Delivery,
    read: ReadDelivery,
    among: Scope = WHOLE,
) -> None:
    """Flag the admitted rows of tables for what they are among all admitted rows, and count them."""
    laws = [law for judged in tables for law in _flagging(judged, among)]
    with stood_on(con, laws, delivery, read.config.stated):
        for judged in tables:
            _flag_table(con, judged, delivery, read, among)


def _flagging(judged: JudgedTable, among: Scope) -> list[Law]:
    """List the laws that flag a table's rows for what they are among others, of those that are judged."""
    laws = [rule.law for rule in rules_of(judged.table) if rule.severity == "flag"]
    return [law for law in laws if is_flagged_later(law) and among.is_judged(law)]


def _flag_table(
    con: Connection, judged: JudgedTable, delivery: Delivery, read: ReadDelivery, among: Scope
) -> None:
    # Where another table that a rule looks at was not delivered, or has no row left that it needs, the rule
    # is not judged.
    laws, relation = _flagging(judged, among), f"core.{quoted(judged.table)}"
    con.execute("create or replace temp table earned (rule varchar, row_number bigint)")
    judged_rows: dict[str, int] = {}
    for law in laws:
        if isinstance(law, SelectLaw) and all(_has_rows(con, table, among) for table in law.needs):
            numbers, asked = breaking(con, law, delivery, read.config.stated), law.among
        elif isinstance(law, TimeLaw) and law.other_table in read.rows:
            numbers, asked = out_of_order(con, relation, law), "true"
        else:
            continue
        if numbers.len():
            with shown(con, "newly_earned", numbers.to_frame()):
                con.execute(
                    "insert into temp.earned select $rule, row_number from newly_earned", {"rule": law.id}
                )
        if asked not in judged_rows:
            judged_rows[asked] = count_of(con, f"select count(*) from {relation} where {asked}")
        judged.counts[law.id] = RuleCount(judged_rows[asked], numbers.n_unique())
    if any(judged.counts[law.id].broken for law in laws if law.id in judged.counts):
        add_flags(con, relation, "temp.earned")
    con.execute("drop table temp.earned")


def _has_rows(con: Connection, table: str, among: Scope) -> bool:
    if among.with_rows is not None:
        return table in among.with_rows
    return count_of(con, f"select count(*) from (select 1 from core.{quoted(table)} limit 1)") > 0


def add_flags(con: Connection, relation: str, earned: str) -> dict[str, int]:
    """Write the rules that rows have `earned` (rule, row_number) on them; return how many rows each flags."""
    flagged = rows_by_rule(con, earned)
    if flagged:
        con.execute(
            f"""
            update {relation} as kept set flags = list_sort(list_concat(kept.flags, earned.rules))
            from (select row_number, list(distinct rule) as rules from {earned} group by row_number) as earned
            where earned.row_number = kept.row_number
            """
        )
    return flagged


def rows_by_rule(con: Connection, broken: str) -> dict[str, int]:
    """Count the rows of each rule in a relation of rules and row numbers."""
    counting = parsed(con, f"select rule, count(distinct row_number) from {broken} group by rule")
    return dict(con.execute(counting).fetchall())


def on_own_days(con: Connection, relation: str, numbers: Numbers) -> Numbers:
    """Leave out the rows whose day zero stands in: no rule of the calendar judges them."""
    with shown(con, "found_rows", numbers.alias("row_number").to_frame()):
        return select_numbers(
            con,
            f"select row_number from {relation} semi join found_rows using (row_number)"
            f" where not list_contains(flags, '{DAY_ZERO}')",
        )


def rows_declared(con: Connection, table: str, relation: str) -> dict[str, int]:
    """Count the rows of a relation that registry.toml filled, by the flag that they bear for it."""
    flags = [
        rule.id for rule in rules_of(table) if isinstance(rule.law, DeclaredLaw) and rule.severity == "flag"
    ]
    counts = ", ".join(f"count(*) filter (list_contains(flags, '{flag}'))" for flag in flags)
    return dict(zip(flags, one_row(con, f"select {counts} from {relation}"), strict=True))
