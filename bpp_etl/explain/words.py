"""Puts the evidence into short words, the same for terminal, program and browser.

Not here: laying them out (`as_text.py`).
"""

from __future__ import annotations

from datetime import date

from bpp_etl.events import Protocol
from bpp_etl.events.parameters import CANDIDATE_FINDINGS
from bpp_etl.explain.change import KIND_WORDS, MODALITY_WORDS, would_change
from bpp_etl.explain.due import due_ct
from bpp_etl.explain.facts import Assessment, Evidence, Lesion, Row, TimePoint
from bpp_etl.explain.labels import Labels
from bpp_etl.pages.plain_text import joined
from schemas.cadence import StatedCadence
from schemas.event_flags import EVENT_FLAGS
from schemas.verdicts import VERDICT_SETS

Pairs = list[tuple[str, str]]
ALP_HEADERS = ("date", "day", "analyte", "value", "unit", "limit", "x limit", "flags")
HER2_HEADERS = ("date", "day", "specimen", "status", "for the call")

PLACE_WORDS = {"before": "before line 1", "on": "on line 1", "after": "after line 1", None: "no line 1"}
STATE_WORDS = {
    "pseudoprogression": "pseudoprogression",
    "true_progression": "true progression",
    "indeterminate": "indeterminate",
}
MARK_WORDS = {
    "first_progression": "first progression",
    "first_new_lesion": "first that would be a candidate",
    "baseline": "baseline",
    "candidate": "candidate",
    "not_read": "not read for progression",
    "clean_too_soon": "clean, too soon to count",
    "progression": "progression",
    "progression_not_counted": "progression, not counted",
}


def headline(evidence: Evidence) -> str:
    """Say the call in a few words."""
    if not evidence.is_candidate:
        return f"no candidate ({evidence.left_at})"
    return f"{STATE_WORDS[evidence.event['state']]} ({evidence.event['reason']})"


def title(evidence: Evidence, labels: Labels) -> str:
    """Say who, and the call."""
    where = "" if labels.is_shifted else f" of {evidence.source.registry}"
    return f"{labels.patient}{where}: {headline(evidence)}"


def source_told(evidence: Evidence, labels: Labels) -> str:
    """Say under which protocol, and on what the evidence rests; shifted, only the former."""
    told = f"Protocol {evidence.protocol.name}: {evidence.protocol.title}."
    if labels.is_shifted:
        return f"{told} Days are counted from {labels.origin_told}."
    source = evidence.source
    return f"{told} Release {source.release_id}, delivery {source.delivery}."


def call_told(evidence: Evidence, labels: Labels) -> Pairs:
    """Say which rule fired, where it comes from, and what would change the call."""
    return [
        ("rule", f"{evidence.rule.id}: {evidence.rule.sentence}"),
        ("source", evidence.rule.citation),
        ("would change", would_change(evidence, labels)),
    ]


def scan_told(one: Assessment, point: TimePoint, labels: Labels) -> str:
    """Name an assessment's modality, and its day where that is not the time point's."""
    of_day = "" if one.day == point.day else f" of {labels.day(one.day)}"
    return MODALITY_WORDS[one.modality] + of_day


def use_told(one: Assessment, protocol: Protocol) -> str:
    """Say what an assessment can be used for, or why it cannot."""
    if not one.is_evaluable:
        return "not evaluable"
    if one.is_eligible:
        unknown = one.is_bone_window is None and one.modality in {"CT", "PET_CT"}
        return (
            "eligible"
            + ", bone window unknown" * unknown
            + ", not read for progression" * (one.is_read is False)
        )
    if one.modality in {"CT", "PET_CT"} and one.is_bone_window is False:
        return "no bone window"
    return "progression only" if one.modality in protocol.codes("progression_modalities") else "not eligible"


def shown_told(one: Assessment) -> str:
    """Say what an assessment shows: lesions that tell, then explicit progression, then the response."""
    parts = [_lesion(lesion) for lesion in one.lesions]
    if one.progression:
        parts.append("PD: " + joined([KIND_WORDS[kind] for kind in one.progression]))
    elif one.response == "PD":
        parts.append("response PD, which does not count here")
    elif one.response is not None:
        parts.append(f"response {one.response}")
    return "; ".join(parts) or "nothing new"


def marks_told(point: TimePoint, evidence: Evidence) -> str:
    """Say what a time point does for the call."""
    return ", ".join(
        _confirms(point, evidence) if mark == "confirms" else MARK_WORDS[mark] for mark in point.marks
    )


def facts(evidence: Evidence, labels: Labels) -> Pairs:
    """List the dates and values behind the call, each with its name."""
    day, event, episode = labels.day, evidence.event, evidence.episode
    told = []
    if episode:
        told.append(
            ("line 1", f"{day(episode['therapy_start_date'])} to {_open(labels, episode['line_end_date'])}")
        )
        told.append(("line 2", _open(labels, episode["second_line_start_date"], "not started")))
        told.append(("CT expected", _expected(episode, evidence.source.stated.cadence)))
        due = due_ct(evidence)
        if due is not None:
            # Beside the delivery's day it would give the real dates away.
            is_over = not labels.is_shifted and due <= evidence.source.delivery_date
            told.append(("next CT due", day(due) + ", and none is delivered" * is_over))
        if evidence.source.stated.has_stable_lesion_ids:
            told.append(("lesion ids", "stable, as [lesions] states: what was reported before is not new"))
        if episode["death_date"] is not None:
            told.append(("death", day(episode["death_date"])))
        # The last contact is often the day of the export: shifted, it would give the real dates away.
        if not labels.is_shifted:
            told.append(("last contact", day(episode["last_contact_date"])))
            told.append(
                ("delivery", f"of {day(evidence.source.delivery_date)}: what came later is not known")
            )
    else:
        told.append(("line 1", "none"))
    if not event:
        return told
    told.append(("candidate", f"{day(event['event_date'])}, {event['new_lesion_count']} {_found(evidence)}"))
    if event["onset_after"] is not None:
        told.append(("onset", f"after {day(event['onset_after'])}, not after {day(event['event_date'])}"))
    if event["confirmation_date"] is not None:
        told.append(("confirmed", day(event["confirmation_date"])))
    if event["progression_date"] is not None:
        told.append(("progression", f"{day(event['progression_date'])}, {_kinds(event['progression_kind'])}"))
    if event["progression_after"] is not None:
        after, seen = day(event["progression_after"]), day(event["observed_progression_date"])
        told.append(("came between", f"after {after}, not after {seen}"))
    if event["censor_date"] is not None:
        told.append(("censored", f"{day(event['censor_date'])}, last evaluable assessment on line 1"))
    told.append(("HER2", f"{event['her2_status'] or 'unknown'} as known on {day(event['event_date'])}"))
    told.append(("ALP", _alp(evidence)))
    return told


def _expected(episode: Row, stated: StatedCadence) -> str:
    """Say when the next CT is expected: by the registry's own schedule, or by the cycles of the line."""
    days = episode["expected_interval_days"]
    if len(stated.interval_days) > 1:
        return f"{days} days after the last one: [cadence] states {stated.in_words()}"
    if stated.interval_days:
        return f"every {days} days, as [cadence] states"
    return f"every {days} days" + (", cycle length assumed" if episode["is_cycle_length_assumed"] else "")


def rests_on(evidence: Evidence, labels: Labels) -> Pairs:
    """List the assessments behind the call."""
    found = []
    for name in ("baseline", "candidate", "confirming", "progression"):
        ids = evidence.event.get(f"{name}_assessment_ids") or []
        if ids:
            found.append((name, ", ".join(labels.assessment(one) for one in ids)))
    return found


def verdicts(evidence: Evidence, labels: Labels) -> Pairs:
    """List what other rule sets make of the candidate, and at which day they date a progression."""
    if not evidence.event:
        return []
    told = []
    for one in VERDICT_SETS.values():
        dated = evidence.event[one.date_column]
        on = f", dated {labels.day(dated)}" if dated else ""
        told.append((one.short, f"{evidence.event[one.column]}{on}"))
    return told


def alp_rows(evidence: Evidence, labels: Labels) -> list[tuple[str, ...]]:
    """Lay ALP results out in rows."""
    return [
        (
            labels.day(one.day),
            str(labels.number(one.day)),
            one.analyte,
            f"{one.value:g}",
            one.unit,
            _number(one.upper_limit, "g"),
            _number(one.times_upper_limit, ".2f"),
            ", ".join(one.flags),
        )
        for one in evidence.alp
    ]


def her2_rows(evidence: Evidence, labels: Labels) -> list[tuple[str, ...]]:
    """Lay HER2 tests out in rows."""
    told = {True: "known at the event", False: "too late to count", None: "no event"}
    return [
        (labels.day(one.day), str(labels.number(one.day)), one.site, one.status, told[one.counts])
        for one in evidence.her2
    ]


def flags_told(evidence: Evidence) -> Pairs:
    """List the call's flags with their sentences."""
    return [(flag, EVENT_FLAGS[flag]) for flag in evidence.event.get("flags", [])]


def _lesion(lesion: Lesion) -> str:
    words = ["equivocal"] if lesion.is_equivocal else []
    lysis = "more lysis" * lesion.has_more_lysis + "less lysis" * lesion.has_less_lysis
    if lesion.status in {"new", "larger", "smaller", "resolved"}:
        words += [lesion.status, lesion.morphology, lesion.site]
        told = " ".join(words) + (f" with {lysis}" if lysis else "")
        return told + (", reported before and so not new" if lesion.is_known else "")
    return " ".join([*words, lysis, "in", lesion.morphology, lesion.site])


def _confirms(point: TimePoint, evidence: Evidence) -> str:
    place = evidence.follow_up["confirming_ct_dates"].index(point.day) + 1
    needed = evidence.weighed["required_confirming_ct_count"]
    if not needed:
        return "clean"
    return f"confirms, {place} of {needed}" if place <= needed else "clean, more than needed"


def _open(labels: Labels, day: object, otherwise: str = "open") -> str:
    return labels.day(day) if isinstance(day, date) else otherwise


def _found(evidence: Evidence) -> str:
    is_new = all(code.startswith("new") for code in evidence.protocol.codes(CANDIDATE_FINDINGS))
    return f"{'new' if is_new else 'new or changed'}: {joined(evidence.event['sites'])}"


def _kinds(kinds: str) -> str:
    return joined([KIND_WORDS[kind] for kind in kinds.split("+")])


def _alp(evidence: Evidence) -> str:
    event = evidence.event
    names = (("baseline", "alp_baseline"), ("event", "alp_at_event"), ("progression", "alp_at_progression"))
    told = ", ".join(f"{name} {event[key]:g}" for name, key in names if event[key] is not None)
    if not told:
        return "none in its windows"
    if event["alp_category"] is None:
        return f"{told} U/L"
    change, base = event["alp_delta_event"], event["alp_baseline"]
    return f"{told} U/L; at the event {change:+g} ({100 * change / base:+.1f} %), {event['alp_category']}"


def _number(value: float | None, style: str) -> str:
    return "" if value is None else format(value, style)
