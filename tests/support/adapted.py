"""Runs a shipped adapter over a few literal rows, to see what becomes of each.

Not here: assertions, and whole deliveries (`gating.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.adapters.run import columns_made
from bpp_etl.adapters.settings import SettingRow
from bpp_etl.adapters.tryout import Made, made_of

Record = Mapping[str, str | None]


def made(
    adapter: str, settings: Sequence[SettingRow] = (), **sources: Sequence[Record]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table by column, in the order of the rows that they come from."""
    told = _made(adapter, settings, sources)
    return {
        table: sorted(
            (dict(zip(columns_made(load_adapter(adapter), table), row, strict=True)) for row in rows),
            key=lambda row: row.get("row_number", 0),
        )
        for table, rows in told.rows.items()
    }


def meanings(
    adapter: str, settings: Sequence[SettingRow] = (), **sources: Sequence[Record]
) -> dict[tuple[str, str, str | None], int]:
    """Return how many rows of each source have each meaning, and the table that they come into."""
    rows = _made(adapter, settings, sources).rows[SOURCE_ROWS]
    return {(str(source), str(meaning), table): number for source, meaning, table, number in rows if number}


def _made(adapter: str, settings: Sequence[SettingRow], sources: Mapping[str, Sequence[Record]]) -> Made:
    return made_of(load_adapter(adapter), sources, settings)
