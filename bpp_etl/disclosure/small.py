"""How small counts are told where two releases are compared: as a word, never as a number.

Not here: which counts are hidden beside them (`bpp_etl/difference`).
"""

from __future__ import annotations

from bpp_etl.measure.tally import is_small


def few(threshold: int) -> str:
    """Name a small count in a sentence."""
    return f"fewer than {threshold}"


def count_told(number: int, threshold: int) -> str:
    """Tell a count in a sentence, a small one as a word."""
    return few(threshold) if is_small(number, threshold) else str(number)


def brief(number: int, threshold: int) -> str:
    """Tell a count in a narrow column."""
    return f"<{threshold}" if is_small(number, threshold) else str(number)
