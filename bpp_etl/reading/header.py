"""The names in a file's header: free of what nobody sees, and those that are missed.

Not here: which name is which column (`reading/one_file.py`), and which names are safe to show
(`reading/problems.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.errors import shown
from bpp_etl.reading.problems import WITHHELD

BYTE_ORDER_MARK = "\ufeff"
ZERO_WIDTH = f"\u200b\u2060{BYTE_ORDER_MARK}"
"""Characters without ink or width that exports, copied cells and joined files leave in a name."""
_NOTHING = dict.fromkeys(map(ord, ZERO_WIDTH))


def clean_name(name: str) -> str:
    """Strip a column's name of blanks of every kind around it, and of characters without width anywhere."""
    return name.translate(_NOTHING).strip()


def columns_missing(
    table: str, missing: list[str], header: list[str], rename: Mapping[str, str], withheld: list[str]
) -> str:
    """Name the columns that a file lacks, and what may stand in their place, where that is safe to show."""
    told = ["the column" if len(missing) == 1 else "the columns", " ", ", ".join(missing)]
    if len(header) == 1:
        told.append("; its header is one column: check its delimiter")
    cased = sorted(theirs for theirs in header if theirs.lower() in missing)
    if cased:
        told.append(f"; {', '.join(cased)} is written in other letters: name it in [rename.{table}]")
    # These names stand in registry.toml: they are no patient's values.
    told += [
        f"; {shown(theirs)} is not read as {rename[theirs]}: {WITHHELD}"
        for theirs in withheld
        if rename.get(theirs) in missing
    ]
    return "".join(told)
