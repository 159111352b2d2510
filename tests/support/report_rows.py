"""Rows of a release for tests of the report, written by hand: one function for each relation's shape.

Not here: whole releases (`report_file.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from bpp_etl.events import load_protocol
from schemas.rules import RULES
from schemas.tables import TABLES
from tests.support.relations import PROTOCOL

CREATED = dt.datetime(2024, 3, 5, 14, 7)  # noqa: DTZ001  (the release stores UTC without a zone)


def release_row(**changes: object) -> dict[str, object]:
    """Describe the release itself."""
    digest = load_protocol(PROTOCOL).digest
    return {
        "release_id": "20240305T140700Z-0a1b2c3d",
        "created_at": CREATED,
        "protocols": [f"{PROTOCOL}:{digest}"],
        "code_version": "0.1.0+test",
        "content_digest": "0a1b2c3d",
        "input_digests": ["north/2024-03-01:admitted:ff00"],
    } | changes


def estimate(
    metric: str, value: float | None, unit: str, stratum: str = "all", **more: object
) -> dict[str, object]:
    """Write a row of `metric.estimate`."""
    told = {"metric": metric, "stratum": stratum, "estimate": value, "unit": unit, "method": "By hand"}
    return told | {"patients": 41, "events": 29} | more


def interval(
    low: float | None, high: float | None, method: str = "log-log", **more: object
) -> dict[str, Any]:
    """Write the limits of an estimate, and what more is told of it."""
    return {"ci_low": low, "ci_high": high, "ci_method": method} | more


def suppressed(metric: str, unit: str, stratum: str = "all") -> dict[str, object]:
    """Write a row of `metric.estimate` that disclosure control has emptied."""
    emptied = {"patients": None, "events": None, "is_suppressed": True, "warnings": ["suppressed"]}
    return estimate(metric, None, unit, stratum, **emptied)


FLOW_STEPS = {
    None: ("delivered_row",),
    "delivered_row": ("repeated_row", "delivered"),
    "delivered": ("refused", "admitted"),
    "admitted": (
        *("no_first_line", "no_on_treatment_ct", "no_new_osteoblastic_lesion", "progression_first"),
        "candidate",
    ),
    "candidate": ("pseudoprogression", "true_progression", "indeterminate"),
    "pseudoprogression": ("progressed", "not_progressed"),
    "true_progression": ("pd_at_detection", "pd_before_confirmation"),
    "indeterminate": ("no_baseline_ct", "death", "therapy_changed", "lost_to_follow_up", "awaiting_ct"),
}
"""The steps of `metric.flow` in their order, by the step that each is a part of."""


def flow(patients: Mapping[str, int | None], stratum: str = "all") -> list[dict[str, object]]:
    """Write a flow from its counts; a step that is not named has nobody."""
    steps = [(step, parent) for parent, listed in FLOW_STEPS.items() for step in listed]
    return [
        {
            "stratum": stratum,
            "position": position,
            "step": step,
            "parent_step": parent,
            "patients": patients.get(step, 0),
            "is_suppressed": patients.get(step, 0) is None,
        }
        for position, (step, parent) in enumerate(steps, start=1)
    ]


def counted(admitted: int, refused: int, ignored: int = 0) -> dict[str, int]:
    """Write the counts of rows that each row of `quality` about a delivery carries."""
    delivered = admitted + refused + ignored
    return {"delivered": delivered, "admitted": admitted, "refused": refused, "ignored": ignored}


def delivery(
    registry: str, *, is_shut: bool = False, name: str = "2024-03-01", **more: object
) -> dict[str, object]:
    """Write a row of `quality.delivery`."""
    told: dict[str, object] = {
        "registry": registry,
        "delivery": name,
        "delivery_date": dt.date(2024, 3, 1),
        "status": "shut" if is_shut else "admitted",
        "why": [],
        "messages": [],
        "warned": [],
        "warnings": [],
        "unanswered": None,
        "unanswered_since": None,
        "unanswered_warnings": None,
        "input_digest": "ff00",
        "code_version": "0.1.0+test",
    }
    return told | (counted(0, 690, 10) if is_shut else counted(660, 30, 10)) | more


def judgement(
    registry: str,
    *,
    name: str = "2024-03-01",
    broken: Mapping[tuple[str, str], int] | None = None,
    absent: Sequence[str] = (),
    is_shut: bool = False,
) -> dict[str, list[dict[str, object]]]:
    """Write rule results and counts of one delivery; `absent` are optional tables that it does not have."""
    stamp = {"registry": registry, "delivery": name, "delivery_status": "shut" if is_shut else "admitted"}
    broken = broken or {}
    rules = []
    for rule in RULES:
        number = broken.get((rule.table, rule.id), 0)
        judged = 0 if rule.table in absent else 100
        status = "not_applicable" if not judged else "failed" if number else "passed"
        told = {"table": rule.table, "rule": rule.id, "severity": rule.severity, "category": rule.category}
        rules.append(stamp | told | {"judged": judged, "broken": number, "limit": 0.05, "status": status})
    counts = []
    for place, table in enumerate(TABLES, start=1):
        number = 0 if table in absent else 100 + place
        refused = min(number, 13)
        counts.append(
            {**stamp, "table": table, "broken": refused, "refused_share_limit": 0.05}
            | counted(number - refused, refused)
        )
    return {"quality.rule_result": rules, "quality.table_count": counts}


def history(registry: str, status: str) -> dict[str, object]:
    """Write a row of `quality.history`."""
    told = {"registry": registry, "delivery": "2024-03-01", "status": status, "why": []}
    return told | counted(660 if status == "admitted" else 0, 30, 10) | {"delivered": 700}
