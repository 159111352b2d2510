"""Gathers one patient's evidence: copies the published rows into memory and runs the rules' steps on them.

Not here: the rules and their SELECTs (`bpp_etl/events`, `bpp_etl/timeline`); finding the patient (`run.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bpp_etl.events import FLOW_RULES, STATE_RULES, DecidingRule, Protocol, derive_events
from bpp_etl.events.derive import CANDIDATE_STEPS, COURSE_STEPS, bind_parameters, sort_protocols
from bpp_etl.explain.facts import (
    AlpResult,
    Assessment,
    Evidence,
    Her2Result,
    Lesion,
    Row,
    Source,
    TimePoint,
)
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.ddl import column_list, create_table
from bpp_etl.warehouse.select import Select, read_select, run_step, used_parameters
from schemas.contract import columns_of
from schemas.event import PROGRESSION_KIND
from schemas.quarantine import quarantine_contract
from schemas.tables import TABLES

PACKAGE = "bpp_etl.explain"
OWN_ROWS = {
    "core": (
        "patient_id = $patient",
        "assessment_id in (select assessment_id from core.imaging_assessments)",
    ),
    # Refused rows are as delivered: their ids may carry spaces.
    "quarantine": (
        "trim(patient_id) = $patient and delivery_status = 'admitted'",
        "trim(assessment_id) in (select assessment_id from core.imaging_assessments)"
        " and delivery_status = 'admitted'",
    ),
}
"""Which rows are the patient's: in tables with a patient's id, and in the one with an assessment's only."""

MARKS = (
    "first_progression",
    "first_new_lesion",
    "baseline",
    "candidate",
    "confirms",
    "not_read",
    "clean_too_soon",
    "progression",
    "progression_not_counted",
)


def copy_patient(con: Connection, source: Source) -> None:
    """Copy the patient's admitted and refused rows from the release attached as `published`."""
    for name, table in TABLES.items():
        for schema, contract in (("core", table.contract), ("quarantine", quarantine_contract(name))):
            create_table(con, schema, name, contract)
            text = (
                f"insert into {schema}.{quoted(name)} select {column_list(columns_of(contract))}"  # noqa: S608
                f" from published.{schema}.{quoted(name)}"
                f" where registry = $registry and {OWN_ROWS[schema][name == 'bone_lesions']}"
            )
            who = {"registry": source.registry, "patient": source.patient, "delivery": source.delivery}
            con.execute(text, used_parameters(text, who))


def gather(con: Connection, source: Source, protocol: Protocol) -> Evidence:
    """Judge the patient whose rows were copied, and keep what the rules looked at."""
    derive_events(
        con,
        source.registry,
        source.delivery_date,
        [protocol],
        delivery=source.delivery,
        stated=source.stated,
    )
    _, comparisons = sort_protocols([protocol])
    parameters = bind_parameters(protocol, comparisons, source.stated) | {
        "registry": source.registry,
        "delivery_date": source.delivery_date,
        "delivery": source.delivery,
    }
    for step in COURSE_STEPS:
        run_step(con, step, parameters)
    con.execute("create or replace temp table flow as select patient_id, left_at from event.patient_flow")
    for step in CANDIDATE_STEPS:
        run_step(con, step, parameters)
    flow = _one(con, "flow")
    event = _one(con, "event.pseudoprogression")
    course, follow_up = _one(con, "course"), _one(con, "follow_up")
    return Evidence(
        source=source,
        protocol=protocol,
        rule=_rule(str(event["rule"]) if event else str(flow["left_at"])).under(protocol),
        left_at=str(flow["left_at"]),
        episode=_one(con, "episode"),
        course=course,
        follow_up=follow_up,
        weighed=_one(con, "evidence"),
        lacking=_one(con, "lacking_ct"),
        event=event,
        points=_points(con, course, event, follow_up),
        alp=tuple(AlpResult(*row) for row in _shown_rows(con, "shown_alp")),
        her2=tuple(Her2Result(*row) for row in _shown_rows(con, "shown_her2")),
        refused=tuple(_shown_rows(con, "shown_refusal")),
        notes=(),
    )


def _points(con: Connection, course: Row, event: Row, follow_up: Row) -> tuple[TimePoint, ...]:
    lesions: dict[str, list[Lesion]] = {}
    for assessment_id, *rest in _shown_rows(con, "shown_lesion"):
        lesions.setdefault(assessment_id, []).append(Lesion(*rest))
    by_day: dict[date, list[Row]] = {}
    result = con.execute(read_select(Select(PACKAGE, "shown_assessment")))
    for row in _named(result.description, result.fetchall()):
        by_day.setdefault(row["time_point_date"], []).append(row)
    return tuple(
        TimePoint(
            day=day,
            place=_place(rows[0]),
            marks=marks_of(day, rows, event, follow_up) if event else _marks_without(day, course),
            assessments=tuple(_assessment(row, lesions) for row in rows),
        )
        for day, rows in sorted(by_day.items())
    )


def _assessment(row: Row, lesions: Mapping[str, list[Lesion]]) -> Assessment:
    return Assessment(
        assessment_id=row["assessment_id"],
        day=row["assessment_date"],
        modality=row["modality"],
        is_evaluable=row["is_evaluable"],
        is_eligible=row["is_eligible"],
        is_bone_window=row["is_bone_window"],
        is_read=row["is_read"] if row["can_confirm"] else None,
        response=row["extraosseous_response"],
        lesions=tuple(lesions.get(row["assessment_id"], ())),
        progression=tuple(kind for kind in PROGRESSION_KIND if row[f"is_{kind}_pd"]),
    )


def _place(row: Row) -> str | None:
    if row["is_after_start"] is None:
        return None
    if row["is_point_on_treatment"]:
        return "on"
    return "after" if row["is_after_start"] else "before"


def marks_of(day: date, rows: Sequence[Row], event: Row, follow_up: Row) -> tuple[str, ...]:
    """Say what a time point does for the call, in the codes of `MARKS`."""
    marks = []
    has_pd = any(row[f"is_{kind}_pd"] for row in rows for kind in PROGRESSION_KIND)
    ids = {row["assessment_id"] for row in rows}
    if ids & set(event["baseline_assessment_ids"]):
        marks.append("baseline")
    if day == event["event_date"]:
        marks.append("candidate")
    if day in follow_up["confirming_ct_dates"]:
        marks.append("confirms")
    elif day in follow_up["unread_ct_dates"]:
        marks.append("not_read")
    elif day in follow_up["clean_ct_dates"]:
        marks.append("clean_too_soon")
    if ids & set(event["progression_assessment_ids"]):
        marks.append("progression")
    elif has_pd and day >= event["event_date"]:
        marks.append("progression_not_counted")
    return tuple(marks)


def _marks_without(day: date, course: Row) -> tuple[str, ...]:
    """Say what a time point did to a course that did not lead to a candidate."""
    marks = {"first_progression": "first_pd_date", "first_new_lesion": "first_candidate_date"}
    return tuple(mark for mark, column in marks.items() if day == course[column])


def _rule(rule_id: str) -> DecidingRule:
    return next(rule for rule in (*FLOW_RULES, *STATE_RULES) if rule.id == rule_id)


def _one(con: Connection, relation: str) -> Row:
    """Return the only row of a relation by column name; empty where there is none."""
    result = con.table(relation)
    rows = _named(result.description, result.fetchall())
    return rows[0] if rows else {}


def _shown_rows(con: Connection, name: str) -> list[tuple[Any, ...]]:
    return con.execute(read_select(Select(PACKAGE, name))).fetchall()


def _named(description: Any, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    names = [column[0] for column in description]
    return [dict(zip(names, row, strict=True)) for row in rows]
