"""Which moves of patients between two releases may be told: no small one, and none that gives one away.

Not here: counting moves (`bpp_etl/difference/moves.py`). What a reader knows of either release is its flow: a
move is hidden with whatever would give it away together with both flows. What the two flows give away on
their own, no care here can keep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bpp_etl.disclosure.inference import Way, combined_sums, determined, single_sums
from bpp_etl.measure.tally import Cell, Tally
from schemas.event import LEFT_AT, STATE

PLACES = (*LEFT_AT[:-1], *STATE)
"""Where a patient can be: left before a candidate, or in the candidate's state."""

Moved = tuple[str, str | None, str | None]
"""Protocol, place before, place after; None is outside."""


def move_cell(moved: Moved) -> Cell:
    """Name the count of a move; who stayed is a move from a place to itself."""
    protocol, was, now = moved
    return Cell(protocol, f"{was or 'outside'} to {now or 'outside'}")


def place_cell(protocol: str, side: str, place: str) -> Cell:
    """Name the count of a place in the flow of the release before or after."""
    return Cell(protocol, f"{side} {place}")


def tally_of(counted: dict[Moved, int]) -> Tally:
    """Record moves, and the places and totals of either release that they add up to."""
    tally = Tally()
    for protocol in sorted({key[0] for key in counted}):
        sums: dict[tuple[str, str], list[Cell]] = defaultdict(list)
        for (of, was, now), number in counted.items():
            if of != protocol:
                continue
            cell = tally.put(move_cell((of, was, now)), number)
            for side, place in (("before", was), ("after", now)):
                if place is not None:
                    sums[side, place].append(cell)
        for side in ("before", "after"):
            for place in PLACES:
                tally.put_total(place_cell(protocol, side, place), sums[side, place])
            states = [place_cell(protocol, side, state) for state in STATE]
            candidates = tally.put_total(place_cell(protocol, side, LEFT_AT[-1]), states)
            others = [place_cell(protocol, side, place) for place in LEFT_AT[:-1]]
            tally.put_total(place_cell(protocol, side, "admitted"), [*others, candidates])
    return tally


def hidden_moves(tally: Tally, shown: set[Cell], flows: set[Cell], threshold: int) -> set[Cell]:
    """Return the moves that are not shown: the small, and what would reveal these beside the flows.

    Who stayed is shown nowhere, but a small number of them is kept like any other.
    """
    small = {cell for cell in tally.counts if " to " in cell.group and tally.is_small(cell, threshold)}
    open_anyway = _revealed(tally, flows, small, threshold)
    kept = small - open_anyway
    protected = set(kept)
    while protected:
        known = (flows | shown | open_anyway) - kept
        ways = [
            *single_sums(tally, known, kept, threshold),
            *combined_sums(tally, known, protected),
        ]
        more = _closing(tally, ways, shown - kept - open_anyway)
        if not more:
            break
        kept |= more
    return kept | small


def _revealed(tally: Tally, flows: set[Cell], small: set[Cell], threshold: int) -> set[Cell]:
    """Return the small counts that the flows of the two releases give away on their own."""
    revealed: set[Cell] = set()
    left = set(small)
    while left:
        known = flows | revealed
        found = determined(tally, known, left)
        found |= {cell for cell in left if any(True for _ in single_sums(tally, known, {cell}, threshold))}
        if not found:
            break
        revealed |= found
        left -= found
    return revealed


def _closing(tally: Tally, ways: Iterable[Way], moves: set[Cell]) -> set[Cell]:
    """Pick a shown move out of each way, the smallest; a way of flows alone cannot be closed."""
    picked: set[Cell] = set()
    for way in ways:
        offered = [cell for cell in way if cell in moves and tally.counts[cell]]
        if offered and picked.isdisjoint(way):
            picked.add(min(offered, key=lambda cell: (tally.counts[cell], cell)))
    return picked
