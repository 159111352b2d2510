"""Accounts of what an adapter makes: rows that lead nowhere, and rows of sources that nobody counts.

Not here: which rows an adapter is tried on (`adapters/conformance.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bpp_etl.adapters.description import SOURCE_ROWS, Adapter
from bpp_etl.adapters.tryout import Made, Rows, file_of, numbers_of


def counted(made: Made, *, is_used: bool = False) -> Counter[str]:
    """Sum what is counted of each source; `is_used` leaves out what comes into no table."""
    told: Counter[str] = Counter()
    for source, _, table, number in made.rows[SOURCE_ROWS]:
        if table is not None or not is_used:
            told[str(source)] += number if isinstance(number, int) else 0
    return told


def astray(adapter: Adapter, rows: Rows, made: Made) -> Iterator[str]:
    """Tell of each table how many of its rows lead to no row of its sources."""
    numbers = numbers_of(adapter, rows)
    for table, named in adapter.derived_from.items():
        there = {(number, file_of(source)) for source in named for number in numbers.get(source, ())}
        if lost := len(made.leads(table) - there):
            yield f"{table}.sql: {lost} rows lead to no row of {listed(named)}"


def miscounted(adapter: Adapter, rows: Rows, made: Made) -> Iterator[str]:
    """Tell of each source where its count is wrong, or where it is said to come into the wrong table."""
    told, used = counted(made), counted(made, is_used=True)
    for source in sorted(rows.keys() | told.keys()):
        delivered = len(rows.get(source, ()))
        if told[source] != delivered:
            yield f"{SOURCE_ROWS}.sql counts {told[source]} rows of {source}, of {delivered} delivered"
        led = {lead for table in adapter.tables for lead in made.leads(table) if lead[1] == file_of(source)}
        if len(led) > used[source]:
            yield (
                f"{SOURCE_ROWS}.sql has {used[source]} rows of {source} come into tables,"
                f" to which {len(led)} of its rows lead"
            )
    for origin, _, table, _ in made.rows[SOURCE_ROWS]:
        if table is not None and origin not in adapter.derived_from.get(str(table), ()):
            yield f"{SOURCE_ROWS}.sql has rows of {origin} come into {table}, which does not come from it"


def listed(names: Iterable[str]) -> str:
    """List names in their order."""
    return ", ".join(sorted(names))
