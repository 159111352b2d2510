"""What this report cannot tell: limitations of the data, of the definition and of the estimates.

Not here: their words (`templates/limits.html.j2`), and warnings of estimates (`schemas/metric_codes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.figures import Missing, Piece
from bpp_etl.report.numbers import whole
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables

CHANCE = 0.05
"""How often a p-value lies below this where there is nothing to find."""


@dataclass(frozen=True)
class Limits:
    """The numbers of limitations: undecided of all candidates, and p-values with those due to chance."""

    undecided: Piece
    candidates: Piece
    tests: str
    by_chance: str


def limits(tables: ReleaseTables) -> Limits:
    """Count what the limitations are about."""
    estimates = tables["metric.estimate"].where(protocol=tables.protocol)
    tests = sum(row["p_value"] is not None for row in estimates)
    return Limits(
        undecided=_patients(tables, "indeterminate"),
        candidates=_patients(tables, "candidate"),
        tests=whole(tests),
        by_chance=whole(round(tests * CHANCE)),
    )


def _patients(tables: ReleaseTables, step: str) -> Piece:
    flow = tables["metric.flow"]
    row = flow.first(protocol=tables.protocol, stratum="all", step=step)
    return flow.count(row, "patients") if row else Missing("an unknown number")


SECTION = Section("limits", "What this report cannot tell", limits)
