"""Times to event: survival curves with numbers at risk, medians with their variants, incidence at fixed days.

Not here: comparisons between groups (`her2.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import NOTHING
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.survival import Curve, CurveStep, survival_plot
from bpp_etl.report.plots.swimmer import MOST_LANES, Lane, swimmer_plot
from bpp_etl.report.plots.thinned import left_out, thinned
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import stratum_words
from schemas.metric_codes import HORIZON_DAYS


@dataclass(frozen=True)
class Time:
    """A time that has a curve: its name, its axis, and what the curve is the share without."""

    metric: str
    name: str
    axis: str
    outcome: str


TIMES = (
    Time(
        "time_to_pseudoprogression",
        "From the start of therapy to the pseudoprogression",
        "Months from the start of first-line therapy",
        "without pseudoprogression yet",
    ),
    Time(
        "pseudoprogression_to_progression",
        "From the pseudoprogression to progression",
        "Months from the pseudoprogression",
        "without progression",
    ),
    Time(
        "confirmation_to_progression",
        "From confirmation to progression",
        "Months from confirmation",
        "without progression",
    ),
    Time(
        "candidate_to_progression",
        "From the candidate to progression, all candidates",
        "Months from the candidate",
        "without progression",
    ),
)

_MEDIANS = (
    ("time_to_pseudoprogression", "Start of therapy to pseudoprogression"),
    ("time_to_pseudoprogression_interval_censored", "… onset known only to lie between two scans"),
    ("time_to_pseudoprogression_spss", "… as the published papers give it"),
    ("pseudoprogression_to_progression", "Pseudoprogression to progression"),
    (
        "pseudoprogression_to_progression_interval_censored",
        "… progression known only between two assessments",
    ),
    ("pseudoprogression_to_progression_spss", "… as the published papers give it"),
    ("confirmation_to_progression", "Confirmation to progression"),
    ("confirmation_to_progression_interval_censored", "… known only between two assessments"),
    ("candidate_to_progression", "Candidate to progression, all candidates"),
    ("candidate_to_progression_interval_censored", "… known only between two assessments"),
)
_PSEUDO = "pseudoprogression_incidence"
_INCIDENCES = (
    (_PSEUDO, "Pseudoprogression, from the start of first-line therapy; the undecided imputed"),
    (f"{_PSEUDO}_decided_only", "… decided only: the undecided are left out, and their weight is given away"),
    ("progression_incidence", "Progression, from the pseudoprogression"),
    ("death_incidence", "Death without progression, from the pseudoprogression"),
)


@dataclass(frozen=True)
class Times:
    """What the part shows."""

    plots: tuple[Plot, ...]
    swimmer: Plot | None
    medians: Grid
    incidences: Grid
    notes: Notes

    @property
    def shown(self) -> tuple[Plot, ...]:
        """Return the pictures in their order."""
        return self.plots + ((self.swimmer,) if self.swimmer else ())


def times(tables: ReleaseTables) -> Times:
    """Gather curves, medians and incidences of everyone."""
    notes = Notes("times")
    estimates = Estimates(tables, notes)
    return Times(
        plots=tuple(_curves(tables)),
        swimmer=swimmer(tables),
        medians=median_grid(
            "times-medians", "Median times", [(*lead, "all") for lead in _MEDIANS], estimates
        ),
        incidences=_incidences(estimates),
        notes=notes,
    )


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    yield from _curves(tables)
    lanes = swimmer(tables)
    if lanes:
        yield lanes


def _curves(tables: ReleaseTables) -> Iterator[Plot]:
    """Yield the survival curve of each time, over everyone; there is none of nobody."""
    for time in TIMES:
        curve = curve_of(tables, time.metric, "all")
        if curve.steps:
            anchor = f"plot-{time.metric.replace('_', '-')}"
            picture = survival_plot(anchor, time.name, [curve], time.axis, time.outcome)
            yield Plot("survival_curve", time.name, picture)


def curve_of(tables: ReleaseTables, metric: str, stratum: str) -> Curve:
    """Read one survival curve with its median."""
    table = tables["metric.survival_curve"]
    rows = table.where(protocol=tables.protocol, metric=metric, stratum=stratum)
    steps = tuple(
        CurveStep(
            time_days=row["time_days"],
            survival=row["survival"],
            low=row["ci_low"],
            high=row["ci_high"],
            has_events=row["events"] > 0,
            has_censored=row["censored"] > 0,
            at_risk=table.count(row, "at_risk"),
            left=row["at_risk"] - row["events"] - row["censored"],
        )
        for row in sorted(rows, key=lambda row: int(row["time_days"]))
    )
    median = tables["metric.estimate"].first(protocol=tables.protocol, metric=metric, stratum=stratum)
    name = stratum_words(stratum)
    return Curve(name, steps, median["estimate"] if median else None, is_exact=not tables.is_controlled)


def swimmer(tables: ReleaseTables) -> Plot | None:
    """Draw the courses of pseudoprogressions, a lane for each patient; None where there is nobody."""
    table = tables["metric.course_group"]
    rows = sorted(table.where(protocol=tables.protocol), key=lambda row: -int(row["days_to_end"]))
    lanes = [
        Lane(
            patients=table.count(row, "patients"),
            days_to_event=row["days_to_event"],
            days_to_confirmation=row["days_to_confirmation"],
            days_to_end=row["days_to_end"],
            has_progressed=row["outcome"] == "progressed",
        )
        for row in rows
    ]
    title = "Courses of pseudoprogressions"
    if not lanes:
        return None
    picture = swimmer_plot("plot-swimmer", title, thinned(lanes, MOST_LANES))
    note = left_out(lanes, MOST_LANES, table.name)
    return Plot("course_group", title, picture, note, is_tall=True)


def median_grid(
    anchor: str,
    caption: str,
    leads: Sequence[tuple[str, str, str]],
    estimates: Estimates,
    *,
    head: str = "Time",
) -> Grid:
    """Lay out medians: metric, name and stratum for each row; `head` is over the names."""
    rows: list[tuple[Cell, ...]] = []
    for metric, name, stratum in leads:
        shown = estimates.show(metric, stratum)
        rows.append(
            (
                name,
                shown.estimate,
                shown.months or NOTHING,
                shown.interval_cell,
                shown.patients,
                shown.events,
                shown.follow_up,
                shown.marks,
            )
        )
    counted = ("#Patients", "#Events", "#Median follow-up")
    heads = (head, "#Median", "#In months", "#95\u202f% interval", *counted, "Notes")
    return grid(anchor, caption, heads, rows)


def _incidences(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (name, *(estimates.show(f"{metric}_{days}_days").in_brief for days in HORIZON_DAYS))
        for metric, name in _INCIDENCES
    ]
    bounds = (
        estimates.between(f"{_PSEUDO}_lowest_{days}_days", f"{_PSEUDO}_highest_{days}_days")
        for days in HORIZON_DAYS
    )
    rows.insert(1, ("… if every undecided candidate were none, to if every one were one", *bounds))
    return grid(
        "times-incidence",
        "Share that had the event within so many days, with 95\u202f% interval",
        ("Event", *(f"#{days} days" for days in HORIZON_DAYS)),
        rows,
    )


SECTION = Section("times", "Times", times, plots=_plots)
