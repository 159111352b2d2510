"""Pseudoprogression against none: by landmark, as a status, and what the naive comparison would have shown.

Not here: the estimators (tests/unit/metrics).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from bpp_etl.measure.first_line import first_line_cohort
from bpp_etl.measure.rows import Row
from bpp_etl.measure.status import landmark_rows, landmarks_of, time_dependent_rows
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import hazard_ratio
from schemas.metric_codes import LANDMARK_DAYS
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import measured

BETWEEN = "status=pseudoprogression/none"


@dataclass(frozen=True)
class World:
    """Simulated first lines, scanned every 42 days, with the rows that are measured of them."""

    rows: dict[tuple[str, str], Row]
    naive: float
    naive_high: float


def _simulated(patients: int, seed: int, effect: float = 1.0) -> World:
    """Let progression come at random; a third shows a lesion on one of the first scans, which means `effect`.

    A pseudoprogression is confirmed by the two scans after it, and only if progression has not come by then:
    that alone makes those who have one live longer.
    """
    rng = np.random.default_rng(seed)
    is_lesion = rng.random(patients) < 1 / 3
    seen = 42.0 * rng.integers(1, 4, patients)
    confirmed = np.where(is_lesion, seen + 84, np.nan)
    onset = rng.exponential(250, patients)
    late = is_lesion & (onset > confirmed)
    onset = np.where(late, confirmed + rng.exponential(250 / effect, patients), onset)
    progressed = 42 * np.ceil(onset / 42)
    censored = 42.0 * rng.integers(3, 30, patients)
    days = np.minimum(progressed, censored)
    has_progressed = progressed <= censored
    confirmed = np.where(confirmed < days, confirmed, np.nan)
    died = progressed + rng.exponential(400, patients)
    alive = np.minimum(died, censored + 42)
    columns = {
        "registry": rng.integers(0, 2, patients),
        "her2_at_start": np.zeros(patients, dtype=np.int64),
        "days_without_progression": days,
        "has_progressed_or_died": has_progressed,
        "days_alive": alive,
        "has_died": died <= censored + 42,
        "days_to_confirmation": confirmed,
    }
    tally = Tally()
    for stratum in ("all", "registry=a", "registry=b"):
        tally.put(Cell("", "first_line", stratum), 0)
    cohort = first_line_cohort("xu2025", columns, ["a", "b"], tally)
    rows = [*landmark_rows(landmarks_of(cohort)), *time_dependent_rows(cohort)]
    naive = hazard_ratio(days, has_progressed, ~np.isnan(confirmed))
    assert naive.estimate is not None
    assert naive.high is not None
    return World(
        {(str(row.values["metric"]), str(row.values["stratum"])): row for row in rows},
        naive.estimate,
        naive.high,
    )


def _limits(world: World, metric: str, stratum: str = "all") -> tuple[float, float, float]:
    values = world.rows[metric, stratum].values
    return tuple(float(values[name]) for name in ("ci_low", "estimate", "ci_high"))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("seed", range(3))
def test_where_a_pseudoprogression_means_nothing_only_the_naive_comparison_finds_that_it_protects(
    seed: int,
) -> None:
    world = _simulated(6000, seed)
    assert world.naive < 0.7
    assert world.naive_high < 0.75
    for metric, stratum in (
        ("time_dependent_hazard_ratio", "all"),
        ("landmark_183_progression_free_survival_hazard_ratio", BETWEEN),
        ("landmark_183_overall_survival_hazard_ratio", BETWEEN),
    ):
        low, estimate, high = _limits(world, metric, stratum)
        # Narrow enough for a wrong method to be seen, and the truth within three standard errors.
        assert high / low < 1.6
        assert abs(np.log(estimate)) < 3 * np.log(high / low) / 3.92


def test_an_effect_that_is_there_is_found() -> None:
    world = _simulated(6000, 5, effect=2.0)
    for metric, stratum in (
        ("time_dependent_hazard_ratio", "all"),
        ("landmark_183_progression_free_survival_hazard_ratio", BETWEEN),
    ):
        low, estimate, high = _limits(world, metric, stratum)
        assert low < 2.0 < high * 1.1
        assert estimate > 1.5


def test_only_who_is_alive_without_progression_and_followed_after_the_landmark_is_in_it() -> None:
    found = measured(
        [
            Candidate(event=42, confirmed=141, progressed=300),
            Candidate(event=42, confirmed=142, progressed=300),
            Candidate(event=42, confirmed=100, followed=141),
        ],
        [
            Other("progression_first", progressed=183, scans=()),
            Other("progression_first", progressed=184, scans=()),
            Other(scans=(42, 183)),
            Other(scans=(42, 184)),
            Other(died=100),
        ],
    )
    medians = {
        stratum: found.estimate("landmark_183_progression_free_survival", stratum)
        for stratum in ("all", "status=pseudoprogression", "status=none")
    }
    # Confirmed on day 183 is in time, on day 184 is not; the third was followed for 183 days only.
    assert [(row["patients"], row["events"]) for row in medians.values()] == [(4, 3), (1, 1), (3, 2)]
    assert medians["status=pseudoprogression"]["estimate"] == 342 - 183


def test_time_is_counted_from_the_landmark_and_its_curve_is_drawn_by_status() -> None:
    found = measured(
        [Candidate(event=42, confirmed=60, progressed=58 + 50 * place) for place in range(1, 8)],
        [Other("progression_first", progressed=120 + 20 * place, scans=()) for place in range(9)],
    )
    steps = found.some(
        "survival_curve", metric="landmark_91_progression_free_survival", stratum="status=pseudoprogression"
    )
    assert steps == []
    row = found.estimate("landmark_91_progression_free_survival_hazard_ratio", BETWEEN)
    assert row["estimate"] is None
    assert "groups_missing" in row["warnings"]
    steps = found.some(
        "survival_curve", metric="landmark_183_progression_free_survival", stratum="status=pseudoprogression"
    )
    assert [step["time_days"] for step in steps][:2] == [17, 67]


def test_the_status_begins_at_the_confirming_ct_and_never_at_the_event() -> None:
    # Progression on day 120 falls between event and confirmation of the others: it is of nobody with the
    # status.
    patients = [Candidate(event=42, confirmed=84, progressed=300 + place) for place in range(6)]
    others = [Other("progression_first", progressed=120, scans=()) for _ in range(6)]
    row = measured(patients, others).estimate("time_dependent_hazard_ratio")
    assert row["estimate"] is None
    assert {"not_estimable", "status_from_confirmation", "small_groups"} <= set(row["warnings"])


@pytest.mark.parametrize("patients", [[], [Candidate(progressed=300)], [Candidate(progressed=300)] * 3])
def test_too_few_patients_have_no_ratio_and_a_reason(patients: list[Candidate]) -> None:
    found = measured(patients)
    row = found.estimate("time_dependent_hazard_ratio")
    assert row["estimate"] is None
    assert {"no_patients", "not_estimable"} & set(row["warnings"])
    for name in ("progression_free_survival", "overall_survival"):
        for days in LANDMARK_DAYS:
            row = found.estimate(f"landmark_{days}_{name}_hazard_ratio", BETWEEN)
            assert row["estimate"] is None
            assert {"no_patients", "groups_missing"} & set(row["warnings"])


def test_the_naive_comparison_stays_refused() -> None:
    row = measured([Candidate(progressed=300)] * 9, [Other()] * 9).estimate(
        "progression_by_pseudoprogression"
    )
    assert (row["estimate"], row["warnings"]) == (None, ["naive_comparison"])
