"""What an adapter of documents makes of the text of one file, without a gate.

Not here: what must come out.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.description import SOURCE_ROWS
from bpp_etl.adapters.flat import lay_flat, places, shown_source
from bpp_etl.adapters.run import columns_made
from bpp_etl.adapters.tryout import made_of
from bpp_etl.warehouse.connection import in_memory

Row = dict[str, object]


def made(name: str, *texts: str) -> dict[str, list[Row]]:
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
    come_out = made_of(adapter, rows)
    return {
        table: [dict(zip(columns_made(adapter, table), row, strict=True)) for row in come_out.rows[table]]
        for table in (*adapter.tables, SOURCE_ROWS)
        if table in come_out.rows
    }


def counted(made_rows: dict[str, list[Row]]) -> dict[str, int]:
    """Return how many rows of sources there are of each meaning."""
    return {str(row["meaning"]): int(str(row["source_rows"])) for row in made_rows[SOURCE_ROWS]}
