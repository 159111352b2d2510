"""The functions that judge what registry.toml declares by what becomes of it.

Not here: finding what comes to nothing (`gate/unused.py`), whether the file can be followed
(`bpp_etl/landing`), and the rules' declarations (`schemas/stating_laws.py`).
"""

from __future__ import annotations

from bpp_etl.gate.declared_rows import declared_rows, recoded_columns
from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges
from bpp_etl.gate.recoded import read_as
from bpp_etl.gate.unused import can_be_unused, unused
from bpp_etl.pages.plain_text import counted
from schemas.rules import Rule

MOST_TOLD = 5
"""So many declarations are named in one sentence."""


@judges("code_of_ours_recoded")
def code_of_ours_recoded(whole: WholeDelivery, _: Rule) -> Found:
    """Count the codes of ours that are read as another one."""
    told, entries = [], 0
    for column in whole.once(recoded_columns):
        for one, cells in column.cells.items():
            was, becomes = read_as(column.column, one.theirs), read_as(column.column, one.ours)
            entries += 1
            if was and becomes and was != becomes:
                cells_told = counted(cells, "cell")
                told.append(f"{one.table}.{one.column} {was} is read as {becomes} in {cells_told}")
    return Found(entries, len(told), words=_listed(told))


@judges("declaration_fills_nothing")
def declaration_fills_nothing(whole: WholeDelivery, _: Rule) -> Found:
    """Count the declarations that come to nothing."""
    declared = whole.once(declared_rows)
    found = unused(whole.con, whole.judged.read, declared, whole.once(recoded_columns))
    words = f"{counted(len(found), 'declaration')} of registry.toml to no effect: "
    return Found(can_be_unused(declared), len(found), words=words + _listed([one.words for one in found]))


def _listed(told: list[str]) -> str:
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return "; ".join([*told[:MOST_TOLD], *more])
