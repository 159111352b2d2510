"""What may be told of a measurement: its rows under disclosure control, and a controlled copy of `metric`.

Not here: measuring (`bpp_etl/measure`), and which counts are hidden (`hiding.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bpp_etl.disclosure.curves import told_steps
from bpp_etl.disclosure.groups import alike_rows
from bpp_etl.disclosure.hiding import disclosed, hidden_cells
from bpp_etl.disclosure.outcomes import grouped_incidences, told_left, told_outcomes
from bpp_etl.disclosure.rounding import rounded
from bpp_etl.events import Protocol
from bpp_etl.measure.exact import exact_left, exact_rows
from bpp_etl.measure.rows import Row
from bpp_etl.measure.run import Measured, measure
from bpp_etl.measure.steps import Left, Place, left_by, place_of, step_rows
from bpp_etl.measure.tally import Cell
from bpp_etl.measure.write import MetricSummary, write_metrics
from bpp_etl.warehouse.connection import Connection

WITHOUT_ONE_FLAG = "flag!="
"""How the strata begin that leave out whoever carries one flag."""

DEFAULT_THRESHOLD = 5
"""Smallest number of patients that is told outside the house, apart from none."""


Few = Callable[[Measured], Collection[Cell]]
"""Names further counts that are as good as small, as those that differ by few from what was told before."""


@dataclass(frozen=True)
class Told:
    """What may be told of a measurement: the rows of `metric`, and who left each time on which day."""

    rows: list[Row]
    left: list[Left]


def publish_metrics(
    con: Connection,
    *,
    protocols: Sequence[Protocol],
    threshold: int = DEFAULT_THRESHOLD,
    few: Few = lambda _: (),
) -> MetricSummary:
    """Write a controlled `metric.*` and `quality.event_rule` of `core` and `event` of the catalog in use.

    Counts of 1 to `threshold` - 1 patients, and those that `few` names, are left empty with what would reveal
    them; 0 switches that off. The caller owns the transaction.
    """
    measured = measure(con, protocols)
    return write_metrics(con, measured.protocols, rows_told(measured, threshold, few(measured)))


def rows_told(
    measured: Measured, threshold: int = DEFAULT_THRESHOLD, few: Collection[Cell] = ()
) -> list[Row]:
    """Build the rows that may be told, in the order in which they are written."""
    return told_of(measured, threshold, few).rows


def told_of(
    measured: Measured,
    threshold: int = DEFAULT_THRESHOLD,
    few: Collection[Cell] = (),
    kept: Collection[Place] = (),
    already: Collection[Cell] = (),
) -> Told:
    """Build what may be told, rows in the order in which they are written.

    `few` are cells that are hidden like small ones, `kept` are times whose steps are not told, `already` are
    cells that are known from elsewhere. A threshold of 0 or 1 hides nothing: all is exact.
    """
    if threshold <= 1:
        return Told(exact_rows(measured), exact_left(measured))
    tally = measured.tally
    rows = [row for row in measured.rows if not differs_by_flags(row)]
    hidden = hidden_cells(tally, {cell for row in rows for cell in row.cells}, threshold, few, already)
    outcomes = {
        one: None if place_of(one) in kept else told_outcomes(one, hidden, threshold)
        for one in measured.outcomes
    }
    shown = grouped_incidences(without_estimates(disclosed(rows, tally, hidden, threshold), kept), outcomes)
    told = list(rounded(shown))
    left = [told_left(one, groups) for one, groups in outcomes.items()]
    for curve in measured.curves:
        is_kept = place_of(curve) in kept
        steps = None if is_kept else told_steps(curve, tally, hidden, threshold)
        told += step_rows(curve, steps or ())
        found = left_by(curve, tally.counts[curve.patients], steps or ())
        left.append(found if steps is not None else replace(found, patients=None))
    for patients in measured.alike:
        told += alike_rows(patients, hidden, threshold)
    return Told(told, left)


def without_estimates(rows: Iterable[Row], kept: Collection[Place]) -> Iterator[Row]:
    """Blank the medians of times whose steps are kept: a few steps that differ may move them."""
    of = {(place.protocol, place.metric, place.stratum) for place in kept}
    for row in rows:
        protocol, metric, stratum = (row.values.get(name) for name in ("protocol", "metric", "stratum"))
        family = str(metric).removesuffix("_spss").removesuffix("_interval_censored")
        if row.table == "estimate" and (protocol, family, stratum) in of:
            warnings = sorted({*row.values["warnings"], "suppressed"})  # type: ignore[misc]
            gone = dict.fromkeys(row.statistics)
            yield replace(row, values={**row.values, **gone, "warnings": warnings, "is_suppressed": True})
        else:
            yield row


def differs_by_flags(row: Row) -> bool:
    """Say whether a row is of everybody but those with one flag: beside the row of all it tells of these few.

    There is such a row for each flag, and their differences overlap in ways that no sum says: they stay in
    the house, all of them.
    """
    return str(row.values.get("stratum", "")).startswith(WITHOUT_ONE_FLAG)
