"""Writes an explanation for a program.

Not here: its words (`words.py`, `change.py`).
"""

from __future__ import annotations

import json

from bpp_etl.explain import words
from bpp_etl.explain.change import would_change
from bpp_etl.explain.due import due_ct
from bpp_etl.explain.facts import Evidence, TimePoint
from bpp_etl.explain.labels import Labels
from schemas.verdicts import VERDICT_SETS

ALP_COLUMNS = (
    "alp_baseline",
    "alp_at_event",
    "alp_at_progression",
    "alp_delta_event",
    "alp_delta_progression",
    "alp_category",
    "alp_category_progression",
)


def as_json(evidence: Evidence, labels: Labels) -> str:
    """Write for a program; a day is an ISO date or, shifted, a number of days."""
    source, rule, day = evidence.source, evidence.rule, labels.value
    told = {
        "patient": labels.patient,
        **(
            {}
            if labels.is_shifted
            else {
                "registry": source.registry,
                "release": source.release_id,
                "delivery": source.delivery,
                "delivery_date": day(source.delivery_date),
            }
        ),
        "dates": f"days from {labels.origin_told}" if labels.is_shifted else "ISO",
        "protocol": evidence.protocol.name,
        "left_at": evidence.left_at,
        "state": evidence.event.get("state"),
        "reason": evidence.event.get("reason"),
        "rule": {"id": rule.id, "sentence": rule.sentence, "citation": rule.citation},
        "would_change": would_change(evidence, labels),
        "next_ct_due": day(due_ct(evidence)),
        "course": {
            name: day(evidence.episode.get(name) or evidence.event.get(name))
            for name in (
                "therapy_start_date",
                "line_end_date",
                "second_line_start_date",
                "death_date",
                "event_date",
                "confirmation_date",
                "progression_date",
                "observed_progression_date",
                "censor_date",
                "onset_after",
                "progression_after",
            )
        },
        "her2_status": evidence.event.get("her2_status"),
        "alp": {name: evidence.event.get(name) for name in ALP_COLUMNS},
        "verdicts": {name: evidence.event.get(one.column) for name, one in VERDICT_SETS.items()},
        "verdict_dates": {
            name: day(evidence.event.get(one.date_column)) for name, one in VERDICT_SETS.items()
        },
        "flags": list(evidence.event.get("flags", [])),
        "time_points": [_point_json(point, labels) for point in evidence.points],
        "alp_results": [
            {
                "date": day(one.day),
                "analyte": one.analyte,
                "value": one.value,
                "unit": one.unit,
                "upper_limit_normal": one.upper_limit,
                "times_upper_limit": one.times_upper_limit,
                "flags": list(one.flags),
            }
            for one in evidence.alp
        ],
        "her2_tests": [
            {"date": day(one.day), "specimen_site": one.site, "her2_status": one.status, "counts": one.counts}
            for one in evidence.her2
        ],
        "notes": list(evidence.notes),
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _point_json(point: TimePoint, labels: Labels) -> dict[str, object]:
    return {
        "date": labels.value(point.day),
        "place": point.place,
        "marks": list(point.marks),
        "assessments": [
            {
                "assessment_id": labels.assessment(one.assessment_id),
                "date": labels.value(one.day),
                "modality": one.modality,
                "is_evaluable": one.is_evaluable,
                "is_eligible": one.is_eligible,
                "is_bone_window": one.is_bone_window,
                "is_read_for_progression": one.is_read,
                "extraosseous_response": one.response,
                "progression": list(one.progression),
                "shows": words.shown_told(one),
            }
            for one in point.assessments
        ],
    }
