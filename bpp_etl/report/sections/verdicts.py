"""What other rule sets make of the same candidates, and what other definitions make of the same patients.

Not here: the rule sets themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import NOTHING, Piece
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.notes import Notes
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import SHORT_STEPS, STEPS, stratum_words
from schemas.verdicts import VERDICT_SETS, VERDICT_WORDS

STATES = ("pseudoprogression", "true_progression", "indeterminate")
OWN = "This definition"
_SHIFTED = ("time_to_pseudoprogression", "pseudoprogression_to_progression")
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
    medians: Grid
    definitions: Grid | None
    between: tuple[Grid, ...]
    notes: Notes


def verdicts(tables: ReleaseTables) -> Verdicts:
    """Gather verdicts and definitions."""
    notes = Notes("verdicts")
    estimates = Estimates(tables, notes)
    return Verdicts(
        _concordance(tables),
        _agreement(tables, estimates),
        _medians(tables, estimates),
        _definitions(tables, estimates),
        tuple(_between(tables)),
        notes,
    )


def _concordance(tables: ReleaseTables) -> Grid:
    table = tables["metric.concordance"]
    rows: list[tuple[Cell, ...]] = []
    own = {"protocol": tables.protocol, "definition": tables.protocol}
    told = table.where(**own)
    for rule_set, one in VERDICT_SETS.items():
        group: list[tuple[Cell, ...]] = []
        named = {**own, "other_definition": rule_set}
        for verdict in dict.fromkeys(
            row["other_call"] for row in told if row["other_definition"] == rule_set
        ):
            cells: list[Piece] = []
            for state in STATES:
                row = table.first(**named, call=state, other_call=verdict)
                cells.append(table.count(row, "patients") if row else NOTHING)
            group.append((one.title, VERDICT_WORDS[verdict], *cells))
        rows += spread(group, 0)
    heads = ("Rule set", "Verdict", *(f"#{STEPS[state]}" for state in STATES))
    return grid("verdicts-table", "Candidates by verdict and by what they proved to be", heads, rows)


def _agreement(tables: ReleaseTables, estimates: Estimates) -> Grid:
    compared = [(OWN, one.title, f"agreement_{one.name}", "all") for one in VERDICT_SETS.values()]
    compared += [
        (one.title, other.title, f"agreement_{one.name}_{other.name}", "all")
        for one, other in combinations(VERDICT_SETS.values(), 2)
    ]
    compared += [
        (OWN, name, "agreement_protocol", f"definition={name}")
        for name in _measured(tables)
        if name != tables.protocol
    ]
    rows: list[tuple[Cell, ...]] = []
    for one, other, metric, stratum in compared:
        shown = estimates.show(metric, stratum)
        rows.append((one, other, shown.estimate, shown.interval_cell, shown.patients, shown.marks))
    heads = ("Between", "and", "#Cohen's kappa", "#95\u202f% interval", "#Patients", "Notes")
    return grid("verdicts-agreement", "Agreement of every two definitions", heads, rows)


def _medians(tables: ReleaseTables, estimates: Estimates) -> Grid:
    others = [*VERDICT_SETS, *(name for name in _measured(tables) if name != tables.protocol)]
    rows: list[tuple[Cell, ...]] = [
        (
            OWN,
            *(piece for metric in _SHIFTED for piece in (estimates.show(metric).in_brief, NOTHING)),
        )
    ]
    for other in others:
        pieces: list[Piece] = []
        for metric in _SHIFTED:
            if other in VERDICT_SETS:
                pieces.append(estimates.show(metric, f"definition={other}").in_brief)
            else:
                pieces.append(estimates.show(metric, protocol=other).in_brief)
            pieces.append(estimates.show(f"{metric}_shift", f"definition={other}").in_brief)
        rows.append((stratum_words(f"definition={other}"), *pieces))
    heads = ("Definition", "#To the event, median", "#moved by", "#Event to progression, median", "#moved by")
    return grid("verdicts-medians", "How far the medians move by definition", heads, rows)


def _between(tables: ReleaseTables) -> Iterator[Grid]:
    """Yield the table of calls of the report's protocol against each other one of the release."""
    table = tables["metric.concordance"]
    own = {"protocol": tables.protocol, "definition": tables.protocol}
    for other in _measured(tables):
        told = table.where(**own, other_definition=other)
        calls = list(dict.fromkeys(row["call"] for row in told))
        rows: list[tuple[Cell, ...]] = []
        for call in calls:
            cells: list[Piece] = []
            for other_call in calls:
                row = table.first(**own, call=call, other_definition=other, other_call=other_call)
                cells.append(table.count(row, "patients") if row else NOTHING)
            rows.append((tables.steps[call], *cells))
        if rows:
            heads = (f"Under {tables.protocol}", *(f"#{SHORT_STEPS[call]}" for call in calls))
            yield grid(f"between-{other}", f"The same patients under {other}", heads, rows)


def _measured(tables: ReleaseTables) -> list[str]:
    """List the protocols that give states, in the release's order."""
    measured = {row["protocol"] for row in tables["metric.flow"].rows}
    return [name for name in (one.name for one in tables.applied) if name in measured]


def _definitions(tables: ReleaseTables, estimates: Estimates) -> Grid | None:
    flow = tables["metric.flow"]
    names = _measured(tables)
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


SECTION = Section("verdicts", "Other rule sets", verdicts, is_folded=True)
