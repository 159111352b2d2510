"""Decides which counts stay hidden, and blanks the rows that show them or would give them away.

Not here: what is measured. Only `metric.*` is treated; the event tables hold one row per patient by design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import KaplanMeier

STILL = 1e-6
"""A cell that a random change of size 1 moves by less does not move."""


def hidden_cells(tally: Tally, shown: Iterable[Cell], threshold: int) -> set[Cell]:
    """Return the cells that are not shown: those no row asks for, the small, and what would reveal these.

    A count is small if it is at least 1 and below the threshold. As long as the sums give a kept count away,
    the smallest shown count beside it is kept too. A threshold of 0 hides nothing.
    """
    kept = {cell for cell in tally.counts if tally.is_small(cell, threshold)}
    public = set(shown)
    while kept:
        more: set[Cell] = set()
        for leak in _leaks(tally, public - kept, kept, threshold):
            beside = _nearest(tally, leak, public - kept)
            # One count can close several leaks: the next round tells.
            if more.isdisjoint(beside):
                more.update(sorted(beside, key=lambda cell: (tally.counts[cell], cell))[:1])
        if not more:
            break
        kept |= more
    return (set(tally.counts) - public) | kept


def _leaks(tally: Tally, known: set[Cell], kept: set[Cell], threshold: int) -> list[Cell]:
    """List the kept cells that a reader of the known counts can work out, in the order of their counting."""
    leaking = _derivable(tally, known) & kept
    for equation in tally.sums:
        unknown = [part for part in equation.parts if part not in known]
        # Several kept parts that are few together are as good as shown.
        if equation.total in known and sum(tally.counts[part] for part in unknown) < threshold:
            leaking.update(kept.intersection(unknown))
    return [cell for cell in tally.counts if cell in leaking]


def _derivable(tally: Tally, known: set[Cell]) -> set[Cell]:
    """Find the unknown cells that the sums determine: those that no change which keeps every sum can move.

    A change drawn at random is projected on those that keep the sums; what it does not move, none does.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - scipy is slow to load
    from scipy.sparse.linalg import lsmr  # noqa: PLC0415

    place: dict[Cell, int] = {}
    entries = [
        (row, place.setdefault(cell, len(place)), sign)
        for row, equation in enumerate(tally.sums)
        for cell, sign in ((equation.total, 1.0), *((part, -1.0) for part in equation.parts))
        if cell not in known
    ]
    if not entries:
        return set()
    rows, columns, signs = zip(*entries, strict=True)
    sums = csr_array((signs, (rows, columns)), shape=(len(tally.sums), len(place)))
    change = np.random.default_rng(0).standard_normal(len(place))
    change -= lsmr(sums, sums @ change, atol=1e-13, btol=1e-13, conlim=0, maxiter=20 * len(place))[0]
    return {cell for cell, moved in zip(place, np.abs(change), strict=True) if moved < STILL}


def _nearest(tally: Tally, start: Cell, known: set[Cell]) -> set[Cell]:
    """Return the known cells other than 0 in the sums around a cell, or in those around these, and so on."""
    reached, edge = {start}, {start}
    while edge:
        around = {cell for unknown in edge for cell in tally.neighbours(unknown)} - reached
        found = {cell for cell in around & known if tally.counts[cell]}
        if found:
            return found
        reached |= around
        edge = around - known
    return set()


def disclosed(rows: Iterable[Row], tally: Tally, hidden: set[Cell], threshold: int) -> Iterator[Row]:
    """Fill in the counts that may be shown; blank the others, and the statistics that must go with them."""
    for row in rows:
        counts = {
            column: None if cell in hidden else tally.counts[cell] for column, cell in row.counts.items()
        }
        is_count_hidden = None in counts.values()
        is_small = any(tally.is_small(cell, threshold) for cell in row.subjects)
        row.values |= counts
        if is_small or (is_count_hidden and row.tells_counts):
            row.values |= dict.fromkeys(row.statistics)
        row.values["is_suppressed"] = is_count_hidden or is_small
        if row.values["is_suppressed"] and isinstance(row.values.get("warnings"), list):
            row.values["warnings"] = sorted({*row.values["warnings"], "suppressed"})  # type: ignore[misc]
        yield row


@dataclass(frozen=True)
class Step:
    """Some days of a survival curve taken together, `place` being that of the last one."""

    place: int
    at_risk: int
    events: int
    censored: int


def curve_steps(curve: KaplanMeier, threshold: int, *, are_totals_shown: bool) -> list[Step]:
    """Gather the days of a curve into steps of no or at least `threshold` events, and censorings likewise.

    What is left after the last step is no small number either; where the totals of events and censorings are
    shown, that holds for each of them.
    """
    steps: list[Step] = []
    at_risk, events, censored = int(curve.events.sum() + curve.censored.sum()), 0, 0
    for place in range(curve.times.size):
        events, censored = events + int(curve.events[place]), censored + int(curve.censored[place])
        if not _is_any_small((events, censored), threshold):
            steps.append(Step(place, at_risk, events, censored))
            at_risk, events, censored = at_risk - events - censored, 0, 0
    while steps and _is_any_small(
        (events, censored) if are_totals_shown else (events + censored,), threshold
    ):
        last = steps.pop()
        events, censored = events + last.events, censored + last.censored
    return steps


def _is_any_small(numbers: Iterable[int], threshold: int) -> bool:
    return any(0 < number < threshold for number in numbers)
