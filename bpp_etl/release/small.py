"""How small counts are told where two releases are compared: as a word, never as a number.

Not here: which counts are hidden beside them (`moves.py`, `changes.py`).
"""

from __future__ import annotations


def is_small(number: int, threshold: int) -> bool:
    """Say whether a count is at least 1 and below the threshold."""
    return 0 < number < threshold


def few(threshold: int) -> str:
    """Name a small count in a sentence."""
    return f"fewer than {threshold}"


def count_told(number: int, threshold: int) -> str:
    """Tell a count in a sentence, a small one as a word."""
    return few(threshold) if is_small(number, threshold) else str(number)


def brief(number: int, threshold: int) -> str:
    """Tell a count in a narrow column."""
    return f"<{threshold}" if is_small(number, threshold) else str(number)
