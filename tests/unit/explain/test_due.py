"""The next CT that is due, and the delivery's day: in words, for programs, and on the drawing.

Not here: how the page looks (`tests/browser/test_explain_in_browser.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bpp_etl.explain.drawing import TELEPHONE, drawn
from bpp_etl.explain.due import due_ct
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.words import facts
from schemas.cadence import StatedCadence
from schemas.stated import Stated
from tests.unit.explain.explained import told


def days_to(evidence: Evidence) -> int | None:
    return Labels(evidence).number(due_ct(evidence))


@pytest.mark.parametrize(
    ("course", "due"),
    [
        ("awaiting", 84 + 42),
        ("without lesion", 42 + 42),
        # One that cannot be judged kept its appointment.
        ("without CT", 42 + 42),
        # None yet: counted from the start of the line.
        ("baseline close by", 42),
        # A bone scan or an MRI is no CT.
        ("detected", 42 + 42),
        ("died", None),
        ("changed", None),
        ("second line", None),
        ("without line", None),
    ],
)
def test_it_is_an_interval_after_the_last_ct_of_a_line_that_goes_on(
    explained: Mapping[str, Evidence], course: str, due: int | None
) -> None:
    assert days_to(explained[course]) == due


@pytest.mark.parametrize(("stated", "due"), [((56, 70, 84), 84 + 84), ((56, 63), 84 + 63), ((56,), 84 + 56)])
def test_it_goes_by_the_registry_s_own_schedule(
    explained: Mapping[str, Evidence], stated: tuple[int, ...], due: int
) -> None:
    evidence = explained["awaiting"]
    source = replace(evidence.source, stated=Stated(StatedCadence(stated), has_stable_lesion_ids=False))
    assert days_to(replace(evidence, source=source)) == due


def test_it_is_told_with_the_delivery_s_day_and_shifted_without(explained: Mapping[str, Evidence]) -> None:
    evidence = explained["awaiting"]
    plain, shifted = (dict(facts(evidence, Labels(evidence, is_shifted=hides))) for hides in (False, True))
    assert plain["next CT due"] == "2020-05-06, and none is delivered"
    assert plain["delivery"] == "of 2021-02-04: what came later is not known"
    assert shifted["next CT due"] == "day 126"
    assert "delivery" not in shifted
    assert (told(evidence)["next_ct_due"], told(evidence)["delivery_date"]) == ("2020-05-06", "2021-02-04")
    assert told(evidence, is_shifted=True)["next_ct_due"] == 126
    assert "delivery_date" not in json.dumps(told(evidence, is_shifted=True))


def test_the_drawing_goes_on_to_both_and_shifted_to_the_ct_alone(explained: Mapping[str, Evidence]) -> None:
    evidence = explained["awaiting"]
    for width in (960.0, TELEPHONE):
        plain, shifted = (
            drawn(evidence, Labels(evidence, is_shifted=hides), width) for hides in (False, True)
        )
        assert plain is not None
        assert plain.due is not None
        assert plain.delivered is not None
        assert shifted is not None
        last = max(place for place, *_ in plain.scans)
        assert last < plain.due[0] < plain.delivered[0] == width - 24
        assert plain.line is not None
        assert plain.line[1] == plain.delivered[0]
        assert shifted.delivered is None
        assert shifted.due == (width - 24, "day 126")


def test_of_a_line_that_is_over_the_drawing_ends_at_the_last_finding(
    explained: Mapping[str, Evidence],
) -> None:
    evidence = explained["changed"]
    made = drawn(evidence, Labels(evidence))
    assert made is not None
    assert (made.due, made.delivered) == (None, None)
