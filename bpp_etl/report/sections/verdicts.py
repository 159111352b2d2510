"""What other rule sets make of the same candidates, and what other definitions make of the same patients.

Not here: the rule sets themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import NOTHING, Piece
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.notes import Notes
from bpp_etl.report.tables import ReleaseTables, protocol_names
from bpp_etl.report.words import RULE_SETS, STEPS, VERDICTS

STATES = ("pseudoprogression", "true_progression", "indeterminate")
_COUNTS = ("candidate", *STATES)
_METRICS = (
    ("pseudoprogression_share", "Pseudoprogressions among decided candidates"),
    ("time_to_pseudoprogression", "Start of therapy to pseudoprogression, median"),
    ("pseudoprogression_to_progression", "Pseudoprogression to progression, median"),
    ("candidate_to_progression", "Candidate to progression, median"),
)


@dataclass(frozen=True)
class Verdicts:
    """What the part shows; `definitions` is None where the release applied one definition only."""

    concordance: Grid
    agreement: Grid
    definitions: Grid | None
    notes: Notes


def verdicts(tables: ReleaseTables) -> Verdicts:
    """Gather verdicts and definitions."""
    notes = Notes("verdicts")
    estimates = Estimates(tables, notes)
    return Verdicts(_concordance(tables), _agreement(estimates), _definitions(tables, estimates), notes)


def _concordance(tables: ReleaseTables) -> Grid:
    table = tables["metric.concordance"]
    rows: list[tuple[Cell, ...]] = []
    told = table.where(protocol=tables.protocol)
    for rule_set in dict.fromkeys(row["rule_set"] for row in told):
        group: list[tuple[Cell, ...]] = []
        for verdict in dict.fromkeys(row["verdict"] for row in told if row["rule_set"] == rule_set):
            cells: list[Piece] = []
            for state in STATES:
                row = table.first(protocol=tables.protocol, rule_set=rule_set, verdict=verdict, state=state)
                cells.append(table.count(row, "patients") if row else NOTHING)
            group.append((RULE_SETS.get(rule_set, rule_set), VERDICTS.get(verdict, verdict), *cells))
        rows += spread(group, 0)
    heads = ("Rule set", "Verdict", *(f"#{STEPS[state]}" for state in STATES))
    return grid("verdicts-table", "Candidates by verdict and by what they proved to be", heads, rows)


def _agreement(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for rule_set, name in RULE_SETS.items():
        shown = estimates.show(f"agreement_{rule_set}")
        rows.append((name, shown.estimate, shown.interval or NOTHING, shown.patients, shown.marks))
    heads = ("Rule set", "#Cohen's kappa", "#95\u202f% interval", "#Candidates", "Notes")
    return grid("verdicts-agreement", "Agreement of the state with each verdict", heads, rows)


def _definitions(tables: ReleaseTables, estimates: Estimates) -> Grid | None:
    flow = tables["metric.flow"]
    measured = {row["protocol"] for row in flow.rows}
    names = [name for name in protocol_names(tables.release) if name in measured]
    if len(names) < 2:
        return None
    rows: list[tuple[Cell, ...]] = []
    for step in _COUNTS:
        cells: list[Piece] = []
        for name in names:
            row = flow.first(protocol=name, stratum="all", step=step)
            cells.append(flow.count(row, "patients") if row else NOTHING)
        rows.append(("Candidates" if step == "candidate" else STEPS[step], *cells))
    for metric, words in _METRICS:
        rows.append((words, *(estimates.show(metric, protocol=name).in_brief for name in names)))
    heads = ("", *(f"#{name}" for name in names))
    return grid("definitions-table", "The same patients under each definition of the release", heads, rows)
