"""Registries together: which counts go in, and what is said with two, with one and with none.

Not here: the model (tests/unit/metrics).
"""

from __future__ import annotations

import pytest

from bpp_etl.metrics import pooled_share
from tests.unit.measure.patients import Candidate
from tests.unit.measure.world import Measured, measured

ENDINGS = ("pooled", "another_registry", "heterogeneity", "i_squared")


def _registry(name: str, pseudo: int, true: int) -> list[Candidate]:
    return [
        *[Candidate(registry=name, progressed=200)] * pseudo,
        *[Candidate(registry=name, state="true_progression", progressed=60)] * true,
        Candidate(registry=name, state="indeterminate"),
    ]


THREE = [*_registry("a", 12, 8), *_registry("b", 30, 10), *_registry("c", 5, 15)]


def _row(found: Measured, ending: str) -> dict[str, object]:
    return found.estimate(f"pseudoprogression_share_{ending}", "registry=*")


def test_decided_candidates_of_every_registry_are_combined() -> None:
    found, by_hand = measured(THREE), pooled_share([12, 30, 5], [20, 40, 20])
    row = _row(found, "pooled")
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (
        by_hand.estimate,
        by_hand.low,
        by_hand.high,
    )
    assert (row["patients"], row["events"], row["ci_method"]) == (80, 47, "wald")
    another = _row(found, "another_registry")
    assert (another["ci_low"], another["ci_method"]) == (by_hand.another_low, "prediction")
    q = _row(found, "heterogeneity")
    assert (q["estimate"], q["p_value"]) == (by_hand.q, by_hand.p_value)
    assert _row(found, "i_squared")["estimate"] == by_hand.i_squared


def test_two_registries_say_nothing_of_a_third() -> None:
    row = _row(measured(THREE[:62]), "another_registry")
    assert (row["estimate"], "not_estimable" in row["warnings"]) == (None, True)  # type: ignore[operator]


@pytest.mark.parametrize("patients", [[], THREE[:1], THREE[:21]])
def test_one_registry_is_compared_with_nothing(patients: list[Candidate]) -> None:
    for ending in ENDINGS:
        row = _row(measured(patients), ending)
        assert row["estimate"] is None
        assert {"groups_missing", "no_patients"} & set(row["warnings"])  # type: ignore[call-overload]


def test_a_registry_whose_count_is_hidden_hides_what_would_give_it_away() -> None:
    patients = [*_registry("a", 20, 20), *_registry("b", 30, 10), *_registry("c", 18, 2)]
    for ending in ENDINGS:
        row = _row(measured(patients, threshold=5), ending)
        assert (row["estimate"], row["is_suppressed"]) == (None, True)
