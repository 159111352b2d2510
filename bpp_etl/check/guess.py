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


IN_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
NUMBERED = re.compile(r"(_(nr|no|num|nummer|number|numero)|(?<=[^_])(nr|nummer))$")
"""How a name ends that numbers what others give an id."""
SMALL_WORDS = frozenset({"am", "das", "de", "del", "der", "des", "die", "du", "in", "la", "le", "of", "the"})


def guess(theirs: str, codes: Sequence[str]) -> str | None:
    """Return the code that a text most likely stands for; None where none or several may be meant."""
    meanings = _words_of_codes(tuple(codes))
    found = _meant(_folded(theirs), meanings)
    if not found:
        # What stands in brackets may say that it is something else: both have to mean the same.
        parts = [_meant(_folded(part), meanings) for part in _parts(theirs)]
        found = set.union(*parts) if parts and all(parts) else set()
    return _only(found)


def guess_column(theirs: str, columns: Sequence[str]) -> str | None:
    """Return the column of ours that a name most likely stands for; None where it is not sure."""
    meanings = _words_of_columns(tuple(columns))
    found = _meant(_folded_name(theirs), meanings) or meanings.get(_sorted(_folded_name(theirs)), set())
    if not found:
        # In brackets stands a unit, or how it is written.
        found = _meant(_folded_name(IN_BRACKETS.sub(" ", theirs)), meanings)
    return _only(found)


@cache
def _words_of_codes(codes: tuple[str, ...]) -> dict[str, set[str]]:
    return _meanings({code: [_folded(word) for word in (code, *SPELLINGS.get(code, ()))] for code in codes})


@cache
def _words_of_columns(columns: tuple[str, ...]) -> dict[str, set[str]]:
    known = {name: [_folded_name(word) for word in (name, *COLUMNS.get(name, ()))] for name in columns}
    return _meanings({name: (*words, *map(_sorted, words)) for name, words in known.items()})


def _meanings(known: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Gather what each word, folded, may stand for."""
    meanings: dict[str, set[str]] = {}
    for ours, words in known.items():
        for word in words:
            meanings.setdefault(word, set()).add(ours)
    return meanings


def _meant(told: str, meanings: Mapping[str, set[str]]) -> set[str]:
    """Gather what a folded text stands for, or those that are near it."""
    if told in meanings:
        return meanings[told]
    if len(told) < FEWEST_LETTERS:
        return set()
    near = get_close_matches(told, meanings, n=3, cutoff=0.86)
    return {ours for word in near for ours in meanings[word]}


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _parts(theirs: str) -> list[str]:
    """Part what stands in brackets from what stands outside; nothing where there are none."""
    inside = IN_BRACKETS.findall(theirs)
    return [part for part in (IN_BRACKETS.sub(" ", theirs), *inside) if part.strip()] if inside else []


def _folded(text: str) -> str:
    """Fold case and what parts words; a sign alone stays as it is."""
    told = text.strip().casefold()
    return re.sub(r"[\W_]+", "_", told).strip("_") or told


def _folded_name(text: str) -> str:
    """Fold the name of a column, in which small words say nothing and a number is an id."""
    told = "_".join(word for word in _folded(text).split("_") if word not in SMALL_WORDS)
    return NUMBERED.sub("_id", told) or told


def _sorted(told: str) -> str:
    return "_".join(sorted(told.split("_")))
