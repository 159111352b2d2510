"""What is counted while a delivery is judged, table by table.

Not here: counting it (`gate/one_table.py`), and what the counts lead to (`gate/decide.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bpp_etl.gate.decision import TableCount
from bpp_etl.reading.remembered import ReadDelivery


@dataclass(frozen=True)
class RuleCount:
    """How many rows a rule judged, and how many broke it."""

    judged: int = 0
    broken: int = 0


NOT_JUDGED = RuleCount()


@dataclass
class JudgedTable:
    """Counts of one table that was judged: its rows, breaches of each rule of rows, null words by column.

    `declared` has the rows that each declaration filled, by its mark.
    """

    table: str
    judged: int = 0
    admitted: int = 0
    ignored: int = 0
    broken_rows: int = 0
    counts: dict[str, RuleCount] = field(default_factory=dict)
    null_words: Mapping[str, int] = field(default_factory=dict)
    declared: Mapping[str, int] = field(default_factory=dict)


def added(parts: Sequence[JudgedTable]) -> JudgedTable:
    """Add up the counts of the parts of one table, no row of which is in two of them."""
    (name,) = {part.table for part in parts}
    return JudgedTable(
        name,
        judged=sum(part.judged for part in parts),
        admitted=sum(part.admitted for part in parts),
        ignored=sum(part.ignored for part in parts),
        broken_rows=sum(part.broken_rows for part in parts),
        counts={
            rule: RuleCount(
                sum(part.counts[rule].judged for part in parts),
                sum(part.counts[rule].broken for part in parts),
            )
            for rule in parts[0].counts
        },
        null_words=_summed([part.null_words for part in parts]),
        declared=_summed([part.declared for part in parts]),
    )


def _summed(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {name: sum(part.get(name, 0) for part in parts) for name in dict.fromkeys(chain(*parts))}


@dataclass
class JudgedDelivery:
    """Counts of a whole delivery; a table that could not be read has none.

    `drugs` has the drugs that lines of therapy were derived from, by what they are to them.
    """

    read: ReadDelivery
    tables: dict[str, JudgedTable] = field(default_factory=dict)
    drugs: Mapping[str, int] = field(default_factory=dict)

    def of(self, table: str) -> JudgedTable:
        """Return a table's counts, all zero where it was not judged."""
        return self.tables.get(table, JudgedTable(table))

    def rows_of(self, table: str, *, is_shut: bool = False) -> TableCount:
        """Say where the delivered rows of a table go, if the gate opens or is shut."""
        found = self.of(table)
        delivered = self.read.rows.get(table, 0)
        return TableCount(
            table=table,
            delivered=delivered,
            admitted=0 if is_shut else found.admitted,
            refused=delivered - found.ignored if is_shut else found.broken_rows,
            ignored=found.ignored,
            broken=found.broken_rows,
            refused_share_limit=self.read.config.limit(table),
        )
