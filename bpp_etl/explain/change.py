"""What would change a call: for each rule the first thing, and the days on which it would have to happen.

Not here: the rules. Following the advice and judging again is what the tests do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bpp_etl.events.findings import finding_told, scans_told
from bpp_etl.events.parameters import CANDIDATE_FINDINGS, CANDIDATE_ON, CONFIRMING_MODALITIES, FIRST
from bpp_etl.explain.facts import Evidence, TimePoint
from bpp_etl.explain.labels import Labels
from bpp_etl.pages.plain_text import joined

ONE_DAY = timedelta(days=1)
NUMBERS = ("No", "One", "Two", "Three", "Four")
KIND_WORDS = {
    "extraosseous": "outside bone",
    "lysis": "more lysis",
    "new_lytic": "new lytic or mixed lesion",
    "late_lesion": "too late for a flare",
    "worse_again": "worse again",
}
MODALITY_WORDS = {"CT": "CT", "PET_CT": "PET-CT", "MRI": "MRI", "BONE_SCAN": "bone scan", "XRAY": "X-ray"}


def would_change(evidence: Evidence, labels: Labels) -> str:
    """Return one or two sentences: the first thing that would change the call."""
    return ADVICE[evidence.rule.id](evidence, labels)


def progression_counts_until(evidence: Evidence) -> date | None:
    """Return the last day on which explicit progression would decide the call; None while line 1 goes on."""
    names = ("progression_counts_until", "second_line_start_date", "death_date")
    return _earliest([evidence.weighed[name] for name in names])


def treatment_days(evidence: Evidence) -> tuple[date, date | None]:
    """Return the first and last day for another CT on treatment; the last is None while line 1 goes on."""
    episode = evidence.episode
    start: date = episode["therapy_start_date"]
    # A CT soon after one that is dated on the start or before is read, and dated, together with that one.
    before = [point for point in evidence.points if point.day <= start and _is_dated_by_ct(point)]
    apart = [point.assessments[-1].day + _joining(evidence) for point in before]
    ends = [episode["last_treated_date"], episode["death_date"]]
    return max([start + ONE_DAY, *apart]), _earliest(ends)


def baseline_days(evidence: Evidence) -> tuple[date, date]:
    """Return the first and last day of a baseline CT that is not read together with the candidate."""
    start, event = evidence.event["therapy_start_date"], evidence.event["event_date"]
    shown = next(point for point in evidence.points if point.day == event)
    first = start - timedelta(days=_parameter(evidence, "baseline_window_days"))
    return first, min(start, shown.assessments[0].day - _joining(evidence))


def between(first: date, last: date | None, labels: Labels) -> str:
    """Tell a span of days."""
    if last is None:
        return f"on {labels.day(first)} or later"
    return f"on {labels.day(first)}" if first == last else f"from {labels.day(first)} to {labels.day(last)}"


def kinds_told(evidence: Evidence, day: date) -> str:
    """Tell what progressed at a time point."""
    kinds = _kinds_on(evidence, day)
    return joined([words for kind, words in KIND_WORDS.items() if kind in kinds])


def _kinds_on(evidence: Evidence, day: date) -> set[str]:
    assessments = [one for point in evidence.points if point.day == day for one in point.assessments]
    return {kind for one in assessments for kind in one.progression}


def confirmation(evidence: Evidence, labels: Labels, told: str = "") -> str:
    """Say which CTs confirm, and when; `told` is what they would have done. Empty where they do not fit."""
    needed = evidence.lacking
    if not needed or not needed["is_enough"]:
        return ""
    lacking, spacing, since = int(needed["lacking"]), int(needed["spacing_days"]), needed["since"]
    first, last = needed["first_date"], needed["last_date"]
    number = NUMBERS[lacking] if lacking < len(NUMBERS) else str(lacking)
    more = f"{number} more {_confirming(evidence, is_one=lacking == 1)}"
    after = f"at least {spacing} days after {labels.day(since)}"
    if lacking == 1:
        return f"{more}, {after} ({between(first, last, labels)}){told or ', confirms it'}"
    until = f", the last not after {labels.day(last)}" if last else ""
    return (
        f"{more}, {spacing} days or more apart, the first {after}"
        f" ({between(first, None, labels)}){until}{told or ', confirm it'}"
    )


def _confirming(evidence: Evidence, *, is_one: bool) -> str:
    """Name what confirms under the protocol."""
    if evidence.protocol.needs_better:
        seen = scans_told(evidence.protocol.codes(CONFIRMING_MODALITIES), is_one=is_one)
        return f"{seen} {'that is better' if is_one else 'that are better'}"
    if is_one:
        return "CT that is read for progression and shows none"
    return "CTs that are read for progression and show none"


def _no_first_line(evidence: Evidence, _: Labels) -> str:
    is_refused = any(table == "therapy_lines" for table, _, _ in evidence.refused)
    more = " Lines of this patient were refused at the gate." if is_refused else ""
    return f"An admitted line 1 of therapy.{more}"


def _outside_window(evidence: Evidence, labels: Labels) -> str:
    # The window's days are real ones: shifted, they would give those of the patient away.
    days = "" if labels.is_shifted else f", {evidence.protocol.window.told}"
    return f"A start of line 1 in the calendar window{days}."


def _no_on_treatment_ct(evidence: Evidence, labels: Labels) -> str:
    return _on_line(evidence, labels, f"An {_scan(evidence)}")


def _no_new_lesion(evidence: Evidence, labels: Labels) -> str:
    finding = finding_told(evidence.protocol.codes(CANDIDATE_FINDINGS))
    first = evidence.course["first_ct_date"]
    if evidence.protocol.value(CANDIDATE_ON) == FIRST and first is not None:
        return f"A {finding} on the first {_scan(evidence)} on line 1, that of {labels.day(first)}."
    return _on_line(evidence, labels, f"A {finding} on an {_scan(evidence)}")


def _progression_first(evidence: Evidence, labels: Labels) -> str:
    progressed, shown = evidence.course["first_pd_date"], evidence.course["first_candidate_date"]
    finding = finding_told(evidence.protocol.codes(CANDIDATE_FINDINGS))
    return (
        f"Without explicit progression before it (first on {labels.day(progressed)}:"
        f" {kinds_told(evidence, progressed)}), the {finding} of {labels.day(shown)} would be a candidate."
    )


def _pd_at_detection(evidence: Evidence, labels: Labels) -> str:
    day = evidence.event["event_date"]
    if _kinds_on(evidence, day) == {"late_lesion"}:
        start, flare = evidence.event["therapy_start_date"], _parameter(evidence, "flare_until_days")
        return f"Seen by {labels.day(start + timedelta(days=flare))}, it would be a flare."
    otherwise = f"the {_confirming_scans(evidence)} that follow would decide"
    if not evidence.weighed["baseline_ct_count"]:
        otherwise = f"it would be indeterminate for want of a baseline {_baseline_scan(evidence)}"
    elif not evidence.weighed["required_confirming_ct_count"]:
        otherwise = "it would be pseudoprogression"
    return (
        f"If {_progressed(evidence, labels, day)} showed no explicit progression"
        f" ({kinds_told(evidence, day)}), {otherwise}."
    )


def _no_baseline_ct(evidence: Evidence, labels: Labels) -> str:
    first, last = baseline_days(evidence)
    if last < first:
        return f"Nothing: every {_scan(evidence)} in the baseline window would be read with the candidate."
    return f"An {_scan(evidence)} {between(first, last, labels)} would let {_what_follows(evidence)} decide."


def _confirmed(evidence: Evidence, labels: Labels) -> str:
    event = evidence.event
    return (
        "Explicit progression at a time point"
        f" {between(event['event_date'], event['confirmation_date'], labels)} would make it true progression."
    )


def _pd_before_confirmation(evidence: Evidence, labels: Labels) -> str:
    day = evidence.follow_up["later_pd_date"]
    told = confirmation(evidence, labels, ", would have confirmed it before the progression")
    if told:
        return f"{told}."
    return (
        f"Another reading of {_progressed(evidence, labels, day)} ({kinds_told(evidence, day)}): the"
        f" confirming {_confirming_scans(evidence)} that are lacking do not fit before {labels.day(day)}."
    )


def _undecided(evidence: Evidence, labels: Labels) -> str:
    told = confirmation(evidence, labels, ", would have confirmed it")
    until = progression_counts_until(evidence)
    when = between(evidence.event["event_date"], until, labels)
    progression = f"Explicit progression at a time point {when} would make it true progression."
    return f"{told}. {progression}" if told else progression


def _not_read(evidence: Evidence, labels: Labels) -> str:
    unread = [
        labels.assessment(one.assessment_id)
        for point in evidence.points
        if point.day in evidence.follow_up["unread_ct_dates"]
        for one in point.assessments
        if one.is_read is False
    ]
    return (
        f"What is to be read on {joined(unread)}: the response outside bone and the change of every lytic or"
        " mixed lesion. Without progression it is confirmed; with any, it is true progression."
    )


def _lost(evidence: Evidence, labels: Labels) -> str:
    told = confirmation(evidence, labels)
    # The day is the delivery's less a fixed number: shifted, it would give the real dates away.
    later = (
        "later" if labels.is_shifted else f"on {labels.day(evidence.weighed['lost_before_date'])} or later"
    )
    return f"{told}. A last contact or record {later} would make it awaiting_ct."


def _awaiting(evidence: Evidence, labels: Labels) -> str:
    told = confirmation(evidence, labels)
    return f"{told}. Explicit progression before that makes it true progression."


ADVICE: Mapping[str, Callable[[Evidence, Labels], str]] = {
    "no_first_line": _no_first_line,
    "outside_window": _outside_window,
    "no_on_treatment_ct": _no_on_treatment_ct,
    "no_new_osteoblastic_lesion": _no_new_lesion,
    "progression_first": _progression_first,
    "pd_at_detection": _pd_at_detection,
    "no_baseline_ct": _no_baseline_ct,
    "confirmed": _confirmed,
    "pd_before_confirmation": _pd_before_confirmation,
    "progression_not_read": _not_read,
    "death": _undecided,
    "therapy_changed": _undecided,
    "lost_to_follow_up": _lost,
    "awaiting_ct": _awaiting,
}


def _on_line(evidence: Evidence, labels: Labels, what: str) -> str:
    first, last = treatment_days(evidence)
    if last is not None and last < first:
        scan = _baseline_scan(evidence)
        return f"Nothing: line 1 left no day for a {scan} that is not read with the one before it."
    return f"{what} {between(first, last, labels)}."


def _baseline_scan(evidence: Evidence) -> str:
    return scans_told(evidence.protocol.codes("candidate_modalities"), is_one=True)


def _confirming_scans(evidence: Evidence) -> str:
    return scans_told(evidence.protocol.codes(CONFIRMING_MODALITIES))


def _what_follows(evidence: Evidence) -> str:
    needed = evidence.weighed["required_confirming_ct_count"]
    return f"the later {_confirming_scans(evidence)}" if needed else "the candidate itself"


def _is_dated_by_ct(point: TimePoint) -> bool:
    return any(one.is_eligible for one in point.assessments)


def _joining(evidence: Evidence) -> timedelta:
    """Return how far another assessment must be from a time point to stand apart from it."""
    return timedelta(days=_parameter(evidence, "time_point_days") + 1)


def _scan(evidence: Evidence) -> str:
    """Name what can show a candidate under the protocol."""
    modalities = evidence.protocol.codes("candidate_modalities")
    if set(modalities) <= {"CT", "PET_CT"}:
        return "evaluable CT with bone window"
    return "evaluable " + " or ".join(MODALITY_WORDS[name] for name in modalities)


def _progressed(evidence: Evidence, labels: Labels, day: date) -> str:
    points = [point for point in evidence.points if point.day == day]
    return joined(
        [
            labels.assessment(one.assessment_id)
            for point in points
            for one in point.assessments
            if one.progression
        ]
    )


def _parameter(evidence: Evidence, name: str) -> int:
    value = evidence.protocol.values[name]
    return int(value) if isinstance(value, (int, float)) else 0


def _earliest(days: list[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
