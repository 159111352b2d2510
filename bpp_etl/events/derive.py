"""Runs the evidence steps and the rules for one registry and writes its rows of the `event` schema.

Not here: what the steps select (`sql/`), what the rules say (`rules.py`, `verdicts.py`), transactions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from bpp_etl.events.parameters import PARAMETERS, VERDICT_KINDS
from bpp_etl.events.protocol import Protocol
from bpp_etl.events.protocol_file import DEFAULT_PROTOCOL, ProtocolError, load_protocol
from bpp_etl.events.rules import FLOW_RULES, STATE_RULES, first_match, outcome_of
from bpp_etl.events.verdicts import verdict_columns
from bpp_etl.timeline.kept import show_kept
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import (
    Parameters,
    Select,
    drop_relations,
    ensure_table,
    fill_table,
    has_table,
    read_select,
    run_step,
    used_parameters,
)
from schemas.event import EVENT_TABLES, NOT_IN_COHORT, OPEN_QUESTIONS, closing_evidence
from schemas.flags import RULE_FLAGS
from schemas.stated import NOTHING_STATED, Stated

EVENTS = "bpp_etl.events"
TIMELINE = "bpp_etl.timeline"

COURSE_STEPS = (
    Select(TIMELINE, "imaging"),
    Select(TIMELINE, "time_point"),
    Select(TIMELINE, "treatment_line"),
    Select(TIMELINE, "appointment"),
    Select(EVENTS, "known_lesion"),
    Select(EVENTS, "candidate_lesion"),
    Select(EVENTS, "lesion_finding"),
    Select(EVENTS, "episode"),
    Select(EVENTS, "scan"),
    Select(EVENTS, "course_point"),
    Select(EVENTS, "course"),
)
"""Up to where each patient leaves the course; the flow rules read the last of them."""

CANDIDATE_STEPS = tuple(
    Select(EVENTS, name)
    for name in (
        "candidate",
        "asked_day",
        "her2_place",
        "her2_known",
        "alp_day",
        "alp_baseline",
        "baseline",
        "follow_up",
        "deciding_point",
        "trail",
        "episode_lesion",
        "new_lesions",
        "lesion_past",
        "first_record",
        "last_record",
        "row_flag",
        "verdict_point",
        "verdict_course",
        "pcwg3_course",
        "alp_course",
        "candidate_flag",
        "evidence",
        "lacking_ct",
    )
)
"""What is known about each candidate; the state rules read the last of them."""

REFUSED = Select(EVENTS, "refused_patient")
REFUSED_COLUMNS = {
    "imaging_assessments": ("registry", "patient_id", "broken_rules"),
    "therapy_lines": ("registry", "patient_id", "broken_rules"),
    "bone_lesions": ("registry", "assessment_id", "broken_rules"),
}


@dataclass(frozen=True)
class EventSummary:
    """How many patients each protocol judged, where they left, how often a rule decided, what is missing."""

    registry: str
    patients: int
    by_left_at: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    by_rule: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    by_state: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    by_missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def first_lines(self) -> Mapping[str, int]:
        """Return how many patients have a first line in the calendar window, by protocol."""
        return {
            name: sum(number for step, number in left.items() if step not in NOT_IN_COHORT)
            for name, left in self.by_left_at.items()
        }

    def candidates(self, protocol: str) -> int:
        """Return how many candidates the protocol found."""
        return sum(self.by_rule[protocol].values())


def derive_events(
    con: Connection,
    registry: str,
    delivery_date: date,
    protocols: Iterable[Protocol] | None = None,
    *,
    delivery: str | None = None,
    stated: Stated = NOTHING_STATED,
) -> EventSummary:
    """Replace the registry's rows of the tables of `event`.

    Reads `core.*`, and `quarantine.*` where it exists, in the database in use. Without protocols the default
    one is applied. A protocol that only gives a verdict replaces the shipped one of its kind. `delivery` is
    the delivery's name where that is more than its date, `stated` what the registry states of its rows. The
    caller owns the transaction; the same core tables, date, statements and protocols give the same rows.
    """
    judged, comparisons = sort_protocols(protocols)
    clear_events(con, registry)
    run = _Run(con, comparisons)
    run.gather_refused({"registry": registry})
    flows: dict[str, Counter[str]] = {}
    rules: dict[str, Counter[str]] = {}
    states: dict[str, Counter[str]] = {}
    missing: dict[str, Counter[str]] = {}
    patients = 0
    for protocol in judged:
        parameters = bind_parameters(protocol, comparisons, stated) | {
            "registry": registry,
            "delivery_date": delivery_date,
            "delivery": delivery or delivery_date.isoformat(),
        }
        flow, decided = run.judge(parameters)
        for table in EVENT_TABLES:
            fill_table(con, "event", table, Select(EVENTS, table), parameters)
        patients = flow.height
        flows[protocol.name] = _count(flow["left_at"])
        rules[protocol.name] = _count(decided["rule"])
        states[protocol.name] = _count(decided["state"])
        missing[protocol.name] = _count_missing(con, registry, protocol.name)
    run.clean_up()
    return EventSummary(
        registry, patients, by_left_at=flows, by_rule=rules, by_state=states, by_missing=missing
    )


def clear_events(con: Connection, registry: str) -> None:
    """Make room for the registry's rows in the tables of `event`, which are there afterwards."""
    for table, contract in EVENT_TABLES.items():
        ensure_table(con, "event", table, contract)
        con.execute(f"delete from event.{table} where registry = $registry", {"registry": registry})  # noqa: S608


def sort_protocols(protocols: Iterable[Protocol] | None) -> tuple[list[Protocol], dict[str, Protocol]]:
    """Split protocols into those that give a state and the one of each kind that gives a verdict."""
    given = list(protocols) if protocols is not None else [load_protocol(DEFAULT_PROTOCOL)]
    judged = [protocol for protocol in given if protocol.is_event]
    if not judged:
        raise ProtocolError(
            "none of the protocols gives a state", "name at least one of kind event, such as xu2025"
        )
    if len({protocol.name for protocol in judged}) < len(judged):
        raise ProtocolError("two protocols have the same name", "give each protocol file its own name")
    told = [protocol.kind for protocol in given if not protocol.is_event]
    if len(set(told)) < len(told):
        twice = next(kind for kind in VERDICT_KINDS if told.count(kind) > 1)
        raise ProtocolError(f"two protocols give the verdict of {twice}", "name one for each rule set")
    comparisons = {kind: load_protocol(kind) for kind in VERDICT_KINDS}
    comparisons.update((protocol.kind, protocol) for protocol in given if not protocol.is_event)
    return judged, comparisons


class _Run:
    """The steps of one call; none is repeated while nothing before it and none of its values changed."""

    def __init__(self, con: Connection, comparisons: Mapping[str, Protocol]) -> None:
        self.con = con
        self.comparisons = comparisons
        self.done: dict[str, dict[str, object]] = {}
        self.worked_out: set[str] = set()
        self.is_stale = False
        self.flow = pl.DataFrame()

    def judge(self, parameters: Parameters) -> tuple[pl.DataFrame, pl.DataFrame]:
        self.is_stale = False
        self.run(COURSE_STEPS, parameters)
        if self.is_stale or self.flow.is_empty():
            course = self.con.table("course").pl()
            self.flow = course.select("patient_id", left_at=first_match(FLOW_RULES))
            self.keep("flow", self.flow)
        self.run(CANDIDATE_STEPS, parameters)
        evidence = self.con.table("evidence").pl()
        verdicts = verdict_columns(self.comparisons)
        decided = evidence.with_columns(rule=first_match(STATE_RULES), **verdicts).select(
            "patient_id",
            "rule",
            *verdicts,
            state=outcome_of(pl.col("rule"), STATE_RULES, "state"),
            reason=outcome_of(pl.col("rule"), STATE_RULES, "reason"),
        )
        self.keep("decided", decided)
        return self.flow, decided

    def run(self, steps: Sequence[Select], parameters: Parameters) -> None:
        for step in steps:
            used = used_parameters(read_select(step), parameters)
            if self.is_stale or self.done.get(step.name) != used:
                self.place(step, parameters)
                self.done[step.name] = used
                self.is_stale = True

    def place(self, step: Select, parameters: Parameters) -> None:
        """Put the rows of a step under its name: those that the gate kept, or worked out anew."""
        if step.package != TIMELINE:
            run_step(self.con, step, parameters)
            return
        # A table of the step or a view of kept rows may stand under its name; neither replaces the other.
        if step.name in self.done:
            drop_relations(self.con, [step.name])
        # Each step of the timeline reads the one before: what was kept stands on what was kept.
        if not self.worked_out - {step.name} and show_kept(self.con, step, parameters):
            self.worked_out.discard(step.name)
        else:
            run_step(self.con, step, parameters)
            self.worked_out.add(step.name)

    def keep(self, name: str, frame: pl.DataFrame) -> None:
        """Put a frame of decisions beside the evidence, so that SQL can join it."""
        self.con.register(f"{name}_frame", frame)
        columns = ", ".join(frame.columns)
        self.con.execute(
            f"create or replace temp table {name} as select {columns} from {name}_frame"  # noqa: S608 our names
        )
        self.con.unregister(f"{name}_frame")

    def gather_refused(self, parameters: Parameters) -> None:
        """List patients with refused evidence; nobody where there is no quarantine to read."""
        if all(has_table(self.con, "quarantine", table, names) for table, names in REFUSED_COLUMNS.items()):
            run_step(self.con, REFUSED, parameters)
        else:
            self.con.execute(f"create or replace temp table {REFUSED.name} (patient_id varchar)")

    def clean_up(self) -> None:
        names = [step.name for step in (*COURSE_STEPS, *CANDIDATE_STEPS, REFUSED)]
        drop_relations(self.con, [*names, "flow", "decided"])


def bind_parameters(
    protocol: Protocol, comparisons: Mapping[str, Protocol], stated: Stated = NOTHING_STATED
) -> dict[str, object]:
    """Return the values of a protocol, and of the verdicts beside it, by the names that SELECT files use.

    A schedule that the registry states of its own comes before the cycles of the protocol.
    """
    values: dict[str, object] = {name: protocol.value(name) for name in PARAMETERS[protocol.kind]}
    for comparison in comparisons.values():
        values.update(comparison.values)
    # A time point is dated by what the protocol can use, be it to show or to confirm.
    eligible = {*protocol.codes("candidate_modalities"), *protocol.codes("confirming_modalities")}
    closing = closing_evidence(protocol.codes("candidate_modalities"), is_better_asked=protocol.needs_better)
    return values | {
        "eligible_modalities": tuple(sorted(eligible)),
        "stated_interval_days": stated.cadence.interval_days,
        "has_stable_lesion_ids": stated.has_stable_lesion_ids,
        "protocol": protocol.name,
        "protocol_digest": protocol.digest,
        "row_flags": tuple(RULE_FLAGS),
        "missing_things": tuple(OPEN_QUESTIONS),
        "closing_evidence": tuple(closing.values()),
    }


def _count_missing(con: Connection, registry: str, protocol: str) -> Counter[str]:
    found = con.execute(
        "select missing, count(*) from event.open_question"
        " where registry = $registry and protocol = $protocol group by missing order by missing",
        {"registry": registry, "protocol": protocol},
    ).fetchall()
    return Counter(dict(found))


def _count(values: pl.Series) -> Counter[str]:
    return Counter(dict(zip(*values.value_counts(sort=True), strict=True)))
