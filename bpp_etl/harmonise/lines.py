"""Derives the lines of therapy of one patient from drugs: by gaps, and by agents that are new to a line.

A line begins with a drug after a gap, or with an agent that the line before did not have. Agents that begin
within `overlap_days` of its start, and those of the line before that go on for longer than that, make one
combination with it. A drug without an end goes on: no end is made up. Not here: where drugs come from
(`gate/derived_lines.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from bpp_etl.landing.line_derivation import LineDerivation, fold_agent

ONE_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Drug:
    """One drug of a patient: the number of its row, the agent, its first day, its last one or None."""

    row: int
    agent: str
    start: dt.date
    end: dt.date | None


@dataclass(frozen=True)
class Line:
    """One line: its agents by name, its first and last day, and the row of the drug that it is known from."""

    agents: tuple[str, ...]
    start: dt.date
    end: dt.date | None
    row: int

    @property
    def regimen(self) -> str:
        """Write its agents as one regimen."""
        return " + ".join(self.agents)


@dataclass
class _Course:
    """A line that is being put together: its drugs by group of agents, and each one's last day or None."""

    start: dt.date
    drugs: dict[str, list[Drug]] = field(default_factory=dict)
    lasts: dict[str, dt.date | None] = field(default_factory=dict)

    def add(self, group: str, drug: Drug) -> None:
        self.lasts[group] = _latest((self.lasts[group], drug.end)) if group in self.lasts else drug.end
        self.drugs.setdefault(group, []).append(drug)

    @property
    def last(self) -> dt.date | None:
        return _latest(self.lasts.values())


def derive_lines(drugs: Iterable[Drug], how: LineDerivation) -> list[Line]:
    """Derive the lines of one patient, in their order; `drugs` are those that count."""
    group_of = {agent: group[0] for group in how.interchangeable for agent in group}
    gap, overlap = dt.timedelta(how.gap_days), dt.timedelta(how.overlap_days)
    courses: list[_Course] = []
    for drug in sorted(drugs, key=lambda one: (one.start, one.row)):
        agent = fold_agent(drug.agent)
        group = group_of.get(agent, agent)
        course = courses[-1] if courses else None
        last = course.last if course else None
        if course is None or (last is not None and drug.start > last + gap):
            course = _Course(drug.start)
            courses.append(course)
        elif group not in course.drugs and drug.start > course.start + overlap:
            course = _carried_on(course, drug.start, overlap)
            courses.append(course)
        course.add(group, drug)
    ends = [course.start - ONE_DAY for course in courses[1:]]
    lines: list[Line] = []
    for course, until in zip_longest(courses, ends):
        lines += _lines_of(course, until, how)
    return lines


def _carried_on(course: _Course, start: dt.date, overlap: dt.timedelta) -> _Course:
    """Begin a line with the agents of the one before that are given for longer than the overlap."""
    lasts = {group: last for group, last in course.lasts.items() if last is None or last > start + overlap}
    return _Course(start, {group: list(course.drugs[group]) for group in lasts}, lasts)


def _lines_of(course: _Course, until: dt.date | None, how: LineDerivation) -> list[Line]:
    """Write a course down: as one line, or with its maintenance as lines of their own."""
    groups = list(course.drugs)
    start, found = course.start, list[Line]()
    while True:
        left = _left_behind(course, groups, until, how) if how.maintenance == "new_line" else None
        if left is None:
            end = _latest(course.lasts[group] for group in groups)
            return [*found, _line(course, groups, start, _not_after(end, until))]
        gone, end = left
        found.append(_line(course, groups, start, end))
        groups = [group for group in groups if group not in gone]
        start = end + ONE_DAY


def _left_behind(
    course: _Course, groups: Sequence[str], until: dt.date | None, how: LineDerivation
) -> tuple[set[str], dt.date] | None:
    """Find the agents that end first while others go on for over a gap, and the day when all of them have."""
    gap, overlap = dt.timedelta(how.gap_days), dt.timedelta(how.overlap_days)
    # Within the line: what is open goes on to its end.
    lasts = {group: _not_after(course.lasts[group] or until, until) for group in groups}
    last = _latest(lasts.values())
    ended = {
        group: day for group, day in lasts.items() if day is not None and (last is None or last > day + gap)
    }
    if not ended:
        return None
    first = min(ended.values())
    gone = {group: day for group, day in ended.items() if day <= first + overlap}
    return set(gone), max(gone.values())


def _line(course: _Course, groups: Sequence[str], start: dt.date, end: dt.date | None) -> Line:
    drugs = [drug for group in groups for drug in course.drugs[group]]
    names = sorted({course.drugs[group][0].agent for group in groups}, key=fold_agent)
    later = [drug for drug in drugs if drug.start >= start]
    row = min(later or drugs, key=lambda drug: (drug.start, drug.row)).row
    return Line(tuple(names), start, end, row)


def _latest(days: Iterable[dt.date | None]) -> dt.date | None:
    listed = list(days)
    known = [day for day in listed if day is not None]
    return max(known) if len(known) == len(listed) else None


def _not_after(day: dt.date | None, until: dt.date | None) -> dt.date | None:
    """Return a day, no later than the last that there is; what goes on has none."""
    return day if day is None or until is None else min(day, until)
