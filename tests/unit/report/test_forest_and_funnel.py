"""Forest and funnel plots: where rows lie, what lies beyond the axis, and what is said in words.

Not here: which rows a part of the report draws (`test_sections.py`).
"""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element, fromstring

import pytest

from bpp_etl.report.figures import Figure
from bpp_etl.report.plots.forest import Axis, forest_plot, ratio_axis, share_axis
from bpp_etl.report.plots.funnel import Place, funnel_plot
from bpp_etl.report.plots.intervals import Dot


def _dot(name: str, value: float | None, low: float | None = None, high: float | None = None) -> Dot:
    words = "no estimate" if value is None else f"{value:g}"
    return Dot(name, value, low, high, Figure(words, value, "metric.estimate", (), "estimate"))


def _drawn(dots: list[Dot], axis: Axis, **more: object) -> Element:
    return fromstring(forest_plot("plot", "A title", dots, axis, name_width=100, **more).markup)  # type: ignore[arg-type]


def _with(root: Element, css: str) -> list[Element]:
    return [node for node in root.iter() if node.get("class") == css]


def test_a_ratio_and_its_inverse_lie_as_far_from_1() -> None:
    dots = [_dot("half", 0.5, 0.4, 0.7), _dot("double", 2, 1.5, 2.8)]
    axis = ratio_axis("Hazard ratio", dots)
    assert axis.ends == (0.25, 4)
    x = axis.scale(100)
    assert axis.place(x, 1) - axis.place(x, 0.5) == pytest.approx(axis.place(x, 2) - axis.place(x, 1))


def test_limits_beyond_the_axis_end_in_an_arrow_at_its_end() -> None:
    dots = [_dot("wide", 3, 0.2, 90.0), _dot("narrow", 1.1, 0.9, 1.3)]
    axis = ratio_axis("Hazard ratio", dots)
    assert axis.ends == (1 / 16, 16)
    root = _drawn(dots, axis)
    assert len(_with(root, "arrow")) == 1
    assert len(_with(root, "whisker")) == 2
    assert max(float(node.get("x2") or 0) for node in _with(root, "whisker")) == pytest.approx(386)


def test_without_an_estimate_the_row_says_so_and_draws_nothing() -> None:
    root = _drawn([_dot("none", None)], ratio_axis("Hazard ratio", [_dot("none", None)]))
    assert _with(root, "mark") == _with(root, "whisker") == []
    assert "no estimate" in "".join(root.itertext())


def test_what_the_rows_come_to_is_a_diamond_as_wide_as_its_interval() -> None:
    root = _drawn(
        [_dot("a", 0.4, 0.3, 0.5)], share_axis("%", 0.45), pooled=[_dot("Together", 0.45, 0.4, 0.5)]
    )
    square, diamond = _with(root, "mark")
    corners = [tuple(map(float, pair.split())) for pair in (diamond.get("d") or "")[1:-1].split("L")]
    x = share_axis("%", None).scale(100)
    assert [corner[0] for corner in corners] == pytest.approx([x(0.4), x(0.45), x(0.5), x(0.45)], abs=0.1)
    assert (square.get("d") or "").count("L") == 3


def test_every_row_is_told_in_words() -> None:
    root = _drawn([_dot("a <b>", 0.5, 0.25, 1.0)], ratio_axis("Hazard ratio", [_dot("a", 0.5, 0.25, 1.0)]))
    assert root.findtext("desc") == "a <b>: 0.5, interval 0.25 to 1.00."
    assert root.findtext("title") == "A title"


def _place(name: str, patients: int, share: float) -> Place:
    return Place(
        name, patients, share, Figure(f"{100 * share:g} %", share, "metric.estimate", (), "estimate")
    )


def test_a_registry_within_chance_lies_between_the_limits_and_one_beyond_outside() -> None:
    places = [_place("north", 100, 0.55), _place("south", 100, 0.8)]
    root = fromstring(funnel_plot("plot", "A title", places, 0.5, "Patients").markup)
    # At 100 patients 95 % lie within 0.5 +- 1.96 * 0.05.
    y = [190 - 180 * share for share in (0.55, 0.8, 0.5 + 1.96 * 0.05)]
    marks = sorted(float(node.get("cy") or 0) for node in _with(root, "mark"))
    assert marks == pytest.approx(sorted(y[:2]), abs=0.1)
    assert y[1] < y[2] < y[0]
    assert len(_with(root, "limit near")) == len(_with(root, "limit far")) == 2


def test_the_limits_narrow_with_the_root_of_the_size() -> None:
    root = fromstring(funnel_plot("plot", "T", [_place("a", 400, 0.5)], 0.5, "Patients").markup)
    upper = next(node for node in _with(root, "limit near") if "190" not in (node.get("d") or "")[:12])
    points = [tuple(map(float, pair.split())) for pair in (upper.get("d") or "")[1:].split("L")]
    last = (190 - points[-1][1]) / 180
    assert abs(last - 0.5) == pytest.approx(1.96 * 0.5 / math.sqrt(400 * 1.08), abs=0.002)


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_a_mean_at_an_end_has_no_limits_to_draw(mean: float) -> None:
    root = fromstring(funnel_plot("plot", "T", [_place("a", 12, mean)], mean, "Patients").markup)
    assert len(_with(root, "mark")) == 1
