"""What a registry's text most likely stands for among codes or columns of ours: only where that is sure.

Not here: the words that are known (`check/spellings.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache

from bpp_etl.check.spellings import COLUMNS, SPELLINGS

FEWEST_LETTERS = 5
"""Of shorter texts a resemblance says nothing."""


def guess(theirs: str, codes: Sequence[str]) -> str | None:
    """Return the code that a text most likely stands for; None where none or several may be meant."""
    return _nearest(theirs, _words_of_codes(tuple(codes)))


def guess_column(theirs: str, columns: Sequence[str]) -> str | None:
    """Return the column of ours that a name most likely stands for; None where it is not sure."""
    return _nearest(theirs, _words_of_columns(tuple(columns)))


@cache
def _words_of_codes(codes: tuple[str, ...]) -> dict[str, set[str]]:
    return _meanings({code: (code, *SPELLINGS.get(code, ())) for code in codes})


@cache
def _words_of_columns(columns: tuple[str, ...]) -> dict[str, set[str]]:
    return _meanings({column: (column, *COLUMNS.get(column, ())) for column in columns})


def _meanings(known: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Gather what each word, folded, may stand for."""
    meanings: dict[str, set[str]] = {}
    for ours, words in known.items():
        for word in words:
            meanings.setdefault(_folded(word), set()).add(ours)
    return meanings


def _nearest(theirs: str, meanings: Mapping[str, set[str]]) -> str | None:
    told = _folded(theirs)
    if told in meanings:
        found = meanings[told]
    elif len(told) < FEWEST_LETTERS:
        return None
    else:
        near = get_close_matches(told, meanings, n=3, cutoff=0.86)
        found = {ours for word in near for ours in meanings[word]}
    return next(iter(found)) if len(found) == 1 else None


def _folded(text: str) -> str:
    """Fold case and what parts words; a sign alone stays as it is."""
    told = text.strip().casefold()
    return re.sub(r"[\W_]+", "_", told).strip("_") or told
