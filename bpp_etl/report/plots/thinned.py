"""Which of very many patients a plot draws, where all of them could not be told apart.

Not here: drawing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bpp_etl.report.numbers import whole

Shown = TypeVar("Shown")


def thinned(everyone: Sequence[Shown], most: int) -> Sequence[Shown]:
    """Return at most so many, evenly spaced in their order, the first and the last among them."""
    if len(everyone) <= most:
        return everyone
    return [everyone[round(place * (len(everyone) - 1) / (most - 1))] for place in range(most)]


def left_out(everyone: Sequence[object], most: int, relation: str) -> str:
    """Say in words how many are not drawn, and where they stand; nothing where all are."""
    more = len(everyone) - most
    if more <= 0:
        return ""
    return (
        f"{whole(most)} of {whole(len(everyone))} patients are drawn, evenly spaced in their order; the other"
        f" {whole(more)} stand in {relation} with them."
    )
