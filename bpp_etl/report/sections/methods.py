"""How the numbers came about: definitions with parameters, rules, rule sets, every estimate's method.

Not here: conventions that hold for every release; those are prose (`templates/methods.html.j2`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.events import STATE_RULES, Protocol, load_protocol, shipped
from bpp_etl.events.parameters import PARAMETERS, VERDICT_KINDS, Value
from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import NOTHING, Code, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import STEPS
from schemas.metrics import METRICS
from schemas.metrics.strata import STRATA, Stratum


@dataclass(frozen=True)
class Definition:
    """One protocol of the release; without `protocol` its parameters are not at hand, and `told` says why."""

    name: str
    digest: str
    protocol: Protocol | None
    told: str
    differences: tuple[Piece, ...]


@dataclass(frozen=True)
class Methods:
    """What the part shows."""

    definitions: tuple[Definition, ...]
    parameters: Grid | None
    rules: Grid
    rule_sets: tuple[Protocol, ...]
    estimates: Grid
    strata: tuple[Stratum, ...]
    notes: Notes


def methods(tables: ReleaseTables) -> Methods:
    """Gather definitions, rules and methods."""
    notes = Notes("methods")
    named = [str(told).rsplit(":", 1) for told in tables.release["protocols"]]
    found = {name: (digest, *_loaded(name, digest)) for name, digest in named}
    first = found[named[0][0]][1]
    definitions = tuple(
        Definition(name, digest, protocol, told, _differences(protocol, first))
        for name, (digest, protocol, told) in found.items()
    )
    own = {protocol.kind: protocol for _, protocol, _ in found.values() if protocol and not protocol.is_event}
    return Methods(
        definitions=definitions,
        parameters=_parameters(first) if first else None,
        rules=_rules(),
        rule_sets=tuple(own.get(kind) or load_protocol(kind) for kind in VERDICT_KINDS),
        estimates=_estimates(tables, notes),
        strata=tuple(STRATA.values()),
        notes=notes,
    )


def _loaded(name: str, digest: str) -> tuple[Protocol | None, str]:
    """Load a shipped protocol, or say why its parameters cannot be shown."""
    if name not in shipped():
        return (
            None,
            "This definition does not come with the software; its own file holds its parameters.",
        )
    protocol = load_protocol(name)
    if protocol.digest != digest:
        return (
            None,
            "The software now comes with other parameters than this release was made with.",
        )
    return protocol, ""


def _differences(protocol: Protocol | None, first: Protocol | None) -> tuple[Piece, ...]:
    if protocol is None or first is None or protocol is first or protocol.kind != first.kind:
        return ()
    return tuple(
        text(Code(name), f" ({_written(setting.value)}, not {_written(first.settings[name].value)})")
        for name, setting in protocol.settings.items()
        if setting.value != first.settings[name].value
    )


def _written(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, str) else f"{value:g}"


def _parameters(protocol: Protocol) -> Grid:
    declared = PARAMETERS[protocol.kind]
    return grid(
        "methods-parameters",
        f"Parameters of {protocol.name}",
        ("Parameter", "What it sets", "Value", "Where it comes from"),
        [
            (
                Code(name),
                declared[name].sentence,
                f"{_written(setting.value)} {setting.unit}".rstrip(),
                setting.source,
            )
            for name, setting in protocol.settings.items()
        ],
    )


def _rules() -> Grid:
    return grid(
        "methods-rules",
        "How a candidate is decided: in this order, and the first that holds decides",
        ("Rule", "When it holds", "State", "Source"),
        [
            (Code(rule.id), rule.sentence, STEPS[rule.state] if rule.state else "", rule.citation)
            for rule in STATE_RULES
        ],
    )


def _estimates(tables: ReleaseTables, notes: Notes) -> Grid:
    estimates = Estimates(tables, notes)

    def cells(row: Row) -> tuple[Cell, ...]:
        shown = estimates.of_row(row)
        return (
            text(METRICS[row["metric"]].sentence, " ", Code(row["metric"])),
            shown.estimate,
            shown.interval or NOTHING,
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


SECTION = Section("methods", "Methods", methods)
