"""What would change a call: for each rule the first thing, with the days between which it would have to happen.

Not here: the rules. Following the advice and judging again is what the tests do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bpp_etl.explain.findings import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.plain_text import listed

NUMBERS = {1: "One more", 2: "Two more", 3: "Three more"}
CT = {"CT", "PET_CT"}


def would_change(evidence: Evidence, labels: Labels) -> str:
    """Return one or two sentences: the first thing that would change the call."""
    return ADVICE[evidence.rule.id](_Advice(evidence, labels))


@dataclass(frozen=True)
class Room:
    """Where confirming CTs that are lacking would have to lie; `last` is None while the line goes on."""

    lacking: int
    anchor: date
    first: date
    last: date | None
    spacing: int

    @property
    def is_enough(self) -> bool:
        """Say whether all of them fit."""
        return self.last is None or self.first + timedelta(self.spacing * (self.lacking - 1)) <= self.last


def room_for_confirmation(evidence: Evidence) -> Room:
    """Find where the CTs that are lacking could have been made: on the line, in life, before progression."""
    values = evidence.protocol.values
    counted: list[date] = evidence.follow_up["confirming_ct_dates"]
    anchor: date = counted[-1] if counted else evidence.event["event_date"]
    # A CT nearer than that would join the time point before it.
    joins = _days(values["time_point_days"])
    spacing = max(_days(values["confirming_spacing_days"]), joins + timedelta(1))
    start = evidence.event["therapy_start_date"] + _days(values["confirming_from_start_days"])
    weighed = evidence.weighed
    ends = [weighed["line_end_date"], weighed["death_date"]]
    if weighed["second_line_start_date"] is not None:
        ends.append(weighed["second_line_start_date"] - timedelta(1))
    if evidence.follow_up["later_pd_date"] is not None:
        ends.append(evidence.follow_up["later_pd_date"] - joins - timedelta(1))
    return Room(
        lacking=int(weighed["required_confirming_ct_count"]) - len(counted),
        anchor=anchor,
        first=max(anchor + spacing, start),
        last=min((day for day in ends if day is not None), default=None),
        spacing=spacing.days,
    )


def progression_counts_until(evidence: Evidence) -> date | None:
    """Return the last day on which explicit progression would decide the call; None while line 1 goes on."""
    weighed = evidence.weighed
    ends = (weighed["progression_counts_until"], weighed["second_line_start_date"], weighed["death_date"])
    return min((day for day in ends if day is not None), default=None)


class _Advice:
    """Words for one patient."""

    def __init__(self, evidence: Evidence, labels: Labels) -> None:
        self.evidence = evidence
        self.day = labels.day
        self.labels = labels

    @property
    def scan(self) -> str:
        """Name what can show a candidate under the protocol."""
        modalities = set(self.evidence.protocol.codes("candidate_modalities"))
        if modalities <= CT:
            return "evaluable CT with bone window"
        return "evaluable " + " or ".join(sorted(one.replace("_", " ").lower() for one in modalities))

    def between(self, first: date, last: date | None) -> str:
        """Tell a span of days."""
        if last is None:
            return f"on {self.day(first)} or later"
        return f"on {self.day(first)}" if first == last else f"from {self.day(first)} to {self.day(last)}"

    def confirmation(self, verb: str) -> str:
        """Say which CTs confirm, and when; empty where they do not fit."""
        room = room_for_confirmation(self.evidence)
        if not room.is_enough:
            return ""
        number = NUMBERS.get(room.lacking, f"{room.lacking} more")
        apart = f"at least {room.spacing} days after {self.day(room.anchor)}"
        if room.lacking == 1:
            when = f"{apart} ({self.between(room.first, room.last)})"
            return f"{number} evaluable CT without progression, {when}, {verb}s it"
        when = f"each {apart.replace('after', 'after the one before, the first')}"
        return (
            f"{number} evaluable CTs without progression, at least {room.spacing} days apart, the first"
            f" {apart} ({self.between(room.first, None)})"
            + (f" and the last not after {self.day(room.last)}" if room.last else "")
            + f", {verb} it"
        )
