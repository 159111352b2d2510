"""The words that stand for an empty cell, as SQL: those of everyone, and those that a registry adds.

Not here: blanks, and what a registry says that an empty cell means (`harmonise/parse.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from bpp_etl.warehouse.connection import literal
from schemas.codes import NULL_WORDS
from schemas.contract import Column

SHORT = 4
"""Bytes; most of the words have no more, most cells have."""


def without_null_words(
    text: str, column: Column, added: Iterable[str] = (), recode: Mapping[str, str] | None = None
) -> str:
    """Read the words as NULL, in any case; not one that the column's codes have, or that is recoded.

    Nearly no cell is one. So what is compared first is what costs nothing to compare: the length, the codes
    that begin as a word does, and the first letter.
    """
    kept = [*column.codes, *(recode or ())]
    codes = {code.casefold() for code in column.codes}
    words = sorted({*NULL_WORDS, *(form for word in added for form in _forms(word))} - codes)
    short = [word for word in words if _bytes(word) <= SHORT]
    firsts = {letter for word in short for letter in (word[0], word[0].upper())}
    alike = [code for code in kept if _bytes(code) <= SHORT and code[:1] in firsts]
    long = " ".join(
        f"when strlen({text}) = {_bytes(word)} and lower({text}) = {literal(word)}"
        f"{_none_of(text, kept, word)} then null"
        for word in words
        if _bytes(word) > SHORT
    )
    among_long = f"case {long} else {text} end" if long else text
    whens = [f"when strlen({text}) > {SHORT} then {among_long}"]
    whens += [f"when {text} = {literal(code)} then {text}" for code in alike]
    whens.append(
        f"when {_begins(text, firsts)} then case when {_is_one(text, short)} then null else {text} end"
    )
    return f"case {' '.join(whens)} else {text} end"


def _forms(word: str) -> tuple[str, ...]:
    """Write a word as a cell may hold it: a typed number ends in .0."""
    plain = word.strip().lower()
    is_whole = plain.removeprefix("-").isdecimal()
    return (plain, f"{plain}.0") if is_whole else (plain,)


def _bytes(word: str) -> int:
    return len(word.encode())


def _none_of(text: str, kept: Iterable[str], word: str) -> str:
    return "".join(f" and {text} <> {literal(code)}" for code in kept if code.lower() == word)


def _begins(text: str, firsts: Iterable[str]) -> str:
    """Say that a text lies among those that begin with one of these letters."""
    ranges: list[tuple[int, int]] = []
    for first in sorted(map(ord, firsts)):
        if ranges and ranges[-1][1] == first:
            ranges[-1] = (ranges[-1][0], first + 1)
        else:
            ranges.append((first, first + 1))
    return " or ".join(
        f"{text} >= {literal(chr(first))} and {text} < {literal(chr(past))}" for first, past in ranges
    )


def _is_one(text: str, words: Iterable[str]) -> str:
    # One pattern is planned in a fraction of the time of as many comparisons.
    return f"regexp_full_match({text}, {literal('(?i)' + '|'.join(map(re.escape, words)))})"


def null_word_bits(columns: Sequence[Column], lacking: Collection[str]) -> str:
    """Write the bits of the columns (1, 2, 4, ... in their order) whose cell held such a word; else NULL."""
    held = {
        place: f"s_{column.name} is not null and e_{column.name} is null"
        for place, column in enumerate(columns)
        if column.name not in lacking
    }
    bits = " + ".join(f"case when {one} then {1 << place} else 0 end" for place, one in held.items())
    return f"case when {' or '.join(held.values())} then ({bits})::integer end"
