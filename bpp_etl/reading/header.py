"""The names in a file's header: free of what nobody sees, and those that are missed.

Not here: which name is which column (`reading/one_file.py`), and which names are safe to show
(`reading/problems.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.errors import shown
from bpp_etl.reading.problems import WITHHELD

BYTE_ORDER_MARK = "\ufeff"
ZERO_WIDTH = "".join(
    (
        "\u00ad\u061c\u180e",  # soft hyphen, Arabic letter mark, Mongolian vowel separator
        "\u200b\u200c\u200d\u200e\u200f",  # zero-width space and joiners, marks of direction
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",  # embedded and isolated directions
        "\u2060\u2061\u2062\u2063\u2064",  # word joiner, operators without a sign
        BYTE_ORDER_MARK,
    )
)
"""Characters without ink or width that exports, copied cells and joined files leave in a name."""
_NOTHING = dict.fromkeys(map(ord, ZERO_WIDTH))
BLANKS = " \t\n\v\f\r\x85\xa0\u2028\u2029\u202f\u3000" + "".join(map(chr, range(0x2000, 0x200B))) + ZERO_WIDTH
"""What is blank at the ends of a cell."""
BLANK = "".join(("[\\s", *(f"\\x{{{ord(one):x}}}" for one in BLANKS if not one.isascii()), "]"))
"""One of them, as a pattern of SQL."""


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
