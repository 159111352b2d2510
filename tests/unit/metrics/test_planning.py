"""The size of a study: textbook figures, and agreement with what a study of that size can see.

Not here: the shares that a release plans with (`tests/unit/measure/test_planning.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.metrics import events_for_hazard_ratio, patients_for_share, smallest_detectable_hazard_ratio


@pytest.mark.parametrize(
    ("ratio", "share", "power", "events"),
    [(2, 0.5, 0.8, 66), (0.5, 0.5, 0.8, 66), (1.5, 0.5, 0.8, 191), (1.5, 0.5, 0.9, 256), (2, 0.25, 0.8, 88)],
)
def test_schoenfelds_events(ratio: float, share: float, power: float, events: int) -> None:
    # (1.959964 + 0.841621)^2 = 7.848880 and, for 90 %, (1.959964 + 1.281552)^2 = 10.507423.
    assert events_for_hazard_ratio(ratio, share, power) == events


def test_so_many_events_see_the_ratio_and_one_fewer_does_not() -> None:
    events = events_for_hazard_ratio(1.7, 0.3)
    assert events is not None
    assert (smallest_detectable_hazard_ratio(events, 0.3) or 9) <= 1.7
    assert (smallest_detectable_hazard_ratio(events - 1, 0.3) or 0) > 1.7


def test_no_study_sees_a_ratio_of_1_or_compares_an_empty_group() -> None:
    assert events_for_hazard_ratio(1, 0.5) is None
    assert events_for_hazard_ratio(2, 0) is None


@pytest.mark.parametrize(
    ("share", "half_width", "patients"), [(0.5, 0.1, 97), (0.5, 0.05, 385), (0.2, 0.05, 246), (1, 0.05, 1)]
)
def test_cochrans_patients(share: float, half_width: float, patients: int) -> None:
    assert patients_for_share(share, half_width) == patients


def test_what_is_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio, share, power or alpha is out of range"):
        events_for_hazard_ratio(0, 0.5)
    with pytest.raises(ValueError, match="share or half_width is not between 0 and 1"):
        patients_for_share(0.5, 5)
