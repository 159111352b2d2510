"""Counts by name, with the sums that hold between them: what disclosure control must know of every count.

Not here: which counts are hidden (`bpp_etl/disclosure`) and whom they count (`cohort.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


def is_small(number: int, threshold: int) -> bool:
    """Say whether a count is at least 1 and below the threshold."""
    return 0 < number < threshold


class Cell(NamedTuple):
    """One count: a group in a stratum under a protocol; no protocol where all have the group in common."""

    protocol: str
    group: str
    stratum: str = "all"


class Sum(NamedTuple):
    """A count that is the sum of others: whoever knows all of them but one knows that one."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass
class Tally:
    """Every count of a release, shown or not.

    `people` are the patients behind a count of something else. A `handy` count only spares the reader an
    addition: if one must be hidden, rather such a one. A `told` count is of refused rows, not of
    anybody's health: the quality tables tell it anyway, so it is never hidden, and every reader knows it.
    """

    counts: dict[Cell, int] = field(default_factory=dict)
    people: dict[Cell, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    handy: set[Cell] = field(default_factory=set)
    told: set[Cell] = field(default_factory=set)

    def put(self, cell: Cell, number: int, *, people: int | None = None) -> Cell:
        """Record a count."""
        self.counts[cell] = int(number)
        if people is not None:
            self.people[cell] = int(people)
        return cell

    def add_up(self, total: Cell, parts: Iterable[Cell]) -> None:
        """Record that the parts make up the total."""
        self.sums.append(Sum(total, tuple(parts)))

    def put_total(self, total: Cell, parts: Sequence[Cell]) -> Cell:
        """Record a count as the sum of others."""
        self.put(total, sum(self.counts[part] for part in parts))
        self.add_up(total, parts)
        return total

    def put_rest(self, total: Cell, part: Cell) -> None:
        """Record what the part leaves of the total: not shown, but known to whoever knows both.

        If it leaves nothing, that is easily guessed, and the two are taken for one.
        """
        left = self.counts[total] - self.counts[part]
        rest = Cell(f"{total.protocol}/{part.protocol}", f"{total.group} without {part.group}", part.stratum)
        self.add_up(total, (part, self.put(rest, left)) if left else (part,))

    def is_small(self, cell: Cell, threshold: int) -> bool:
        """Say whether few, but some, are counted or stand behind the count, so that it must not be shown."""
        if cell in self.told:
            return False
        return is_small(min(self.counts[cell], self.people.get(cell, self.counts[cell])), threshold)
