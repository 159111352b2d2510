"""Attacks on what a share tells, by somebody who knows the method and nothing else.

Not here: which relations the code itself knows (`tests/unit/disclosure`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from bpp_etl.disclosure.publish import Told, told_of
from bpp_etl.measure.run import Measured, measure
from bpp_etl.metrics import incidence_at
from bpp_etl.share.before import cells_that_differ_by_few, cells_told_already
from bpp_etl.share.pooling import Pool
from bpp_etl.share.sums import sum_lines
from schemas.metric_codes import HORIZON_DAYS
from schemas.sums import INCIDENCE
from tests.unit.measure.patients import PROTOCOL, Candidate, Other, Person
from tests.unit.measure.world import measured, named, release
from tests.unit.share.attacker import Name, bounds, moves
from tests.unit.share.attacker_of_sums import read_sums
from tests.unit.share.attacker_of_tables import read
from tests.unit.share.attacker_of_weeks import read_weeks
from tests.unit.share.houses import drawn_house, grown_house, house
from tests.unit.share.tables import by_key, tables_of, together

SMALL = range(1, 5)
STEPS = {"days": 7, "U/L": 5, "years": 1, "lesions": 1, "ug/L": 1}
SEEDS = range(4)


MANY = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 204)]
"""Seeds of the long search, under `make soak` alone."""


@cache
def of(seed: int) -> Measured:
    with release(*drawn_house(seed)) as con:
        return measure(con, [named(PROTOCOL)])


@cache
def shared(seed: int) -> Told:
    return told_of(of(seed), threshold=5)


def estimates(seed: int) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(row["metric"], row["stratum"]): row for row in tables_of(shared(seed))["estimate"]}


@pytest.mark.parametrize("seed", [*SEEDS, *MANY])
def test_no_small_count_follows_from_sums_parts_pictures_curves_warnings_and_the_file_of_sums(
    seed: int,
) -> None:
    truth = read(tables_of(told_of(of(seed), threshold=0))).values
    known = read(tables_of(shared(seed)))
    read_sums(known, sum_lines(shared(seed)))
    assert len(known.names) - len(known.values) > 100
    assert not [name for name in bounds(known) if truth.get(name) in SMALL]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_file_of_sums_tells_each_count_as_its_table_does_or_not_at_all(seed: int) -> None:
    told = by_key(shared(seed))
    judged = 0
    for protocol, table, row, quantity, day, value in sum_lines(shared(seed)):
        if (
            table in told
            and day == 0
            and (beside := told[table].get((protocol, *row)))
            and quantity in beside
        ):
            assert value == beside[quantity], (table, row, quantity)
            judged += value is None
    assert judged > 50


def test_the_attacker_finds_what_is_not_hidden_well() -> None:
    told = tables_of(shared(0))
    hidden = [row for row in told["flow"] if row["patients"] is None]
    exact = {
        (row["stratum"], row["step"]): row["patients"]
        for row in tables_of(told_of(of(0), threshold=0))["flow"]
    }
    # All but one of a sum are told: the last one follows.
    (row, *others) = [one for one in hidden if one["stratum"] == "all" and one["parent_step"] == "admitted"]
    opened = [
        {**one, "patients": exact[one["stratum"], one["step"]]} if one in others else one
        for one in told["flow"]
    ]
    found = bounds(read({**told, "flow": opened}))
    assert found[row["step"], "all"] == pytest.approx((exact["all", row["step"]],) * 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_predictive_value_at_a_prevalence_is_solved_for_no_hidden_part(seed: int) -> None:
    found = estimates(seed)
    for (metric, stratum), row in found.items():
        if "_predictive_value" in metric and row["estimate"] is not None:
            for part in ("sensitivity", "specificity"):
                assert found[f"alp_fall_{part}", stratum]["events"] is not None, (metric, stratum)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_solved_for_no_hidden_group(seed: int) -> None:
    found = estimates(seed)
    for (metric, _), row in found.items():
        if row["estimate"] is None or "_needed_for_" not in metric:
            continue
        if "power" in metric:
            for label in ("positive", "negative"):
                group = found["pseudoprogression_to_progression", f"her2={label}"]
                assert group["patients"] is not None, metric
        else:
            share = found["pseudoprogression_share", "all"]
            assert None not in (share["events"], share["patients"]), metric


@pytest.mark.parametrize("seed", SEEDS)
def test_no_fraction_stands_beside_a_hidden_count(seed: int) -> None:
    for (metric, stratum), row in estimates(seed).items():
        if row["unit"] in ("share", "area", "kappa") and None in (row["patients"], row.get("events", 0)):
            if metric.startswith("agreement"):
                continue  # it has no events
            assert row["estimate"] is None, (metric, stratum)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_statistic_is_a_patient_s_own_value_or_tells_whether_their_number_is_even(seed: int) -> None:
    told = tables_of(shared(seed))
    changes = [{**row, "unit": "U/L"} for row in told["alp_change"]]
    judged = 0
    for row in [*told["estimate"], *told["baseline"], *changes]:
        is_schedule = row["unit"] == "days" and "cadence" in row.get("metric", "")
        step = 1 if is_schedule else STEPS.get(str(row["unit"]))
        for column in ("estimate", "ci_low", "ci_high", "median", "quartile_low", "quartile_high", "shift"):
            value = row.get(column)
            if step is not None and value is not None:
                assert value % step == pytest.approx(0, abs=1e-9), (row, column)
                judged += 1
    assert judged > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_an_incidence_is_that_of_the_steps_told_and_says_no_more(seed: int) -> None:
    pool = Pool.of(sum_lines(shared(seed)))
    families = {row[2][0] for row in pool.rows if row[1] == INCIDENCE}
    for (metric, stratum), row in estimates(seed).items():
        for place, day in enumerate(HORIZON_DAYS):
            family = metric.removesuffix(f"_{day}_days")
            if family in families and family != metric and row["estimate"] is not None:
                outcomes = pool.outcomes(family, PROTOCOL, stratum)
                assert outcomes is not None, (metric, stratum)
                found = float(incidence_at(*outcomes, 1, HORIZON_DAYS).estimate[place])
                assert row["estimate"] == pytest.approx(found, abs=6e-4), (metric, stratum)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_up_to_a_day_of_whoever_left_is_of_whole_groups(seed: int) -> None:
    judged = 0
    for left in shared(seed).left:
        for days in left.by_day.values():
            for sofar in np.cumsum([days[day] for day in sorted(days)]).tolist():
                assert sofar >= 5, left.place
                judged += 1
            assert all(number >= 5 for number in days.values()), left.place
    assert judged > 0


@pytest.mark.parametrize("seed", [*SEEDS[:1], *MANY[:60]])
def test_no_count_of_few_follows_from_two_shares_one_after_the_other(seed: int) -> None:
    with release(*grown_house(seed)) as con:
        later = measure(con, [named(PROTOCOL)])
    few = cells_that_differ_by_few(later, [by_key(shared(seed))], 5)
    assert len(few) > 20
    told = told_of(later, 5, few)
    was, now = (read(tables_of(told_of(one, threshold=0))).values for one in (of(seed), later))
    moved = moves(read(tables_of(shared(seed))), read(tables_of(told)))
    assert len(moved) > 100
    assert not [name for name in moved if abs(now.get(name, 0) - was.get(name, 0)) in SMALL]


@pytest.mark.parametrize("seed", [1, 6, *MANY])
def test_no_small_count_follows_from_two_shares_of_the_same_patients_under_two_thresholds(seed: int) -> None:
    truth = read(tables_of(told_of(of(seed), threshold=0))).values
    already = cells_told_already(of(seed), [by_key(shared(seed))])
    coarser = told_of(of(seed), threshold=8, already=already)
    found = bounds(read(together(shared(seed), coarser)))
    assert not [name for name in found if truth.get(name) in SMALL]


TIMES = (
    ("pseudoprogression_to_progression", "her2"),
    ("time_to_pseudoprogression", "registry"),
    ("progression_free_survival", "registry"),
)


def small_by_week(told: Told, metric: str, key: str) -> list[Name]:
    """Name the numbers up to a week, or between two, of which a reader is left one value of 1 to 4."""
    found = bounds(read_weeks(tables_of(told), metric, key))
    return [name for name, (low, high) in found.items() if low > 0.5 and high < 4.5]


@pytest.mark.parametrize("seed", [0, *MANY[:30]])
@pytest.mark.parametrize(("metric", "key"), TIMES)
def test_no_small_number_by_a_week_follows_from_curves_of_everybody_and_of_strata(
    seed: int, metric: str, key: str
) -> None:
    assert small_by_week(shared(seed), metric, key) == []


def test_the_reader_of_weeks_finds_what_is_not_in_groups() -> None:
    with release(*house(7, candidates=14, others=3, registries=1)) as con:
        exact = told_of(measure(con, [named(PROTOCOL)]), threshold=0)
    assert small_by_week(exact, *TIMES[0]) != []


def test_a_full_fraction_would_tell_how_many_were_censored_before_a_horizon() -> None:
    progressed = [Candidate(confirmed=40, progressed=60 + 12 * place) for place in range(8)]
    censored = [Candidate(followed=95 + place) for place in range(3)]
    later = [Candidate(followed=800 + place) for place in range(14)]
    patients = [*progressed, *censored, *later]
    metric = "progression_incidence_182_days"

    def matching(estimate: float, digits: float) -> set[int]:
        """Try every number of censorings at each place between the events."""
        found = set()
        for pattern in product(range(4), repeat=4):
            at_risk, survival, gaps = 25, 1.0, [0, 0, *pattern, 0, 0]
            for gap in gaps:
                at_risk -= gap
                survival *= 1 - 1 / at_risk
                at_risk -= 1
            if abs(1 - survival - estimate) < digits:
                found.add(sum(pattern))
        return found

    exact = measured(patients, threshold=0).estimate(metric)
    told = measured(patients, threshold=5).estimate(metric)
    assert (exact["events"], told["events"]) == (8, 8)
    assert matching(exact["estimate"], 1e-9) == {3}
    assert 3 not in matching(told["estimate"], 6e-4) or len(matching(told["estimate"], 6e-4)) > 1


def solved(row: Mapping[str, Any], total: int) -> float:
    """Solve a Wald interval of a ratio for the events of the smaller group."""
    variance = (math.log(row["ci_high"] / row["ci_low"]) / (2 * 1.959964)) ** 2
    return (total - math.sqrt(max(total**2 - 4 * total / variance, 0.0))) / 2


def with_status(few: int) -> list[Candidate]:
    confirmed = [Candidate(event=30, confirmed=70, progressed=150 + 17 * place) for place in range(few)]
    followed = [Candidate(event=30, confirmed=70, followed=500 + place) for place in range(12)]
    return [*confirmed, *followed]


@pytest.mark.parametrize(("few", "is_told"), [(3, False), (8, True)])
def test_a_ratio_of_a_status_is_solved_for_few_events_with_it(few: int, is_told: bool) -> None:
    others = [Other("progression_first", progressed=60 + 11 * place) for place in range(30)]
    exact = measured(with_status(few), others, threshold=0).estimate("time_dependent_hazard_ratio")
    assert solved(exact, exact["events"]) == pytest.approx(few, abs=1.5)
    told = measured(with_status(few), others, threshold=5).estimate("time_dependent_hazard_ratio")
    assert (told["estimate"] is not None) == (told["ci_low"] is not None) == is_told


@pytest.mark.parametrize(("few", "is_told"), [(3, False), (12, True)])
def test_an_adjusted_ratio_is_solved_for_few_events_of_a_receptor(few: int, is_told: bool) -> None:
    rng = np.random.default_rng(3)

    def patient(er: str, place: int, *, progresses: bool) -> Candidate:
        end = 200 + int(rng.integers(0, 600))
        return Candidate(
            progressed=end if progresses else None,
            followed=end,
            her2="positive" if place % 2 else "negative",
            alp=(float(rng.integers(80, 200)), 100.0, None),
            person=Person(er=er, born=date(1950 + int(rng.integers(0, 30)), 1, 1)),
        )

    patients = [patient("positive", place, progresses=True) for place in range(40)]
    patients += [patient("negative", place, progresses=place < few) for place in range(20)]
    told = measured(patients, threshold=5).estimate("adjusted_hazard_ratio_er_positive")
    exact = measured(patients, threshold=0).estimate("adjusted_hazard_ratio_er_positive")
    assert exact["ci_low"] is not None
    assert (told["ci_low"] is not None) == is_told
    assert told["ci_low"] is None or told["ci_low"] == pytest.approx(exact["ci_low"], rel=1e-2)
