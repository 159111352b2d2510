"""Simulated registries whose incidence is known, with 28 % of candidates undecided at random.

Not here: who counts as what and when (`test_first_line_incidence.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import REGISTRY, Cohort, Partition
from bpp_etl.measure.first_line_incidence import imputed_incidence_rows, pseudoprogression_incidences
from bpp_etl.measure.flow import COMMON
from bpp_etl.measure.tally import Cell, Tally
from schemas.event import STATE

REGISTRIES = ("a", "b", "c")
UNDECIDED = 0.28
PSEUDO, TRUE, INDETERMINATE = range(len(STATE))
HORIZON = 365


@dataclass(frozen=True)
class Simulated:
    """What is published of one simulated release, and the truth by day 365."""

    truth: float
    rows: dict[str, dict[str, object]]

    def number(self, ending: str = "", column: str = "estimate") -> float:
        """Return a number of the row of everyone."""
        found = self.rows[f"pseudoprogression_incidence{ending}_{HORIZON}_days"][column]
        assert isinstance(found, float)
        return found

    def covers(self, ending: str = "") -> bool:
        """Say whether the interval holds the truth."""
        return self.number(ending, "ci_low") <= self.truth <= self.number(ending, "ci_high")


def simulated(patients: int, seed: int) -> Simulated:
    """Lay out patients with a candidate, another end, or none so far, and measure them.

    Registries differ in the share of pseudoprogressions among candidates and in how many are undecided;
    within one, who is undecided is random. The truth is exact: from the chances, not from the draws.
    """
    rng = np.random.default_rng(seed)
    registry = rng.integers(0, len(REGISTRIES), patients)
    share = np.array([0.75, 0.6, 0.45])[registry]
    undecided = np.array([0.42, 0.28, 0.14])[registry]
    to_candidate = 42 * rng.integers(1, 13, patients)
    has_candidate = rng.random(patients) < 0.3
    is_pseudo = rng.random(patients) < share
    to_other, censored = (np.ceil(rng.exponential(days, patients)) for days in (900, 1500))
    other = rng.integers(2, 5, patients)
    candidate = np.where(has_candidate, to_candidate, np.inf)
    days = np.minimum(np.minimum(candidate, to_other), censored)
    is_seen = (candidate <= to_other) & (candidate <= censored)
    is_open = is_seen & (rng.random(patients) < undecided)
    state = np.where(is_seen, np.where(is_open, INDETERMINATE, np.where(is_pseudo, PSEUDO, TRUE)), -1)
    outcome = np.where(
        is_seen, np.choose(np.maximum(state, 0), (1, 2, 0)), np.where(to_other <= censored, other, 0)
    )
    columns = {
        "registry": registry,
        "days": days,
        "outcome": outcome,
        "state": state,
        "days_to_candidate": np.where(is_seen, days, -1),
        "has_unread_ct": np.zeros(patients, dtype=np.bool_),
    }
    days_seen = 42 * np.arange(1, 9)
    truth = float(np.mean([0.75, 0.6, 0.45]) * 0.3 * np.sum(np.exp(-(days_seen - 1) / 900)) / 12)
    return Simulated(truth, _measured(columns, patients))


def _measured(columns: dict[str, np.ndarray], patients: int) -> dict[str, dict[str, object]]:
    tally = Tally()
    partitions = {REGISTRY: Partition(REGISTRY, REGISTRIES, columns["registry"])}
    cohort = Cohort("xu2025", columns, partitions, tally)
    for stratum in ("all", *partitions[REGISTRY].strata):
        tally.put(Cell(COMMON, "first_line", stratum), patients)
    for place, name in enumerate(STATE):
        cohort.count(name, columns["state"] == place, (REGISTRY,))
    cohort.join("not_excluded", ("pseudoprogression", "indeterminate"), (REGISTRY,))
    outcomes = pseudoprogression_incidences(cohort)
    rows = [*(row for one in outcomes for row in one.rows()), *imputed_incidence_rows(cohort)]
    return {str(row.values["metric"]): row.values for row in rows if row.values["stratum"] == "all"}


def test_the_estimate_recovers_the_truth_the_bounds_enclose_it_and_the_decided_only_do_not() -> None:
    found = simulated(20_000, seed=1)
    assert found.covers()
    assert abs(found.number() - found.truth) < 0.01
    assert found.number("_lowest") < found.truth < found.number("_highest")
    assert found.number("_lowest") < found.number() < found.number("_highest")
    assert not found.covers("_decided_only")
    assert found.number("_decided_only") < found.truth - 0.02


def test_the_interval_of_the_estimate_holds_the_truth_as_often_as_it_says() -> None:
    found = [simulated(1_500, seed=seed) for seed in range(100)]
    covered = sum(one.covers() for one in found)
    # 95 % of 100 are 95; below 89 lie 1 % of the chances.
    assert covered >= 89
    assert sum(one.covers("_decided_only") for one in found) < 70
    # Over many releases the estimate is right on average.
    assert abs(np.mean([one.number() - one.truth for one in found])) < 0.003
