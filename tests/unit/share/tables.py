"""The tables of what may be told, as a reader of a share, or of two, has them.

Not here: what follows from them (`attacker.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bpp_etl.disclosure.publish import Told
from bpp_etl.measure.write import MEASURED
from schemas.contract import key_of

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
Keyed = dict[str, dict[tuple[Any, ...], Row]]
PICTURES = ("survival_curve", "alp_group", "course_group")
"""Tables whose rows are no counts of their own: of two shares the first one's are read."""


def tables_of(told: Told) -> Tables:
    """Give the rows of a share by table."""
    found = defaultdict(list)
    for row in told.rows:
        found[row.table].append(row.values)
    return found


def by_key(told: Told) -> Keyed:
    """Give the rows of a share as its log is read."""
    found: Keyed = {table: {} for table in MEASURED}
    for row in told.rows:
        found[row.table][tuple(row.values[name] for name in key_of(MEASURED[row.table][1]))] = row.values
    return found


def together(first: Told, second: Told) -> Tables:
    """Fill the gaps of one share of some patients from another share of the same patients."""
    pictures = tables_of(first)
    one, other = by_key(first), by_key(second)
    found: dict[str, Sequence[Row]] = {}
    for table in MEASURED:
        if table in PICTURES:
            found[table] = pictures.get(table, [])
            continue
        rows = []
        for key in one[table] | other[table]:
            values = [rows_of.get(key, {}) for rows_of in (one[table], other[table])]
            rows.append({**values[1], **{name: cell for name, cell in values[0].items() if cell is not None}})
        found[table] = rows
    return found
