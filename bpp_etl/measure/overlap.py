"""What several protocols call the same patients: two counts, one part of the other, give away the difference.

Not here: any row. The counts go into the tally for disclosure control only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from bpp_etl.measure.tally import Cell, Tally
from schemas.event import LEFT_AT, STATE

CALLS = (*LEFT_AT[1:-1], *STATE)


def count_overlaps(
    tally: Tally, courses: Iterable[tuple[str, Sequence[str], int]], protocols: Sequence[str]
) -> None:
    """Record, for every pair of protocols, the calls of which one holds all patients of the other."""
    both: Counter[tuple[str, str, str, str]] = Counter()
    pairs = list(combinations(range(len(protocols)), 2))
    for registry, calls, patients in courses:
        for first, second in pairs:
            if calls[first] == calls[second]:
                for stratum in ("all", f"registry={registry}"):
                    both[protocols[first], protocols[second], calls[first], stratum] += patients
    for (first_name, second_name, call, stratum), patients in sorted(both.items()):
        one, other = Cell(first_name, call, stratum), Cell(second_name, call, stratum)
        if one not in tally.counts or other not in tally.counts:
            continue
        if tally.counts[one] == patients:
            tally.put_rest(other, one)
        elif tally.counts[other] == patients:
            tally.put_rest(one, other)
