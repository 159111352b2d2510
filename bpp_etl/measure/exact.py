"""The rows of the metric tables as a release holds them: exact, a curve in its own steps, each patient alone.

Not here: what is measured (`run.py`), and the rows of what leaves the house (`bpp_etl/disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpp_etl.measure.alike import Alike
from bpp_etl.measure.rows import Row
from bpp_etl.measure.run import Measured
from bpp_etl.measure.steps import Left, left_by, left_of, step_rows, steps_of
from bpp_etl.measure.tally import Tally


def exact_rows(measured: Measured) -> list[Row]:
    """Build every row with its counts, in the order in which the rows are written."""
    rows = [_counted(row, measured.tally) for row in measured.rows]
    for curve in measured.curves:
        rows += step_rows(curve, steps_of(curve.curve))
    for patients in measured.alike:
        rows += _each_alone(patients)
    return rows


def exact_left(measured: Measured) -> list[Left]:
    """Say day by day who left each time that is measured."""
    curves = [
        left_by(curve, measured.tally.counts[curve.patients], steps_of(curve.curve))
        for curve in measured.curves
    ]
    return [*curves, *(left_of(one) for one in measured.outcomes)]


def _counted(row: Row, tally: Tally) -> Row:
    counts = {column: tally.counts[cell] for column, cell in row.counts.items()}
    return replace(row, values={**row.values, **counts, "is_suppressed": False})


def _each_alone(found: Alike) -> Iterator[Row]:
    """Yield a row for each patient of a picture, the first on top."""
    for position, place in enumerate(found.places.tolist(), start=1):
        shown = {name: float(column[place]) for name, column in found.columns.items()}
        values = {
            **found.values,
            "protocol": found.patients.protocol,
            "position": position,
            "patients": 1,
            **{name: int(value) if found.is_whole else value for name, value in shown.items()},
            **{name: labels[place] for name, labels in found.labels.items()},
        }
        yield Row(table=found.table, values=values)
