"""Writes rows of a dataset as text, cell by cell as they are: tabs for cBioPortal, commas for OMOP.

Not here: which rows and columns (`dataset.py`, `cells.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bpp_etl.export.cells import shaped
from bpp_etl.export.dataset import Dataset
from bpp_etl.warehouse.connection import Connection, literal, one_row

TABS = "delimiter '\t', quote '', escape ''"
"""No cell is quoted: none holds a tab or an end of line (`on_one_line` of `cells.py`)."""
COMMAS = "delimiter ','"


def write_rows(
    con: Connection, dataset: Dataset, path: Path, how: str, head: str, registry: str | None = None
) -> int:
    """Write a dataset, whose rows stand in a temporary table, below a head; return how many there are.

    Where a registry is named, its rows alone: the table then has a column of that name.
    """
    rows = path.with_name(f".{path.name}.rows")
    select = shaped(dataset)
    if registry is not None:
        select += f" where registry = {literal(registry)}"
    (written,) = one_row(
        con, f"copy ({select}) to {literal(str(rows))} (format csv, header false, nullstr '', {how})"
    )
    with path.open("wb") as whole:
        whole.write(head.encode())
        if rows.exists():
            with rows.open("rb") as part:
                shutil.copyfileobj(part, whole, 1 << 20)
    rows.unlink(missing_ok=True)
    return int(written)
