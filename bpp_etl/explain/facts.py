"""What is known about one patient's call, as plain data with real dates.

Not here: gathering it (`evidence.py`), weighing it (`change.py`), hiding dates and ids (`labels.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bpp_etl.events import DecidingRule, Protocol
from schemas.stated import NOTHING_STATED, Stated

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """The release and the delivery that the evidence comes from."""

    release_id: str
    registry: str
    patient: str
    delivery: str
    delivery_date: date
    stated: Stated = NOTHING_STATED


@dataclass(frozen=True)
class Lesion:
    """One bone lesion that tells something on one assessment."""

    site: str
    morphology: str
    status: str
    has_more_lysis: bool
    has_less_lysis: bool
    is_equivocal: bool
    is_known: bool


@dataclass(frozen=True)
class Assessment:
    """One assessment: what it can be used for and what it shows."""

    assessment_id: str
    day: date
    modality: str
    is_evaluable: bool
    is_eligible: bool
    is_bone_window: bool | None
    is_read: bool | None
    response: str | None
    lesions: tuple[Lesion, ...]
    progression: tuple[str, ...]


@dataclass(frozen=True)
class TimePoint:
    """Assessments that are read together, and what they do for the call.

    `place` is before, on or after first-line treatment; None without a first line.
    """

    day: date
    place: str | None
    marks: tuple[str, ...]
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True)
class AlpResult:
    """One ALP result against its upper limit."""

    day: date
    analyte: str
    value: float
    unit: str
    upper_limit: float | None
    times_upper_limit: float | None
    flags: list[str]


@dataclass(frozen=True)
class Her2Result:
    """One HER2 test; `counts` where it was known on the event day, None where there is no event."""

    day: date
    site: str
    status: str
    counts: bool | None


@dataclass(frozen=True)
class Evidence:
    """One patient's course under one protocol, as the rules see it.

    `episode`, `course`, `follow_up`, `weighed` and `lacking` are rows of the steps of those names (`weighed`
    is the step `evidence`, `lacking` is `lacking_ct`); `event` is the row of `event.pseudoprogression`, empty
    without a candidate.
    """

    source: Source
    protocol: Protocol
    rule: DecidingRule
    left_at: str
    episode: Row
    course: Row
    follow_up: Row
    weighed: Row
    lacking: Row
    event: Row
    points: tuple[TimePoint, ...]
    alp: tuple[AlpResult, ...]
    her2: tuple[Her2Result, ...]
    refused: tuple[tuple[str, str, int], ...]
    notes: tuple[str, ...]

    @property
    def therapy_start(self) -> date | None:
        """Return the start of line 1."""
        found: date | None = self.episode.get("therapy_start_date")
        return found

    @property
    def is_candidate(self) -> bool:
        """Say whether there is a call at all."""
        return bool(self.event)
