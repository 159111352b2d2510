"""Runs a shipped adapter over a few literal rows, to see what becomes of each.

Not here: assertions, and whole deliveries (`gating.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.description import SOURCE_ROWS, Adapter
from bpp_etl.adapters.run import columns_made
from bpp_etl.adapters.settings import SettingRow
from bpp_etl.adapters.tryout import made_of

Record = Mapping[str, str | None]


class Tables(Mapping[str, list[dict[str, Any]]]):
    """The rows of each table by column, in the order of the rows that they come from.

    Made when they are asked for, and no other table with them: most tests look at one.
    """

    def __init__(
        self, adapter: Adapter, sources: Mapping[str, Sequence[Record]], settings: Sequence[SettingRow] = ()
    ) -> None:
        self._adapter, self._sources, self._settings = adapter, sources, settings
        self._names = (*adapter.tables_from(tuple(sources)), SOURCE_ROWS)
        self._made: dict[str, list[dict[str, Any]]] = {}

    def __getitem__(self, table: str) -> list[dict[str, Any]]:
        if table not in self._names:
            raise KeyError(table)
        if table not in self._made:
            rows = made_of(self._adapter, self._sources, self._settings, only=table).rows[table]
            named = (dict(zip(columns_made(self._adapter, table), row, strict=True)) for row in rows)
            self._made[table] = sorted(named, key=lambda row: row.get("row_number") or 0)
        return self._made[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def made(adapter: str, settings: Sequence[SettingRow] = (), **sources: Sequence[Record]) -> Tables:
    """Run an adapter over literal rows of its sources."""
    return Tables(load_adapter(adapter), sources, settings)


def meanings(
    adapter: str, settings: Sequence[SettingRow] = (), **sources: Sequence[Record]
) -> dict[tuple[str, str, str | None], int]:
    """Return how many rows of each source have each meaning, and the table that they come into."""
    told = made(adapter, settings, **sources)[SOURCE_ROWS]
    return {
        (str(row["source"]), str(row["meaning"]), row["table_name"]): row["source_rows"]
        for row in told
        if row["source_rows"]
    }
