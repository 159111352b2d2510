"""The names in a file's header, free of what nobody sees.

Not here: which name is which column (`reading/one_file.py`), and which names are safe to show
(`reading/problems.py`).
"""

from __future__ import annotations

BYTE_ORDER_MARK = "\ufeff"
ZERO_WIDTH = f"\u200b\u2060{BYTE_ORDER_MARK}"
"""Characters without ink or width that exports, copied cells and joined files leave in a name."""
_NOTHING = dict.fromkeys(map(ord, ZERO_WIDTH))


def clean_name(name: str) -> str:
    """Strip a column's name of blanks of every kind around it, and of characters without width anywhere."""
    return name.translate(_NOTHING).strip()
