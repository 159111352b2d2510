"""Judging a delivery that has been read: its tables, parents first, then the cadence over all of them.

Not here: judging one table (`gate/one_table.py`), and what the counts lead to (`gate/decide.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bpp_etl.gate.decide import decide
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.judged import JudgedDelivery, JudgedTable
from bpp_etl.gate.one_table import judge_table
from bpp_etl.gate.row_rules import ensure_judging_works
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.delivery import ReadDelivery
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection, one_row, quoted, side_by_side
from schemas.tables import TABLES, DeliveredTable


def judge(con: Connection, delivery: Delivery, read: ReadDelivery) -> GateDecision:
    """Judge a delivery in its working file; then `core` holds what would be admitted, `quarantine` the rest.

    Nothing outside the working file changes, and no transaction is open: tables that do not depend on each
    other are judged side by side. The decision says whether the file may take the place of the registry's
    admitted one.
    """
    for schema in ("core", "quarantine"):
        con.execute(f"create schema {schema}")
    ensure_judging_works(TABLES["patients"])

    def judging(tables: Iterable[DeliveredTable]) -> Callable[[Connection], list[JudgedTable]]:
        return lambda own: [judge_table(own, table, delivery, read) for table in tables]

    counted = JudgedDelivery(read)
    roots, lines = _descent(TABLES.values())
    for judged in (judging(roots)(con), *side_by_side(con, [judging(line) for line in lines])):
        counted.tables.update((found.table, found) for found in judged if found.table in read.rows)
    derive_cadence(con, delivery.registry, keep=True)
    counted.intervals, counted.off_schedule = _cadence_counts(con)
    decision = decide(delivery, counted)
    if not decision.is_open:
        for table in TABLES.values():
            con.execute(
                f"update quarantine.{quoted(table.name)} set delivery_status = $s", {"s": decision.status}
            )
    return decision


def _descent(
    tables: Iterable[DeliveredTable],
) -> tuple[list[DeliveredTable], list[list[DeliveredTable]]]:
    """Split tables, which come parents first, into those without parent and lines of descent from them."""
    roots: list[DeliveredTable] = []
    lines: list[list[DeliveredTable]] = []
    for table in tables:
        if table.parent is None:
            roots.append(table)
            continue
        parent = table.parent.table
        own = [line for line in lines if any(one.name == parent for one in line)]
        if own:
            own[0].append(table)
        else:
            lines.append([table])
    return roots, lines


def _cadence_counts(con: Connection) -> tuple[int, int]:
    intervals, off_schedule = one_row(
        con,
        "select count(*), count(*) filter (where cadence_class <> 'on_time')"
        " from core.assessment_cadence where line_number = 1",
    )
    return int(intervals), int(off_schedule)
