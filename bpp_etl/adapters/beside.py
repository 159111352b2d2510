"""What a side table, a canonical file beside an adapter's own, does there, table by table.

Not here: doing it, which is `bpp_etl/reading/side_tables.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpp_etl.adapters.description import Adapter
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE, DRUGS

COMPLETES = "completes rows of the same key, and adds others"
ADDS = "adds rows"
BRINGS = "brings the table, which the format lacks"


@dataclass(frozen=True)
class Beside:
    """One side table: the columns that name its rows, what it does, and those that nothing else fills."""

    table: str
    key: tuple[str, ...]
    does: str
    never_filled: tuple[str, ...]
    is_for_lines: bool


def side_tables_of(adapter: Adapter) -> tuple[Beside, ...]:
    """Say of each table that may be delivered what it does beside the adapter's files."""
    found = []
    for table in DELIVERABLE.values():
        key = table.delivered_key
        does = BRINGS if table.name not in adapter.tables else COMPLETES if key else ADDS
        never = never_filled(adapter, table.name) if does == COMPLETES else ()
        found.append(Beside(table.name, key, does, never, table is DRUGS))
    return tuple(found)


def never_filled(adapter: Adapter, table: str) -> tuple[str, ...]:
    """Name the columns of a table that its SELECT states as NULL, whatever is delivered."""
    text = adapter.tables[table]
    selects = 1 + len(re.findall(r"\bunion\b", text))
    names = re.findall(r"cast\(null as varchar\) as (\w+)", text)
    return tuple(
        column.name
        for column in delivered_columns(DELIVERABLE[table].contract)
        if names.count(column.name) == selects
    )
