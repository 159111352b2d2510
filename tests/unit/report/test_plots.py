"""Plots draw what the release tells, no more, and say it in words and shapes as well as in colour.

Not here: how they look in a browser (`tests/browser`), and the tables beside them.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import pytest

from bpp_etl.report.figures import Figure
from bpp_etl.report.plots.changes import Change, Panel, pairs_plot, waterfall_plot
from bpp_etl.report.plots.survival import LEFT, Curve, CurveStep, survival_plot
from bpp_etl.report.plots.svg import hatched, ticks
from bpp_etl.report.plots.swimmer import Lane, swimmer_plot
from bpp_etl.report.plots.thinned import left_out, thinned
from tests.support.report_page import Node


def step(
    day: int,
    at_risk: int,
    left: int,
    survival: float = 0.5,
    low: float | None = None,
    high: float | None = None,
    *,
    has_events: bool = True,
) -> CurveStep:
    figure = Figure(str(at_risk), at_risk, "metric.survival_curve", (), "at_risk")
    return CurveStep(day, survival, low, high, has_events, has_censored=True, at_risk=figure, left=left)


def drawn(*curves: Curve, is_by_group: bool = False) -> Element:
    made = survival_plot("plot-a", "A", curves, "Months", "without it", is_by_group=is_by_group)
    return fromstring(made.markup)


def shapes(root: Element, css: str) -> list[Element]:
    return [node for node in root.iter() if node.get("class") == css]


def words(root: Element) -> list[str]:
    return [node.text or "" for node in root.iter("text")]


EXACT = Curve("", (step(60, 30, 25, 0.8, 0.7, 0.9), step(300, 25, 0, 0.4, 0.3, 0.6)), 300)
GATHERED = Curve("", EXACT.steps, 300, is_exact=False)


def test_at_risk_on_a_day_is_who_had_not_left_before_it() -> None:
    made = Curve("", (step(10, 30, 20), step(20, 20, 0)), None)
    assert [getattr(made.at_risk(day), "text", None) for day in (0, 10, 11, 20)] == ["30", "30", "20", "20"]


def test_after_the_last_patient_nobody_is_at_risk_but_a_cut_curve_does_not_say() -> None:
    assert Curve("", (step(20, 20, 0),), None).at_risk(21) == "0"
    assert Curve("", (step(20, 20, 12),), None).at_risk(21) == "–"


def test_an_exact_curve_is_drawn_in_steps_and_one_that_drops_at_once_starts_at_one() -> None:
    (line,) = shapes(drawn(Curve("", (step(0, 40, 32, 0.8), step(90, 32, 0, 0.55)), None)), "curve first")
    assert (line.get("d") or "").startswith("M44 14L44 14L44 54")


def test_a_curve_stops_at_its_own_last_follow_up_however_long_another_was_followed() -> None:
    short = Curve("", (step(60, 30, 25, 0.8), step(126, 25, 0, 0.4)), None)
    places = {}
    for curves in ((short,), (short, EXACT)):
        (path,) = shapes(drawn(*curves, is_by_group=True), "curve first")[:1]
        numbers = [float(number) for number in re.findall(r"[-\d.]+", path.get("d") or "")]
        places[len(curves)] = max(numbers[::2])
    # Alone it fills the axis; beside a curve of 300 days it ends at 126 of them.
    assert (places[2] - LEFT) / (places[1] - LEFT) == pytest.approx(126 / 300, abs=0.01)


def test_a_gathered_curve_is_drawn_as_its_days_with_the_boxes_it_must_run_through() -> None:
    root = drawn(GATHERED)
    assert len(shapes(root, "dot first")) == len(shapes(root, "limits first")) == 2
    first, second = shapes(root, "between first")
    # The second box begins where the first ends: on day 60, at 80 %.
    assert float(second.get("x", 0)) == pytest.approx(float(first.get("x", 0)) + float(first.get("width", 0)))
    assert float(second.get("y", 0)) == pytest.approx(
        float(first.get("y", 0)) + float(first.get("height", 0))
    )


def test_a_gathered_curve_claims_no_survival_and_no_limits_on_days_that_are_not_told() -> None:
    root = drawn(GATHERED)
    (line,) = shapes(root, "curve first")
    assert (line.get("d") or "").count("L") == 2  # joined straight, without a step
    assert not shapes(root, "band first")
    assert not shapes(root, "censored first")


def test_a_gathered_curve_is_flat_only_after_its_last_event() -> None:
    first, last = GATHERED.steps
    between, after = step(180, 25, 20, 0.8, has_events=False), step(400, 5, 0, 0.4, has_events=False)
    root = drawn(Curve("", (first, between, last, after), 300, is_exact=False))
    (line,) = shapes(root, "curve first")
    # Censorings alone are no point of the curve, but it goes on to the last of them.
    assert (line.get("d") or "").count("L") == 3
    assert len(shapes(root, "dot first")) == 2


def test_numbers_at_risk_of_a_gathered_curve_stand_under_the_days_they_hold_for() -> None:
    places = {node.text: float(node.get("x", 0)) for node in shapes(drawn(GATHERED), "label middle risk")}
    # 30 from the start on, 25 after day 60 of 300, nobody after the last.
    assert places == {"30": 44, "25": pytest.approx(44 + 346 * 60 / 300, abs=0.1), "0": 390}
    assert list(GATHERED.at_risk_after)[-1] == (300, "0")


def test_many_days_are_drawn_as_a_line_and_a_band() -> None:
    many = tuple(step(day, 1000 - day, 999 - day, 1 - day / 1000, 0.1, 0.9) for day in range(1, 200))
    root = drawn(Curve("", many, None, is_exact=False))
    assert not shapes(root, "dot first")
    assert len(shapes(root, "band first")) == 1
    assert 5 < len(shapes(root, "label middle risk")) < 15


def test_the_curve_of_a_group_is_named_even_where_it_is_the_only_one_left() -> None:
    root = drawn(Curve("HER2 negative", EXACT.steps, 300), is_by_group=True)
    assert "HER2 negative" in words(root)
    assert "HER2 negative: the share" in (root.findtext("desc") or "")


@pytest.mark.parametrize("hatch", ["up", "down", "upright"])
@pytest.mark.parametrize(("width", "height"), [(11, 11), (200, 16), (2, 90), (0.4, 5)])
def test_hatching_stays_within_its_rectangle(hatch: str, width: float, height: float) -> None:
    parent = Element("svg")
    hatched(parent, 100, 50, width, height, "part", hatch)
    numbers = [
        float(found) for path in parent.iter("path") for found in re.findall(r"[0-9.]+", path.get("d", ""))
    ]
    assert all(100 - 0.06 <= x <= 100 + width + 0.06 for x in numbers[::2])
    assert all(50 - 0.06 <= y <= 50 + height + 0.06 for y in numbers[1::2])
    assert numbers or width < 6


def lane(patients: int, event: int, end: int, *, has_progressed: bool = True) -> Lane:
    figure = Figure(str(patients), patients, "metric.course_group", (), "patients")
    return Lane(figure, event, event + 84, end, has_progressed)


def test_a_swimmer_plot_shows_how_many_a_lane_stands_for_and_how_it_ends() -> None:
    made = swimmer_plot("plot-s", "S", [lane(6, 49, 700), lane(5, 42, 400, has_progressed=False)])
    root = fromstring(made.markup)
    assert {"6", "5", "progression", "follow-up ends without one"} <= set(words(root))
    # One mark of each kind is the legend's.
    assert len(shapes(root, "mark progressed")) == len(shapes(root, "mark goes-on")) == 2
    assert "Lanes: 2, each of 5 to 6 patients" in (root.findtext("desc") or "")


def test_lanes_of_single_patients_are_not_numbered() -> None:
    root = fromstring(swimmer_plot("plot-s", "S", [lane(1, 49, 700), lane(1, 42, 400)]).markup)
    assert not {"1", "Patients"} & set(words(root))


def test_many_lanes_are_thin_and_each_says_its_course() -> None:
    root = fromstring(swimmer_plot("plot-s", "S", [lane(1, 49, 700)] * 200).markup)
    assert float((root.get("viewBox") or "").split()[3]) < 720
    told = [one.text for one in root.iter() if one.tag.endswith("title")][1:]
    assert len(told) == 200
    assert told[0] == (
        "pseudoprogression after 1.6\u202fmonths, confirmed after 4.4\u202fmonths, progression after"
        " 23.0\u202fmonths"
    )


def test_of_more_patients_than_can_be_drawn_an_even_choice_is_and_the_rest_are_named() -> None:
    assert thinned(range(5), 5) == range(5)
    assert left_out(range(5), 5, "metric.course_group") == ""
    assert thinned(range(1001), 6) == [0, 200, 400, 600, 800, 1000]
    assert left_out(range(1001), 6, "metric.course_group") == (
        "6 of 1\u202f001 patients are drawn, evenly spaced in their order; the other 995 stand in"
        " metric.course_group with them."
    )


def test_a_bar_has_the_colour_and_the_legend_of_its_category_and_not_of_its_sign() -> None:
    changes = (Change(1, 50.0, category="increased"), Change(1, 10.0, category="stable"))
    panel = Panel("P", (*changes, Change(1, 0.0, category="stable"), Change(1, -20.0, category="decreased")))
    root = fromstring(waterfall_plot("plot-w", "W", [panel]).markup)
    # The first of each kind is the legend's.
    drawn = {kind: len(shapes(root, f"part {kind}")) - 1 for kind in ("on_time", "early", "missed")}
    assert drawn == {"on_time": 1, "early": 2, "missed": 1}
    assert {"Decreased", "Stable", "Increased"} <= set(words(root))
    _, _, still = shapes(root, "part early")
    assert float(still.get("height", 0)) == 1.5
    assert "decreased 1, stable 2, increased 1" in (root.findtext("desc") or "")


def test_a_bar_of_a_group_is_as_wide_as_its_group_and_has_no_category() -> None:
    panel = Panel("P", (Change(5, 10.0), Change(6, -20.0)))
    root = fromstring(waterfall_plot("plot-w", "W", [panel]).markup)
    first, second = shapes(root, "part after")
    assert float(second.get("width", 0)) > float(first.get("width", 0))
    assert not {"Decreased", "Stable", "Increased"} & set(words(root))
    assert "1 of them rise above baseline" in (root.findtext("desc") or "")


def test_pairs_that_fall_are_dashed_and_counted_in_words() -> None:
    root = fromstring(pairs_plot("plot-p", "P", [Change(5, -20.0, 30.0), Change(5, 5.0, -5.0)]).markup)
    assert (len(shapes(root, "pair first")), len(shapes(root, "pair second"))) == (1, 1)
    assert "1 lines rise" in (root.findtext("desc") or "")


def test_a_release_shows_all_three_pictures_of_single_patients(page: Node) -> None:
    for name in ("plot-swimmer", "plot-alp-waterfall", "plot-alp-pairs"):
        assert page.by_id(name).tag == "svg"
    assert "a lane for each patient" in page.by_id("times").words
    assert "Lanes: 4, each of one patient" in page.by_id("plot-swimmer").words


def test_axis_places_are_round_and_few() -> None:
    assert ticks(0, 28.3, 7, (1, 2, 3, 6, 12)) == [0, 6, 12, 18, 24]
    assert ticks(-25, 75, 5, (10, 25, 50)) == [-25, 0, 25, 50, 75]
    assert ticks(0, 1, 7, (1, 2)) == [0, 1]
    assert ticks(0, 9999, 7, (1, 2))[-1] == 9998
