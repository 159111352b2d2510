"""How many rows each declaration of registry.toml filled, renamed or recoded, counted once for all rules.

Not here: which of them is amiss (`gate/unused.py`), and counting cells (`gate/recoded.py`).
"""

from __future__ import annotations

from bpp_etl.gate.decision import DeclaredRows
from bpp_etl.gate.delivery_rule import WholeDelivery
from bpp_etl.gate.recoded import RecodedColumn, recoded
from bpp_etl.landing.declared import declarations, renames


def declared_rows(whole: WholeDelivery) -> tuple[DeclaredRows, ...]:
    """Count the rows of all that is declared: names of columns and codes first, then what fills rows."""
    read = whole.judged.read
    named = (
        DeclaredRows(one, read.renamed.get(one.table, {}).get(one.theirs, 0)) for one in renames(read.config)
    )
    coded = (
        DeclaredRows(one, cells)
        for column in whole.once(recoded_columns)
        for one, cells in column.cells.items()
    )
    filled = (
        DeclaredRows(one, rows)
        for one in declarations(read.config)
        for rows in (whole.judged.of(one.table).declared.get(one.mark, 0),)
        if rows or one.is_told_empty
    )
    return (*named, *coded, *filled)


def recoded_columns(whole: WholeDelivery) -> tuple[RecodedColumn, ...]:
    """Count what [recode] recoded in this delivery."""
    return recoded(whole.con, whole.judged.read)
