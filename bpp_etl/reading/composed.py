"""A key made of several columns of an export ([compose.<table>]), as SQL.

Not here: what a registry may state (`landing/registry_sections.py`), and where the columns lie in a file
(`reading/one_file.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bpp_etl.reading.header import BLANK
from bpp_etl.warehouse.connection import literal
from schemas.codes import NULL_WORDS

BETWEEN, ESCAPE = ":", "\\"
"""What stands between two parts of a key, and before such a mark within a part."""


def composed(parts: Sequence[str], null_words: Collection[str] = ()) -> str:
    """Join parts, texts in SQL, so that no two different rows of parts give one key; null if one is empty.

    A part that holds nothing but blanks or a word that means empty is empty. `P1` and `2` give `P1:2`.
    """
    empty = literal(empty_cell((*NULL_WORDS, *null_words)))
    return f" || '{BETWEEN}' || ".join(_part(text, empty) for text in parts)


def empty_cell(words: Collection[str]) -> str:
    """Write the pattern of a cell without a value: blanks, and among them at most one of these words."""
    # Backslashes before blanks are for another dialect of patterns.
    listed = "|".join(re.escape(word).replace("\\ ", " ") for word in sorted({*words}))
    return f"(?i){BLANK}*(?:{listed})?{BLANK}*"


def _part(text: str, empty: str) -> str:
    bare = f"regexp_replace({text}, {literal(f'^{BLANK}+|{BLANK}+$')}, '', 'g')"
    for mark in (ESCAPE, BETWEEN):
        bare = f"replace({bare}, {literal(mark)}, {literal(ESCAPE + mark)})"
    return f"case when not regexp_full_match({text}, {empty}) then {bare} end"
