"""What is counted while a delivery is judged, table by table.

Not here: counting it (`gate/one_table.py`), and what the counts lead to (`gate/decide.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bpp_etl.reading.delivery import ReadDelivery


@dataclass
class JudgedTable:
    """Counts of one table that was judged: its rows, and the breaches of each rule."""

    table: str
    judged: int = 0
    admitted: int = 0
    ignored: int = 0
    broken_rows: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    not_judged: set[str] = field(default_factory=set)
    flagged: dict[str, int] = field(default_factory=dict)
    flag_judged: int = 0


@dataclass
class JudgedDelivery:
    """Counts of a whole delivery; a table that could not be read has none."""

    read: ReadDelivery
    tables: dict[str, JudgedTable] = field(default_factory=dict)
    intervals: int = 0
    off_schedule: int = 0

    def of(self, table: str) -> JudgedTable:
        """Return a table's counts, all zero where it was not judged."""
        return self.tables.get(table, JudgedTable(table))
