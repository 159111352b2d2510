"""Draws a swimmer plot: a lane for each group of patients, from the start of therapy to the end of follow-up.

Not here: who is in a group; every length is a cell of `metric.course_group`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from bpp_etl.report.figures import Figure
from bpp_etl.report.numbers import DAYS_PER_MONTH, months
from bpp_etl.report.plots.svg import (
    WIDTH,
    Picture,
    Scale,
    box,
    canvas,
    dot,
    finish,
    label,
    line,
    month_ticks,
    number,
    path,
)

TOP, LEFT, RIGHT = 54, 34, WIDTH - 14
LANES_HEIGHT, HIGHEST_LANE, LOWEST_LANE = 300, 22, 8
MARK = 4


@dataclass(frozen=True)
class Lane:
    """One group: how many patients, and its days from the start of line 1."""

    patients: Figure
    days_to_event: int
    days_to_confirmation: int
    days_to_end: int
    has_progressed: bool


def swimmer_plot(anchor: str, title: str, lanes: Sequence[Lane]) -> Picture:
    """Draw the lanes in the order in which they are given, the first on top."""
    lane_height = max(LOWEST_LANE, min(HIGHEST_LANE, LANES_HEIGHT / len(lanes)))
    bottom = TOP + lane_height * len(lanes)
    end = max(lane.days_to_end for lane in lanes)
    x = Scale(0, max(end, DAYS_PER_MONTH), LEFT, RIGHT)
    root = canvas(anchor, title, _told(lanes), bottom + 40)
    _legend(root)
    for month in month_ticks(end):
        place = x(month * DAYS_PER_MONTH)
        line(root, place, TOP, place, bottom, "rule")
        label(root, place, bottom + 16, number(month), "label middle")
    line(root, LEFT, TOP, LEFT, bottom, "axis")
    label(
        root, (LEFT + RIGHT) / 2, bottom + 33, "Months from the start of first-line therapy", "label middle"
    )
    is_grouped = any(lane.patients.value != 1 for lane in lanes)
    if is_grouped:
        label(root, 0, 48, "Patients")
    for row, lane in enumerate(lanes):
        _lane(root, x, TOP + lane_height * row, lane_height, lane)
        if is_grouped and (lane_height >= 12 or row % 2 == 0):
            label(root, LEFT - 6, TOP + lane_height * (row + 0.5) + 4, lane.patients, "label end risk")
    return finish(root)


def _lane(root: Element, x: Scale, top: float, height: float, lane: Lane) -> None:
    middle, thick = top + height / 2, max(4.0, height * 0.5)
    event, end = x(lane.days_to_event), x(lane.days_to_end)
    box(root, x(0), middle - thick / 2, event - x(0), thick, "part before")
    drawn = box(root, event, middle - thick / 2, end - event, thick, "part after")
    SubElement(drawn, "title").text = _lane_told(lane)
    place = x(lane.days_to_confirmation)
    line(root, place, middle - thick / 2, place, middle + thick / 2, "confirmed")
    _event_mark(root, event, middle)
    _end_mark(root, end, middle, has_progressed=lane.has_progressed)


def _event_mark(root: Element, x: float, y: float) -> None:
    corners = [(x - MARK, y), (x, y - MARK), (x + MARK, y), (x, y + MARK)]
    path(root, corners, "mark event", is_closed=True)


def _end_mark(root: Element, x: float, y: float, *, has_progressed: bool) -> None:
    if has_progressed:
        dot(root, x, y, "mark progressed", MARK)
    else:
        path(root, [(x, y - MARK), (x + 2 * MARK, y), (x, y + MARK)], "mark goes-on", is_closed=True)


def _legend(root: Element) -> None:
    upper, lower = 13.0, 31.0
    _event_mark(root, 8, upper - 4)
    label(root, 18, upper, "pseudoprogression")
    box(root, 166, upper - 9, 18, 10, "part after")
    line(root, 175, upper - 9, 155, upper + 1, "confirmed")
    label(root, 190, upper, "confirming CT")
    _end_mark(root, 8, lower - 4, has_progressed=True)
    label(root, 18, lower, "progression")
    _end_mark(root, 170, lower - 4, has_progressed=False)
    label(root, 190, lower, "follow-up ends without one")


def _lane_told(lane: Lane) -> str:
    event, confirmation, end = map(months, (lane.days_to_event, lane.days_to_confirmation, lane.days_to_end))
    last = "progression" if lane.has_progressed else "end of follow-up"
    return (
        f"Patients: {lane.patients.text}; pseudoprogression after {event}, confirmed after {confirmation},"
        f" {last} after {end}"
    )


def _told(lanes: Sequence[Lane]) -> str:
    """Tell the picture in words."""
    sizes = [int(lane.patients.value or 0) for lane in lanes]
    events = [lane.days_to_event for lane in lanes]
    ends = [lane.days_to_end for lane in lanes]
    progressed = sum(lane.has_progressed for lane in lanes)
    many = f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else f"{sizes[0]}"
    return (
        f"Lanes: {len(lanes)}, each of {many} patients with like courses, the longest on top. The"
        f" pseudoprogression comes {months(min(events))} to {months(max(events))} after the start of therapy;"
        f" the course ends after {months(min(ends))} to {months(max(ends))}: with progression in {progressed}"
        f" lanes, without in {len(lanes) - progressed}."
    )
