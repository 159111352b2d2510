"""What several protocols call the very same patients: a count kept under one must not be shown under another.

Not here: any row. The counts go into the tally for disclosure control only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from bpp_etl.measure.baseline import levels_of
from bpp_etl.measure.tally import Cell, Tally
from schemas.event import LEFT_AT, STATE

CALLS = (*LEFT_AT[1:-1], *STATE)


def link_same_patients(
    tally: Tally, courses: Iterable[tuple[str, Sequence[str], int]], protocols: Sequence[str]
) -> None:
    """Record the counts of two protocols that are of the same patients.

    `courses` holds registry, calls in the order of the protocols, and patients. Counts of patients who only
    overlap are not linked.
    """
    both: Counter[tuple[Cell, Cell]] = Counter()
    for registry, calls, patients in courses:
        for first, second in combinations(range(len(protocols)), 2):
            if calls[first] == calls[second] and calls[first] in CALLS:
                for stratum in ("all", f"registry={registry}"):
                    one = Cell(protocols[first], calls[first], stratum)
                    both[one, one._replace(protocol=protocols[second])] += patients
    for (one, other), patients in sorted(both.items()):
        if tally.counts[one] == tally.counts[other] == patients:
            tally.add_up(one, [other])
            if one.stratum == "all":
                for level in levels_of(tally, one):
                    tally.add_up(level, [level._replace(protocol=other.protocol)])
