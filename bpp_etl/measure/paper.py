"""The cohort beside the printed figures of the seed study, in the study's own conventions.

Not here: the figures (`paper.toml`), and any estimate of its own: each is one of `metric.estimate`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from bpp_etl.measure.rows import Row
from schemas.metric_codes import PAPER_FIGURE, PAPER_UNIT

DAYS_PER_MONTH = 30
"""All six medians that this study and its predecessor print are whole days over 30."""

PER_UNIT: Mapping[str, float] = {"months": 1 / DAYS_PER_MONTH, "percent": 100}
"""What a number of ours is multiplied by, to stand in the unit of the study; 1 where it is not named."""

TINY = 1e-9
"""A number this little below a decimal is that decimal."""


@dataclass(frozen=True)
class PublishedFigure:
    """One figure of the study, and the estimate of ours that answers it.

    `field` is the column of `metric.estimate` that holds the answer. What the study says in words alone has
    no number in `published`; what it leaves open has no words either, and is ours. One that `is_cut_off` is
    not rounded to the printed decimal.
    """

    id: str
    unit: str
    metric: str
    says: str | None = None
    published: float | None = None
    stratum: str = "all"
    field: str = "estimate"
    low: float | None = None
    high: float | None = None
    is_cut_off: bool = False


@dataclass(frozen=True)
class Study:
    """The study and its figures, in the order in which it is read."""

    text: str
    doi: str
    figures: tuple[PublishedFigure, ...]


def load_study() -> Study:
    """Read the figures of the seed study."""
    told = tomllib.loads((files("bpp_etl.measure") / "paper.toml").read_text(encoding="utf-8"))
    figures = tuple(PublishedFigure(id=name, **figure) for name, figure in told["figure"].items())
    unknown = {figure.id for figure in figures} ^ set(PAPER_FIGURE)
    unknown |= {figure.unit for figure in figures} - set(PAPER_UNIT)
    if unknown:
        raise ValueError(f"paper.toml and the contract differ on {', '.join(sorted(unknown))}")
    return Study(text=told["study"]["text"], doi=told["study"]["doi"], figures=figures)


def paper_rows(rows: Iterable[Row]) -> list[Row]:
    """Write the estimates that answer the study's figures as rows of `metric.paper_comparison`.

    `rows` are of one protocol. What disclosure control does to an estimate it does to its row here, for both
    rest on the same counts.
    """
    found = {(row.values["metric"], row.values["stratum"]): row for row in rows if row.table == "estimate"}
    study = load_study()
    return [
        _row(study, position, figure, found[figure.metric, figure.stratum])
        for position, figure in enumerate(study.figures, start=1)
    ]


def _row(study: Study, position: int, figure: PublishedFigure, ours: Row) -> Row:
    factor = PER_UNIT.get(figure.unit, 1.0)
    limits = [ours.values[limit] if figure.low is not None else None for limit in ("ci_low", "ci_high")]
    low, high = (_scaled(limit, factor) for limit in limits)
    estimate = _scaled(ours.values[figure.field], factor) if figure.field in ours.values else None
    if figure.is_cut_off and estimate is not None:
        estimate = math.floor(estimate * 10 + TINY) / 10
    counts = dict(ours.counts)
    is_count = figure.field in counts
    if is_count:
        counts["compatible_estimate"] = counts[figure.field]
    return Row(
        table="paper_comparison",
        values={
            "protocol": ours.values["protocol"],
            "position": position,
            "figure": figure.id,
            "unit": figure.unit,
            "published_text": figure.says,
            "published": None if figure.published is None else float(figure.published),
            "published_low": figure.low,
            "published_high": figure.high,
            "doi": study.doi,
            "compatible_estimate": None if is_count else estimate,
            "compatible_low": low,
            "compatible_high": high,
            "events": None,
            "metric": figure.metric,
            "stratum": figure.stratum,
            "warnings": [] if is_count else list(ours.values["warnings"]),  # type: ignore[call-overload]
        },
        counts=counts,
        subjects=ours.subjects,
        statistics=("compatible_estimate", "compatible_low", "compatible_high"),
        tells_counts=ours.tells_counts,
    )


def _scaled(value: object, factor: float) -> float | None:
    return None if value is None else float(value) * factor  # type: ignore[arg-type]
