"""Shows a row of `metric.estimate`: the estimate, its interval, whom it rests on, why any is absent.

Not here: which estimates a part of the report shows (`sections/`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bpp_etl.report.figures import NOTHING, Beneath, Figure, Missing, Piece, text
from bpp_etl.report.notes import Marks, Notes
from bpp_etl.report.numbers import (
    DAYS_PER_MONTH,
    PAPER_DAYS_PER_MONTH,
    UNIT_WORD,
    bare,
    decimals_apart,
    months,
    p_value,
    with_unit,
)
from bpp_etl.report.plots.intervals import Dot
from bpp_etl.report.tables import HIDDEN, ReleaseTables, Row, Table
from schemas.metric_codes import MASS_INTERVAL
from schemas.metrics import METRICS

ABSENT = (
    ("suppressed", HIDDEN),
    ("no_patients", "nobody to measure"),
    ("naive_comparison", "refused"),
    ("groups_missing", "nothing to compare"),
    ("beyond_follow_up", "beyond follow-up"),
    ("median_not_reached", "not reached yet"),
    ("not_estimable", "not estimable"),
)
"""Warning -> the word that stands for an estimate, the first that applies."""

NOT_GIVEN = "not given"
NOT_MEASURED = Missing("not measured")


@dataclass(frozen=True)
class Shown:
    """One estimate as the page shows it, piece by piece."""

    estimate: Piece
    months: Piece | None
    limits: Piece | None
    interval: Piece | None
    patients: Piece
    events: Piece
    p_value: Piece
    follow_up: Piece
    marks: Marks
    method: str
    warnings: tuple[str, ...]

    @property
    def interval_cell(self) -> Piece:
        """Return the interval for a cell of a table, which says nothing where there is none."""
        return self.interval or NOTHING

    @property
    def in_brief(self) -> Piece:
        """Return the estimate over its limits, for a cell of a table with many columns."""
        return text(self.estimate, self.marks, Beneath(self.limits) if self.limits else None)


@dataclass(frozen=True)
class Estimates:
    """Looks estimates up and shows them, with the notes of one part of the report."""

    tables: ReleaseTables
    notes: Notes

    def show(self, metric: str, stratum: str = "all", *, protocol: str | None = None) -> Shown:
        """Show one estimate of the report's protocol, or of another."""
        table = self.tables["metric.estimate"]
        row = table.first(protocol=protocol or self.tables.protocol, metric=metric, stratum=stratum)
        if row is None:
            return Shown(NOT_MEASURED, None, None, None, *(NOTHING,) * 4, Marks(()), "", ())
        return self.of_row(row)

    def between(self, lowest: str, highest: str, stratum: str = "all") -> Piece:
        """Show the two bounds that an estimate lies between, as one piece."""
        low, high = (self.show(metric, stratum) for metric in (lowest, highest))
        return text(low.estimate, " to ", high.estimate, high.marks)

    def of_row(self, row: Row) -> Shown:
        """Show one row of `metric.estimate`."""
        table = self.tables["metric.estimate"]
        unit = row["unit"]
        estimate: Piece = table.figure(
            row, "estimate", lambda value: with_unit(value, unit), _absent(row["warnings"])
        )
        has_value, months_of = row["estimate"] is not None, None
        if row["ci_method"] == MASS_INTERVAL:
            estimate = _between_days(table, row)
        if unit == "days" and has_value:
            per_month = PAPER_DAYS_PER_MONTH if METRICS[row["metric"]].is_compatible else DAYS_PER_MONTH
            months_of = table.figure(row, "estimate", lambda value: months(value, per_month))
        return Shown(
            estimate=estimate,
            months=months_of,
            limits=limits_of(table, row, unit) if has_value else None,
            interval=interval_of(table, row, unit) if has_value else None,
            patients=table.count(row, "patients"),
            events=_events(table, row),
            p_value=table.figure(row, "p_value", p_value) if row["p_value"] is not None else NOTHING,
            follow_up=_follow_up(table, row),
            marks=self.notes.marks(() if _is_nobody(row) else row["warnings"]),
            method=row["method"],
            warnings=tuple(row["warnings"]),
        )


def dot_of(table: Table, row: Row, name: str) -> Dot:
    """Make one row of a plot of intervals of a row of `metric.estimate`."""
    shown = table.figure(row, "estimate", lambda value: with_unit(value, row["unit"]), "no estimate")
    return Dot(name, row["estimate"], row["ci_low"], row["ci_high"], shown)


def _between_days(table: Table, row: Row) -> Piece:
    """Show the interval that holds a median; without an upper end the median is not reached."""
    low = table.figure(row, "ci_low", lambda value: bare(value, "days"))
    if row["ci_high"] is None:
        return text("after ", low, UNIT_WORD["days"])
    high = table.figure(row, "ci_high", lambda value: bare(value, "days"))
    return text("after ", low, ", up to ", high, UNIT_WORD["days"])


def limits_of(table: Table, row: Row, unit: str) -> Piece | None:
    """Show the limits of a row without their unit; None where it has neither."""
    if row["ci_low"] is None and row["ci_high"] is None:
        return None
    reached, more = "not reached", 0
    if row["ci_low"] is not None and row["ci_high"] is not None:
        more = decimals_apart(row["ci_low"], row["ci_high"], unit)
    low = table.figure(row, "ci_low", lambda value: bare(value, unit, more), reached)
    high = table.figure(row, "ci_high", lambda value: bare(value, unit, more), reached)
    return text(low, " to ", high)


def interval_of(table: Table, row: Row, unit: str) -> Piece | None:
    """Show the limits of a row with their unit; None where it has neither."""
    limits = limits_of(table, row, unit)
    return text(limits, UNIT_WORD.get(unit)) if limits and row["ci_high"] is not None else limits


def figure_or_word(table: Table, row: Row, field: str, write: Callable[[float], str]) -> Figure:
    """Show a cell of a table with warnings, or the word for its absence."""
    return table.figure(row, field, write, _absent(row["warnings"]))


def _is_nobody(row: Row) -> bool:
    """Say whether there is no number that a warning could be about."""
    return row["estimate"] is None and bool({"suppressed", "no_patients"} & set(row["warnings"]))


def _absent(warnings: Sequence[str]) -> str:
    return next((word for code, word in ABSENT if code in warnings), NOT_GIVEN)


def _follow_up(table: Table, row: Row) -> Piece:
    """Show the median follow-up; an empty one is of what is no time, or is not reached."""
    if row["median_follow_up_days"] is None:
        return NOTHING
    return table.figure(row, "median_follow_up_days", lambda value: with_unit(value, "days"))


def _events(table: Table, row: Row) -> Piece:
    """Show the number of events; where nothing of the row is suppressed, an empty one counts nothing."""
    if row["events"] is None and "suppressed" not in row["warnings"]:
        return NOTHING
    return table.count(row, "events")
