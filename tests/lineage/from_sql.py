"""Reads the SELECT files and says of each column of core and event which columns it is worked out from.

Where Python decides (the rules), what its conditions read counts as what they work out.
Not here: the metrics (`from_metrics.py`), and how the graph shows it (`assets/lineage.py`).
"""

from __future__ import annotations

import json
from importlib import resources

import polars as pl

from bpp_etl.events import FLOW_RULES, STATE_RULES, load_protocol
from bpp_etl.events.derive import CANDIDATE_STEPS, COURSE_STEPS, EVENTS, REFUSED
from bpp_etl.events.parameters import VERDICT_KINDS
from bpp_etl.events.rules import first_match
from bpp_etl.events.verdicts import verdict_columns
from bpp_etl.gate.stage import DERIVED
from bpp_etl.timeline.cadence import PACKAGE, STEPS
from bpp_etl.warehouse.select import Select, read_select
from schemas.cadence import AssessmentCadence
from schemas.contract import columns_of, delivered_columns
from schemas.event import EVENT_TABLES
from schemas.quarantine import quarantine_contract
from schemas.tables import TABLES
from tests.lineage.from_metrics import metric_columns
from tests.lineage.trace import Columns, Relations, Source, trace


def lineage() -> dict[str, dict[str, list[Source]]]:
    """Return for each table, for each column that is worked out from any, the columns of the layer before."""
    core = core_columns()
    core["core.assessment_cadence"] = cadence_columns()
    found = {**core, **event_columns(), **metric_columns()}
    return {
        table: {column: sorted(sources) for column, sources in columns.items() if sources}
        for table, columns in sorted(found.items())
    }


def core_columns() -> Relations:
    """Trace core to raw: a column of its own name, or what the table's own SELECT names."""
    found: Relations = {}
    for name, table in TABLES.items():
        plain = {"registry", "row_number", *(column.name for column in delivered_columns(table.contract))}
        raw = {column: frozenset({(f"raw.{name}", column)}) for column in plain}
        if name not in DERIVED:
            found[f"core.{name}"] = raw
            continue
        parsed: dict[str, frozenset[Source]] = {
            **raw,
            **{f"{column}_text": sources for column, sources in raw.items()},
            "problems": frozenset(),
        }
        sql = resources.files("bpp_etl.harmonise").joinpath(f"sql/{name}.sql").read_text("utf-8")
        traced = trace(sql, {f"parsed_{name}": parsed, **UNITS, **LIMITS})
        kept = {column.name for column in columns_of(table.contract)}
        found[f"core.{name}"] = {column: traced[column] for column in traced if column in kept}
    return found


_LOOKED_UP = frozenset({("raw.lab_results", "unit")})
UNITS: Relations = {
    "unit_spelling": dict.fromkeys(("unit_text", "folded_unit"), _LOOKED_UP),
    "alp_unit": dict.fromkeys(("analyte", "folded_unit", "factor", "kind", "harmonised_unit"), _LOOKED_UP),
}
"""The project's own tables of units: what is looked up in them by a registry's unit comes from that unit."""

_LIMIT_OF = frozenset(
    {("raw.lab_results", "laboratory"), ("raw.lab_results", "specimen_date"), ("raw.patients", "sex")}
)
LIMITS: Relations = {"declared_limit": dict.fromkeys(("row_number", "upper_limit_normal", "mark"), _LIMIT_OF)}
"""What registry.toml declares of limits: which of them holds for a result depends on these."""


def cadence_columns() -> Columns:
    """Trace the cadence to raw, through the core tables it is derived from."""
    relations = _core_as_sources()
    for step in STEPS:
        relations[step.name] = trace(read_select(step), relations)
    through = trace(read_select(Select(PACKAGE, "assessment_cadence")), relations)
    kept = {column.name for column in columns_of(AssessmentCadence)}
    return {
        column: frozenset((table.replace("core.", "raw."), name) for table, name in sources)
        for column, sources in through.items()
        if column in kept
    }


def event_columns() -> Relations:
    """Trace the events to core, through every step of evidence and what the rules read of it."""
    relations = _core_as_sources()
    relations[REFUSED.name] = trace(read_select(REFUSED), relations)
    for step in COURSE_STEPS:
        relations[step.name] = trace(read_select(step), relations)
    course = relations["course"]
    relations["flow"] = {
        "patient_id": course["patient_id"],
        "left_at": _read_by(first_match(FLOW_RULES), course),
    }
    for step in CANDIDATE_STEPS:
        relations[step.name] = trace(read_select(step), relations)
    evidence = relations["evidence"]
    called = _read_by(first_match(STATE_RULES), evidence)
    verdicts = verdict_columns({kind: load_protocol(kind) for kind in VERDICT_KINDS})
    relations["decided"] = {
        "patient_id": evidence["patient_id"],
        **dict.fromkeys(("rule", "state", "reason"), called),
        **{name: _read_by(expression, evidence) for name, expression in verdicts.items()},
    }
    return {f"event.{table}": trace(read_select(Select(EVENTS, table)), relations) for table in EVENT_TABLES}


def _core_as_sources() -> Relations:
    """Let each column of core and of the quarantine stand for itself; what was refused is core's to tell."""
    found: Relations = {}
    for name, table in TABLES.items():
        found[f"core.{name}"] = {
            column.name: frozenset({(f"core.{name}", column.name)}) for column in columns_of(table.contract)
        }
        found[f"quarantine.{name}"] = {
            column.name: frozenset() for column in columns_of(quarantine_contract(name))
        }
    return found


def _read_by(expression: pl.Expr, columns: Columns) -> frozenset[Source]:
    return frozenset().union(*(columns[name] for name in expression.meta.root_names()))


def written() -> str:
    """Write the lineage as the graph reads it: a line for each column."""
    tables = []
    for table, columns in lineage().items():
        lines = [
            f"    {json.dumps(column)}: {json.dumps([f'{source}.{name}' for source, name in sources])}"
            for column, sources in sorted(columns.items())
        ]
        tables.append(f"  {json.dumps(table)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(tables) + "\n}\n"
