"""Draws a swimmer plot: a lane for each patient, from the start of therapy to the end of follow-up.

Not here: whose lanes they are; every length is a cell of `metric.course_group`, whose rows are groups of
patients where disclosure control has been over it.
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
    shapes,
)

TOP, LEFT, RIGHT = 54, 34, WIDTH - 14
LANES_HEIGHT, HIGHEST_LANE, LOWEST_LANE = 320, 22, 3
MARK = 4
MOST_LANES = 600
"""More lanes than this are not drawn: the page would have to be rolled for ever."""

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Lane:
    """One patient, or a group: how many, and the days from the start of line 1."""

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
        for beside in (TOP - 5, bottom + 16):
            label(root, place, beside, number(month), "label middle")
    line(root, LEFT, TOP, LEFT, bottom, "axis")
    label(
        root, (LEFT + RIGHT) / 2, bottom + 33, "Months from the start of first-line therapy", "label middle"
    )
    is_grouped = any(lane.patients.value != 1 for lane in lanes)
    if is_grouped:
        label(root, 0, 48, "Patients")
    places = [TOP + lane_height * (row + 0.5) for row in range(len(lanes))]
    if is_grouped:
        for row, (lane, middle) in enumerate(zip(lanes, places, strict=True)):
            if lane_height >= 12 or row % 2 == 0:
                label(root, LEFT - 6, middle + 4, lane.patients, "label end risk")
    _lanes(root, x, lane_height, list(zip(places, lanes, strict=True)))
    return finish(root)


def _lanes(root: Element, x: Scale, height: float, placed: Sequence[tuple[float, Lane]]) -> None:
    """Draw what the lanes have in common together, so that many lanes still are a small file."""
    half, mark = max(1.0, height * 0.25), min(MARK, height * 0.5)
    before = [_bar(x(0), x(lane.days_to_event), middle, half) for middle, lane in placed]
    shapes(root, before, "part before", is_closed=True)
    for middle, lane in placed:
        event, end = x(lane.days_to_event), x(lane.days_to_end)
        drawn = box(root, event, middle - half, end - event, 2 * half, "part after")
        SubElement(drawn, "title").text = _lane_told(lane)
    confirmed = [(x(lane.days_to_confirmation), middle) for middle, lane in placed]
    shapes(root, [[(place, y - half), (place, y + half)] for place, y in confirmed], "confirmed")
    diamonds = [_diamond(x(lane.days_to_event), middle, mark) for middle, lane in placed]
    shapes(root, diamonds, "mark event", is_closed=True)
    ends = [(x(lane.days_to_end), middle, lane.has_progressed) for middle, lane in placed]
    open_ends = [_arrow(place, y, mark) for place, y, has_progressed in ends if not has_progressed]
    shapes(root, open_ends, "mark goes-on", is_closed=True)
    for place, y, has_progressed in ends:
        if has_progressed:
            dot(root, place, y, "mark progressed", mark)


def _bar(left: float, right: float, middle: float, half: float) -> Points:
    return [(left, middle - half), (right, middle - half), (right, middle + half), (left, middle + half)]


def _diamond(x: float, y: float, mark: float = MARK) -> Points:
    return [(x - mark, y), (x, y - mark), (x + mark, y), (x, y + mark)]


def _arrow(x: float, y: float, mark: float = MARK) -> Points:
    return [(x, y - mark), (x + 2 * mark, y), (x, y + mark)]


def _legend(root: Element) -> None:
    upper, lower = 13.0, 31.0
    path(root, _diamond(8, upper - 4), "mark event", is_closed=True)
    label(root, 18, upper, "pseudoprogression")
    box(root, 166, upper - 9, 18, 10, "part after")
    line(root, 175, upper - 9, 175, upper + 1, "confirmed")
    label(root, 190, upper, "confirmation")
    dot(root, 8, lower - 4, "mark progressed", MARK)
    label(root, 18, lower, "progression")
    path(root, _arrow(170, lower - 4), "mark goes-on", is_closed=True)
    label(root, 190, lower, "follow-up ends without one")


def _lane_told(lane: Lane) -> str:
    event, confirmation, end = map(months, (lane.days_to_event, lane.days_to_confirmation, lane.days_to_end))
    last = "progression" if lane.has_progressed else "end of follow-up"
    many = "" if lane.patients.value == 1 else f"Patients: {lane.patients.text}; "
    return f"{many}pseudoprogression after {event}, confirmed after {confirmation}, {last} after {end}"


def _told(lanes: Sequence[Lane]) -> str:
    """Tell the picture in words."""
    sizes = [int(lane.patients.value or 0) for lane in lanes]
    events = [lane.days_to_event for lane in lanes]
    ends = [lane.days_to_end for lane in lanes]
    progressed = sum(lane.has_progressed for lane in lanes)
    many = f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else f"{sizes[0]}"
    each = "one patient" if many == "1" else f"{many} patients with like courses"
    return (
        f"Lanes: {len(lanes)}, each of {each}, the longest on top. The"
        f" pseudoprogression comes {months(min(events))} to {months(max(events))} after the start of therapy;"
        f" the course ends after {months(min(ends))} to {months(max(ends))}: with progression in {progressed}"
        f" lanes, without in {len(lanes) - progressed}."
    )
