"""Says of each number in a metric table which columns of core and event it is worked out from.

A metric is selected by SQL and counted in Python. The SELECT files are traced; which of their columns a table
counts is declared here. Names of rows (protocol, metric, step, bone) are codes, and come from no column.
Not here: tracing a SELECT (`from_sql.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bpp_etl.measure.baseline import STATE_KEY
from bpp_etl.warehouse.select import Select, read_select
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.metric import METRIC_TABLES
from schemas.metric_codes import BASELINE_CHARACTERISTIC
from schemas.verdicts import VERDICT_SETS
from tests.lineage.trace import Columns, Relations, trace

COUNTED = (
    "alp_trajectory",
    "flagged",
    "first_line_survival",
    *("candidate", "baseline_state", "first_line_outcome", "left_at", "open_question", "overlap"),
    *("site_of_candidate", "site_of_episode", "cadence_first_line", "cadence_pseudoprogression"),
    *("cadence_days_first_line", "cadence_days_pseudoprogression"),
    "bone_alp",
)
"""SELECT files that Python counts. Who was refused is not in core, and `registry` names the strata alone."""

BEFORE = ("first_line_end",)
"""SELECT files that those read."""

ORDER = ("patient_id", "row_number")
"""Columns by which rows are ordered, and nothing else."""

STRATUM, NUMBERS = "stratum", "*"
_STRATA = ("candidate.registry", "candidate.her2", "candidate.evidence")
_STARTS = (
    "first_line_survival.registry",
    "first_line_survival.her2_at_start",
    "first_line_survival.days_to_confirmation",
)
_STATES = ("candidate.state", "candidate.has_progression")
_CALLS = tuple(f"candidate.{name}" for name in VERDICT_SETS)
_ALP = tuple(f"candidate.alp_{name}_minus_baseline" for name in ("event", "progression"))
_SURVIVAL = (
    *("days_without_progression", "has_progressed_or_died", "days_alive", "has_died"),
    "days_to_confirmation",
)
_LIMITS = tuple(f"candidate.alp_{name}_times_limit" for name in ("baseline", "event", "progression"))
_CADENCE = tuple(f"cadence_{whose}" for whose in ("first_line", "pseudoprogression"))

READS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "survival_curve": {
        STRATUM: (*_STRATA, *_STARTS),
        NUMBERS: (
            *_STATES,
            "candidate.has_observed_progression",
            *(f"candidate.days_{name}" for name in ("to_event", "to_confirmation", "followed", "observed")),
            *(f"first_line_survival.{name}" for name in _SURVIVAL),
        ),
    },
    "flow": {
        STRATUM: (*_STRATA, "left_at.registry"),
        NUMBERS: ("left_at.left_at", "left_at.patients", *_STATES, "candidate.reason"),
    },
    "baseline": {
        STRATUM: ("baseline_state.state",),
        NUMBERS: tuple(f"baseline_state.{name}" for name in (STATE_KEY, *BASELINE_CHARACTERISTIC)),
    },
    "lesion_site": {NUMBERS: ("site_of_candidate.*", "site_of_episode.*", "candidate.state")},
    "alp_change": {
        STRATUM: ("candidate.state", "candidate.is_bone_progression"),
        NUMBERS: (
            *_ALP,
            "candidate.alp_progression_minus_event",
            "candidate.state",
            "candidate.is_bone_progression",
        ),
    },
    "alp_grade": {
        STRATUM: ("candidate.state",),
        NUMBERS: (*_LIMITS, "candidate.alp_baseline", *_ALP, "candidate.state"),
    },
    "concordance": {NUMBERS: ("candidate.state", *_CALLS, "overlap.*")},
    "cadence": {
        STRATUM: tuple(f"{name}.label" for name in _CADENCE),
        NUMBERS: tuple(
            f"{name}.{what}" for name in _CADENCE for what in ("total", "on_time", "early", "late", "missed")
        ),
    },
    "open_question": {
        STRATUM: ("open_question.registry", "open_question.has_baseline"),
        NUMBERS: ("open_question.missing", "open_question.has_baseline", "open_question.patients"),
    },
    "course_group": {
        "patients": _STATES,
        "days_to_event": ("candidate.days_to_event",),
        "days_to_confirmation": ("candidate.days_to_event", "candidate.days_to_confirmation"),
        "days_to_end": ("candidate.days_to_event", "candidate.days_followed"),
    },
    "alp_group": {
        STRATUM: ("candidate.state",),
        "patients": ("candidate.state", *_ALP),
        "change_at_event": _ALP[:1],
        "change_at_progression": _ALP[1:],
    },
    "estimate": {
        STRATUM: (
            *_STRATA,
            *_STARTS,
            "candidate.state",
            "candidate.is_bone_progression",
            "site_of_candidate.site",
            "flagged.flag",
        ),
        NUMBERS: tuple(f"{name}.*" for name in COUNTED if name != "baseline_state"),
    },
    "paper_comparison": {STRATUM: ("candidate.her2",), NUMBERS: ("candidate.*", "site_of_candidate.*")},
}


def metric_columns() -> Relations:
    """Trace each number of the metric tables to core and event, and each stratum to what it splits by."""
    selected = selected_columns()
    found: Relations = {}
    for table, contract in METRIC_TABLES.items():
        read = READS[table]
        numbers = [
            column.name
            for column in columns_of(contract)
            if column.dtype.startswith(("Int", "Float"))
            and column.name != "position"
            and not column.name.startswith("published")
        ]
        named = {name: read[name] for name in read if name != NUMBERS}
        by_column = {**dict.fromkeys(numbers, read.get(NUMBERS, ())), **named}
        found[f"metric.{table}"] = {
            column: frozenset().union(*_sources(words, selected)) for column, words in by_column.items()
        }
    return found


def selected_columns() -> Relations:
    """Trace the SELECT files that Python counts."""
    relations: Relations = {
        f"{schema}.{table}": {
            column.name: frozenset({(f"{schema}.{table}", column.name)}) for column in columns_of(contract)
        }
        for schema in ("core", "event")
        for table, contract in catalog()[schema].items()
    }
    for name in (*BEFORE, *COUNTED):
        relations[name] = trace(read_select(Select("bpp_etl.measure", name)), relations)
    return {name: relations[name] for name in COUNTED}


def _sources(words: Iterable[str], selected: Relations) -> Iterable[Columns | frozenset[tuple[str, str]]]:
    for word in words:
        name, _, column = word.partition(".")
        named = [one for one in selected[name] if one not in ORDER] if column == NUMBERS else [column]
        yield from (selected[name][one] for one in named)
