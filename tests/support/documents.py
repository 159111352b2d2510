"""What an adapter of documents makes of the text of one file, without a gate.

Not here: what must come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.adapters.flat import lay_flat, places, shown_source
from bpp_etl.warehouse.connection import in_memory
from tests.support.adapted import Tables

Row = dict[str, Any]


def made(name: str, *texts: str) -> Tables:
    """Lay files flat one below the other, run the adapter; return the rows of each table, and the counts."""
    adapter = load_adapter(name)
    rows: dict[str, list[dict[str, str | None]]] = {source.name: [] for source in adapter.sources}
    with in_memory() as con, TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            path = Path(folder, f"{number}.xml")
            path.write_text(text, encoding="utf-8")
            lay_flat(con, f"flat_{number}", adapter, path)
            for source in adapter.sources:
                found = con.execute(f"{shown_source(source, f'flat_{number}')} order by rowid").fetchall()
                rows[source.name] += [dict(zip(places(source), row, strict=True)) for row in found]
    return Tables(adapter, rows)


def counted(made_rows: Mapping[str, list[Row]]) -> dict[str, int]:
    """Return how many rows of sources there are of each meaning."""
    return {str(row["meaning"]): int(str(row["source_rows"])) for row in made_rows[SOURCE_ROWS]}
