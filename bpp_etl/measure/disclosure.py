"""Decides which counts stay hidden, and blanks the rows that show them or would give them away.

Not here: what is measured. Only `metric.*` is treated; the event tables hold one row per patient by design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell, Sum, Tally
from bpp_etl.metrics import KaplanMeier


def hidden_cells(tally: Tally, shown: Iterable[Cell], threshold: int) -> set[Cell]:
    """Return the cells that are not shown: those no row asks for, the small, and what would reveal these.

    A count is small if it is at least 1 and below the threshold. As long as a sum gives a kept count away,
    the smallest other count in that sum is kept too. A threshold of 0 hides nothing.
    """
    kept = {cell for cell in tally.counts if tally.is_small(cell, threshold)}
    public = set(shown)
    while True:
        more: set[Cell] = set()
        for leak in _leaks(tally, public - kept, kept, threshold):
            others = [cell for cell in (*leak.parts, leak.total) if tally.counts[cell] and cell not in kept]
            more.update(sorted(others, key=tally.counts.__getitem__)[:1])
        if not more:
            return (set(tally.counts) - public) | kept
        kept |= more


def _leaks(tally: Tally, known: set[Cell], kept: set[Cell], threshold: int) -> list[Sum]:
    """List the sums from which a reader of the known counts learns what is kept back."""
    leaks: dict[Sum, None] = {}
    before = -1
    while before < len(known):
        before = len(known)
        for equation in tally.sums:
            unknown = {cell for cell in (equation.total, *equation.parts) if cell not in known}
            # Several kept parts that are few together are as good as shown.
            is_few = equation.total in known and sum(tally.counts[part] for part in unknown) < threshold
            if unknown & kept and (is_few or len(unknown) == 1):
                leaks[equation] = None
            elif len(unknown) == 1:
                known |= unknown
    return list(leaks)


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
