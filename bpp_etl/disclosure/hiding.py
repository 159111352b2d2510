"""Decides which counts stay hidden, and blanks the rows that show them or would give them away.

Not here: what is measured. Only `metric.*` is treated; the event tables hold one row per patient by design.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from bpp_etl.disclosure.inference import Way, combined_sums, single_sums, squeezed_counts
from bpp_etl.measure.rows import Row
from bpp_etl.measure.tally import Cell, Tally, is_small

SOLVABLE = frozenset({"ci_low", "ci_high", "ci_method", "p_value"})
"""What can be solved for the number behind them: 2 to the power of -21 is 22 changes of one sign."""


OF_NUMBERS = frozenset(
    {
        *("approximate_p_value", "few_events", "few_events_per_variable", "groups_missing"),
        *("imputed_from_others", "limit_not_reached", "no_spread", "not_estimable", "small_groups"),
    }
)
"""Warnings that are given up to some number of patients or events, or from one on."""


def hidden_cells(
    tally: Tally,
    shown: Iterable[Cell],
    threshold: int,
    few: Collection[Cell] = (),
    already: Collection[Cell] = (),
) -> set[Cell]:
    """Return the cells that are not shown: those no row asks for, the small, and what would reveal these.

    A count is small if it is at least 1 and below the threshold, or one of the `few`. As long as the shown
    counts give a kept one away, the smallest of those that do is kept too; one that was told `already` gives
    away as much, and to keep it closes nothing. A threshold of 0 hides nothing.
    """
    small = {cell for cell in tally.counts if tally.is_small(cell, threshold)} | set(few)
    public, kept = set(shown) | tally.told, set(small)
    while small:
        known = (public - kept) | set(already)
        told = tally.told | set(already)
        more = _closing(tally, told, single_sums(tally, known, kept, threshold))
        more = more or _closing(tally, told, combined_sums(tally, known, small))
        more = more or _closing(tally, told, squeezed_counts(tally, known, small))
        if not more:
            break
        kept |= more
    return (set(tally.counts) - public) | kept


def _closing(tally: Tally, told: Collection[Cell], ways: Iterable[Way]) -> set[Cell]:
    """Pick a count out of each way: a small one that weighs much, and one for several ways if possible.

    What is `told` whatever is done here is not picked.
    """

    def cost(way: Way, cell: Cell) -> tuple[bool, float, Cell]:
        return cell not in tally.handy, tally.counts[cell] / way[cell] ** 2, cell

    picked: set[Cell] = set()
    for way in ways:
        choices = way.keys() - told
        if choices and picked.isdisjoint(choices):
            picked.add(min(choices, key=partial(cost, way)))
    return picked


def disclosed(rows: Iterable[Row], tally: Tally, hidden: set[Cell], threshold: int) -> Iterator[Row]:
    """Fill in the counts that may be shown; blank the others, and the statistics that must go with them."""
    for row in rows:
        counts = {
            column: None if cell in hidden else tally.counts[cell] for column, cell in row.counts.items()
        }
        is_count_hidden = None in counts.values()
        is_small = any(tally.is_small(cell, threshold) for cell in row.subjects)
        is_told = any(cell in hidden for cell in row.tells)
        values = {**row.values, **counts}
        are_statistics_hidden = is_small or is_told or (is_count_hidden and row.tells_counts)
        if are_statistics_hidden:
            values |= dict.fromkeys(row.statistics)
        elif is_count_hidden:
            values |= dict.fromkeys(SOLVABLE & set(row.statistics))
        # Of the row's own number; the warning is of anything in the row.
        values["is_suppressed"] = are_statistics_hidden if row.statistics else is_count_hidden
        if (is_count_hidden or is_small or is_told) and isinstance(values.get("warnings"), list):
            values["warnings"] = sorted({*values["warnings"], "suppressed"} - OF_NUMBERS)  # type: ignore[misc]
        yield replace(row, values=values, sums=_sums_told(row, values, tally, threshold))


def _sums_told(
    row: Row, values: Mapping[str, object], tally: Tally, threshold: int
) -> Mapping[str, float | None]:
    """Return the sums of a row: none of fewer than two thresholds, which leave little room for each value."""
    if not row.sums:
        return {}
    is_told = None not in [values[name] for name in row.counts] and values[row.statistics[0]] is not None
    is_room = min(tally.counts[cell] for cell in row.counts.values()) >= 2 * threshold
    return row.sums if is_told and is_room else dict.fromkeys(row.sums)


def told_parts(
    parts: Mapping[str, int], threshold: int, public: Collection[str] = ()
) -> dict[str, int | None]:
    """Return the parts of a total that is known, None for the small and for what would give these away.

    `public` parts are known too, whatever is done here.
    """
    hidden = {name for name, number in parts.items() if is_small(number, threshold)} - set(public)
    while hidden:
        together = sum(parts[name] for name in hidden)
        # As much as so many small parts can be at most, and each would be known.
        is_told = len(hidden) == 1 or together < threshold or together >= len(hidden) * (threshold - 1)
        others = [name for name, number in parts.items() if number and name not in {*hidden, *public}]
        if not is_told or not others or any(parts[name] >= threshold for name in hidden):
            break
        hidden.add(min(others, key=lambda name: (parts[name], name)))
    return {name: None if name in hidden else number for name, number in parts.items()}


def is_any_small(numbers: Iterable[int], threshold: int) -> bool:
    """Say whether one of the numbers is at least 1 and below the threshold."""
    return any(is_small(number, threshold) for number in numbers)
