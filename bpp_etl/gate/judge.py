"""Judging a delivery that has been read: its tables, parents first, then what needs all of them.

What is found among the rows of each patient may be found part by part, and is put together by
`bpp_etl/shards`; what is concluded from it needs the whole delivery. Not here: judging one table
(`gate/one_table.py`), and what the counts lead to (`gate/decide.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bpp_etl.adapters import CANONICAL
from bpp_etl.gate.decide import decide
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.delivery_rule import NOTHING_KNOWN, Known, WholeDelivery
from bpp_etl.gate.derived_lines import with_derived_lines
from bpp_etl.gate.flags import WHOLE, Scope, flag_tables, flagged_together
from bpp_etl.gate.judged import JudgedDelivery, JudgedTable
from bpp_etl.gate.one_table import judge_table
from bpp_etl.gate.row_rules import ensure_judging_works
from bpp_etl.harmonise.relative_dates import find_day_zero, forget_day_zero
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.timeline.cadence import derive_cadence
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.side_by_side import side_by_side
from schemas.tables import TABLES, DeliveredTable


@dataclass(frozen=True)
class Part:
    """What judging some patients of a delivery needs to know of the others; by default there are no others.

    `shared_keys` names a relation for each table some of whose keys other patients have too: `duplicate_key`.
    """

    scope: Scope = WHOLE
    shared_keys: Mapping[str, str] = field(default_factory=dict)


ALL_OF_IT = Part()

Finding = Callable[[Connection, Delivery, ReadDelivery], JudgedDelivery]
"""Judges the rows of a delivery that lies in a working file; then `core` and `quarantine` hold them."""


def judge(
    con: Connection,
    delivery: Delivery,
    read: ReadDelivery,
    known: Known = NOTHING_KNOWN,
    finding: Finding | None = None,
) -> GateDecision:
    """Judge a delivery in its working file; then `core` holds what would be admitted, `quarantine` the rest.

    Nothing outside the working file changes, and no transaction is open: tables that do not depend on each
    other are judged side by side. `known` is what the warehouse holds, for rules that compare with it. The
    decision says whether the file may take the place of the registry's admitted one. `finding` judges the
    rows in the place of `find`, part by part.
    """
    return conclude(con, delivery, (finding or find)(con, delivery, read), known)


def find(con: Connection, delivery: Delivery, read: ReadDelivery, part: Part = ALL_OF_IT) -> JudgedDelivery:
    """Judge the rows of a delivery, or of a part of it, among each other; return what was counted.

    All rows of a patient are in one part, and so are all copies of a row.
    """
    for schema in ("core", "quarantine"):
        con.execute(f"create schema {schema}")
    ensure_judging_works()

    def judging(
        tables: Iterable[DeliveredTable], read: ReadDelivery
    ) -> Callable[[Connection], list[JudgedTable]]:
        return lambda own: [
            judge_table(own, table, delivery, read, part.shared_keys.get(table.name)) for table in tables
        ]

    roots, lines = _descent(TABLES.values())
    if read.config.dates is not None:
        # Whatever tables can be judged: without patients the gate is shut, and says so.
        find_day_zero(con, read.config, delivery.date)
    first = judging(roots, read)(con)
    # Lines of therapy may follow from drugs, once it is known whose.
    read, drugs = with_derived_lines(con, delivery, read)
    counted = JudgedDelivery(read, drugs=drugs)
    for judged in (first, *side_by_side(con, [judging(line, read) for line in lines])):
        counted.tables.update((found.table, found) for found in judged if found.table in read.rows)
    forget_day_zero(con)
    derive_cadence(con, delivery.registry, read.config.cadence, keep=True)
    flag(con, delivery, counted, part.scope)
    return counted


def flag(con: Connection, delivery: Delivery, counted: JudgedDelivery, scope: Scope) -> None:
    """Flag the admitted rows for what they are among the others of a scope, and count them."""

    def flagging(tables: list[JudgedTable]) -> Callable[[Connection], None]:
        return lambda own: flag_tables(own, tables, delivery, counted.read, scope)

    together = flagged_together(counted.tables.values(), scope)
    side_by_side(con, [flagging(tables) for tables in together])


def conclude(
    con: Connection, delivery: Delivery, counted: JudgedDelivery, known: Known = NOTHING_KNOWN
) -> GateDecision:
    """Decide on a whole delivery whose rows were judged, and lie in `core` and `quarantine`."""
    if counted.read.config.format != CANONICAL:
        _number_by_source(con, counted.tables)
    decision = decide(WholeDelivery(con, delivery, counted, known))
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


def _number_by_source(con: Connection, tables: Iterable[str]) -> None:
    """Number the admitted rows as in their source, now that no rule needs the number to know a row by."""
    for table in map(quoted, tables):
        con.execute(
            f"update core.{table} as kept set row_number = raw.source_row_number"
            f" from raw.{table} as raw where raw.row_number = kept.row_number"
        )
