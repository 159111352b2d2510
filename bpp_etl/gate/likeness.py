"""Which of what a delivery has is spelt nearly as what registry.toml states of it.

Not here: what is told of it (`gate/unused.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

LEAST_LETTERS = 4
"""Shorter words are one letter from too many others."""
ALIKE = 0.8
"""The share of letters that two words have in common, in their order."""


def near(text: str, among: Iterable[str], *, is_spelling_alone: bool = False) -> list[str]:
    """List what differs from a text in case, blanks, punctuation or zeros before a number.

    And what differs by few letters, unless it `is_spelling_alone` that counts; never what has other numbers.
    """
    own = folded(text)
    return [one for one in among if one != text and _is_near(own, folded(one), is_spelling_alone)]


def folded(text: str) -> str:
    """Write a text without what spelling alone makes different."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", re.sub(r"(?<!\d)0+(?=\d)", "", plain))


def _is_near(one: str, other: str, is_spelling_alone: bool) -> bool:
    if one == other:
        return bool(one)
    if is_spelling_alone or min(len(one), len(other)) < LEAST_LETTERS:
        return False
    numbers = [re.findall(r"\d+", text) for text in (one, other)]
    return numbers[0] == numbers[1] and SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
