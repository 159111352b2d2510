"""How the numbers came about: definitions with parameters, rules, rule sets, every estimate's method.

Not here: conventions that hold for every release; those are prose (`templates/methods.html.j2`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.events import STATE_RULES
from bpp_etl.events.parameters import PARAMETERS
from bpp_etl.events.protocol import default_told
from bpp_etl.metrics.imputation import IMPUTATIONS
from bpp_etl.report.applied import Applied
from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import Code, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import STEPS
from schemas.metrics import METRICS
from schemas.metrics.strata import STRATA, Stratum

NOT_SET = "not set"


@dataclass(frozen=True)
class Definition:
    """One protocol of the release that gives a state, and in what it differs from the report's own."""

    protocol: Applied
    differences: tuple[Piece, ...]


@dataclass(frozen=True)
class Methods:
    """What the part shows."""

    is_controlled: bool
    definitions: tuple[Definition, ...]
    parameters: Grid
    rules: Grid
    rule_sets: tuple[Applied, ...]
    estimates: Grid
    strata: tuple[Stratum, ...]
    imputations: int
    interval: Piece
    notes: Notes


def methods(tables: ReleaseTables) -> Methods:
    """Gather definitions, rules and methods."""
    notes = Notes("methods")
    own = tables.applied[0]
    return Methods(
        is_controlled=tables.is_controlled,
        definitions=tuple(
            Definition(protocol, _differences(protocol, own))
            for protocol in tables.applied
            if protocol.is_event
        ),
        parameters=_parameters(own),
        rules=_rules(own),
        rule_sets=tuple(protocol for protocol in tables.applied if not protocol.is_event),
        estimates=_estimates(tables, notes),
        strata=tuple(STRATA.values()),
        imputations=IMPUTATIONS,
        interval=Estimates(tables, notes).show("cadence_interval").estimate,
        notes=notes,
    )


def _differences(protocol: Applied, own: Applied) -> tuple[Piece, ...]:
    def told(applied: Applied, name: str) -> str:
        return applied.told(name) if name in applied.values else default_told(applied.kind, name) or NOT_SET

    # An optional parameter may be set by one of them alone.
    names = dict.fromkeys((*protocol.values, *own.values))
    return tuple(
        text(Code(name), f" ({told(protocol, name)}, not {told(own, name)})")
        for name in names
        if told(protocol, name) != told(own, name)
    )


def _parameters(protocol: Applied) -> Grid:
    declared = PARAMETERS[protocol.kind]
    return grid(
        "methods-parameters",
        f"Parameters of {protocol.name}",
        ("Parameter", "What it sets", "Value", "Where it comes from"),
        [
            (Code(name), declared[name].sentence, value.with_unit, value.source)
            for name, value in protocol.values.items()
        ],
    )


def _rules(own: Applied) -> Grid:
    return grid(
        "methods-rules",
        "How a candidate is decided: in this order, and the first that holds decides",
        ("Rule", "When it holds", "State", "Source"),
        [
            (Code(rule.id), rule.sentence, STEPS[rule.state] if rule.state else "", rule.citation)
            for rule in (one.under(own) for one in STATE_RULES)
        ],
    )


def _estimates(tables: ReleaseTables, notes: Notes) -> Grid:
    estimates = Estimates(tables, notes)

    def cells(row: Row) -> tuple[Cell, ...]:
        shown = estimates.of_row(row)
        return (
            text(METRICS[row["metric"]].sentence, " ", Code(row["metric"])),
            shown.estimate,
            shown.interval_cell,
            shown.p_value,
            shown.patients,
            shown.events,
            shown.method,
            shown.marks,
        )

    heads = ("Estimate", "#Value", "#95\u202f% interval", "#p", "#Patients", "#Events", "Method", "Notes")
    rows = tables["metric.estimate"].where(protocol=tables.protocol, stratum="all")
    return grid(
        "methods-estimates",
        "Every estimate of everyone, with its method",
        heads,
        [cells(row) for row in rows],
    )


SECTION = Section("methods", "Methods", methods, is_folded=True)
