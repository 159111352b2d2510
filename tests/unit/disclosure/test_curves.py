"""The steps of a curve that may be shown, and that its parts, taken from the whole, give no small count away.

Not here: which curves are shown at all (test_disclosure.py).
"""

from __future__ import annotations

import numpy as np
import pytest

from bpp_etl.disclosure.curves import curve_steps
from bpp_etl.measure.steps import CurveStep
from bpp_etl.metrics import kaplan_meier

Days = list[tuple[int, bool]]


def steps(days: Days, threshold: int = 5, *, are_totals_shown: bool = True) -> list[CurveStep]:
    curve = kaplan_meier([day for day, _ in days], [happened for _, happened in days])
    return curve_steps(curve, threshold, are_totals_shown=are_totals_shown)


def counts(found: list[CurveStep]) -> list[tuple[int, int, int, int]]:
    return [(step.day, step.at_risk, step.events, step.censored) for step in found]


EVENTS = [(day, True) for day in range(10, 130, 10)]


def test_a_step_takes_5_events_together_and_is_dated_by_the_week_of_the_last() -> None:
    # Of 12 the last 2 join the second step: days 50 and 120 lie in the weeks up to 56 and 126.
    assert counts(steps(EVENTS)) == [(56, 12, 5, 0), (126, 7, 7, 0)]
    assert [step.survival for step in steps(EVENTS)] == pytest.approx([7 / 12, 0])
    assert counts(steps(EVENTS[:4])) == []


def test_censorings_are_taken_together_apart_and_dated_by_the_middle_one() -> None:
    censored = [(day, False) for day in (14, 15, 16, 44, 200)]
    later = [(day, False) for day in range(201, 206)]
    # The third of five leaves on day 16, and on day 203; the events are not held up.
    assert counts(steps([*EVENTS, *censored, *later])) == [
        (21, 22, 0, 5),
        (56, 17, 5, 0),
        (126, 12, 7, 0),
        (203, 5, 0, 5),
    ]


def test_a_curve_falls_to_0_only_if_the_exact_one_does() -> None:
    censored: Days = [(day, False) for day in range(11, 16)]
    assert counts(steps([*EVENTS, *censored]))[-1] == (126, 7, 7, 0)
    # One of the five is followed beyond the last event: all are dated by it.
    longer = steps([*EVENTS, *censored[1:], (130, False)])
    assert counts(longer)[-1] == (133, 5, 0, 5)
    assert longer[-1].survival == pytest.approx(5 / 17)


def test_where_the_totals_are_hidden_the_end_is_left_out_with_5_patients_or_more() -> None:
    days = [*EVENTS, (200, False), (300, False), (400, True)]
    assert counts(steps(days, are_totals_shown=False)) == [(56, 15, 5, 0), (105, 10, 5, 0)]
    assert counts(steps(days[:-2], are_totals_shown=False)) == [(56, 13, 5, 0)]
    # Were they shown, the two censorings would be.
    assert counts(steps(days)) == []


def test_a_survival_follows_from_the_groups_so_that_it_tells_nothing_else() -> None:
    early, late = ([*EVENTS, *[(day, False) for day in (first, 22, 24, 150, 150)]] for first in (1, 24))
    assert steps(early) == steps(late)


@pytest.mark.parametrize("registries", [2, 3])
def test_the_curve_of_everyone_less_the_others_pins_no_small_count(registries: int) -> None:
    generator = np.random.default_rng(registries)
    judged = 0
    for _ in range(60):
        times = np.ceil(generator.weibull(1.3, 70) * 400)
        ends = np.ceil(generator.uniform(0, 1200, 70))
        observed, registry = times <= ends, generator.integers(0, registries, 70)
        groups = [np.full(70, fill_value=True), *(registry == code for code in range(registries))]
        told = [_told(np.minimum(times, ends)[group], observed[group]) for group in groups]
        for week in sorted({day for days in told for day, _ in days}):
            (least, most), *parts = (_known(days, week) for days in told)
            for place, (low, high) in enumerate(parts):
                others = parts[:place] + parts[place + 1 :]
                fewest = max(low, least - sum(other for _, other in others))
                greatest = min(high, most - sum(other for other, _ in others))
                assert fewest < greatest or not 1 <= fewest <= 4
                judged += 1
    assert judged > 500


def _told(times: np.ndarray, observed: np.ndarray) -> list[tuple[int, int]]:
    found = curve_steps(kaplan_meier(times, observed), 5, are_totals_shown=True)
    return [(step.day, step.events) for step in found if step.events]


def _known(told: list[tuple[int, int]], week: int) -> tuple[int, int]:
    """Return the least and the most events up to a week: a group is dated by its last."""
    if not told:
        return 0, 70
    least = sum(events for day, events in told if day <= week)
    open_group = next((events - 1 for day, events in told if day > week), 0)
    return least, least + open_group
