"""Multiple imputation of a yes or no: draws that depend on what is known alone, and Rubin's rules.

Not here: whether the incidence that it gives is right (`tests/unit/measure/test_incidence_of_the_truth.py`).
"""

from __future__ import annotations

import numpy as np
import pytest

from bpp_etl.metrics import draw_chances, draw_labels, imputed_incidence_at, incidence_at, pool
from bpp_etl.metrics.imputation import IMPUTATIONS

DAYS = [42, 42, 84, 84, 84, 126, 200, 300, 400, 500]
CODES = [1, 2, 1, 2, 2, 2, 0, 3, 0, 0]
UNKNOWN = np.array([False, True, False, True, True, False, False, False, False, False])
AT = [60, 182, 365]


def test_chances_follow_the_posterior_of_what_is_known() -> None:
    chances = draw_chances(30, 10, (1,))
    # Beta(30.5, 10.5): mean 0.744, standard deviation 0.067.
    assert chances.size == IMPUTATIONS
    assert chances.mean() == pytest.approx(30.5 / 41, abs=0.02)
    assert chances.std() == pytest.approx(0.067, abs=0.015)


def test_the_same_key_gives_the_same_draws_and_another_gives_others() -> None:
    assert draw_chances(3, 1, (1,)).tolist() == draw_chances(3, 1, (1,)).tolist()
    assert draw_chances(3, 1, (1,)).tolist() != draw_chances(3, 1, (2,)).tolist()
    chances = draw_chances(3, 1, (1,))
    assert (draw_labels(chances, 5, (1,)) == draw_labels(chances, 5, (1,))).all()
    assert not (draw_labels(chances, 5, (1,)) == draw_labels(chances, 5, (2,))).all()


def test_one_more_known_moves_every_chance_a_little_and_one_more_unknown_no_other_label() -> None:
    fewer, more = draw_chances(30, 10, (1,)), draw_chances(31, 10, (1,))
    assert ((fewer < more) & (more - fewer < 0.02)).all()
    assert (draw_labels(fewer, 6, (1,))[:, :5] == draw_labels(fewer, 5, (1,))).all()


def test_labels_are_a_yes_as_often_as_the_chance_of_their_imputation() -> None:
    labels = draw_labels(np.array([0.0, 0.5, 1.0]), 400, (1,))
    assert labels.shape == (3, 400)
    assert labels.mean(axis=1) == pytest.approx([0, 0.5, 1], abs=0.06)


@pytest.mark.parametrize("counts", [(0, 0), (-1, 3), (0.5, 1)])
def test_nothing_is_drawn_from_nobody(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not counts of somebody"):
        draw_chances(*counts, (1,))


def test_estimates_are_pooled_by_rubins_rules() -> None:
    found = pool(np.array([[1.0], [2.0], [3.0]]), np.array([[0.5], [0.7], [0.6]]))
    between = (1 + 1 / 3) * 1.0
    assert found.estimate.tolist() == [2]
    assert found.std_error == pytest.approx(np.sqrt(0.6 + between))
    assert found.degrees == pytest.approx(2 * (1 + 0.6 / between) ** 2)


def test_imputations_that_agree_add_nothing() -> None:
    found = pool(np.array([[1.0], [1.0]]), np.array([[0.25], [0.25]]))
    assert (found.std_error.tolist(), found.degrees.tolist()) == ([0.5], [np.inf])


@pytest.mark.parametrize(("is_yes", "codes"), [(True, 1), (False, 2)])
def test_imputing_what_is_certain_gives_the_plain_incidence(is_yes: bool, codes: int) -> None:
    labels = np.full((IMPUTATIONS, 3), is_yes)
    found = imputed_incidence_at(DAYS, CODES, 1, AT, is_unknown=UNKNOWN, labels=labels)
    plain = incidence_at(DAYS, np.where(UNKNOWN, codes, CODES), 1, AT)
    for column in ("estimate", "std_error", "low", "high"):
        assert getattr(found, column) == pytest.approx(getattr(plain, column))
    assert (found.patients, found.events) == (10, 2)


def test_each_imputation_is_the_incidence_of_its_completed_data() -> None:
    labels = draw_labels(draw_chances(2, 1, (7,)), 3, (7,))
    completed = []
    for row in labels:
        codes = np.array(CODES)
        codes[UNKNOWN] = np.where(row, 1, 2)
        completed.append(incidence_at(DAYS, codes, 1, AT))
    pooled = pool(
        np.array([one.estimate for one in completed]), np.array([one.std_error**2 for one in completed])
    )
    found = imputed_incidence_at(DAYS, CODES, 1, AT, is_unknown=UNKNOWN, labels=labels)
    assert found.estimate == pytest.approx(pooled.estimate)
    assert found.std_error == pytest.approx(pooled.std_error)


def test_labels_of_other_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="labels are not of the unknown ones"):
        imputed_incidence_at(DAYS, CODES, 1, AT, is_unknown=UNKNOWN, labels=np.zeros((2, 4), dtype=np.bool_))
