"""One date of birth for many patients is flagged where it is over five, and over a twentieth, of them.

Not here: what a single row may say (`test_row_rules.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated


@pytest.mark.parametrize(
    ("alike", "others", "flagged"),
    [
        (5, 5, 0),
        (6, 5, 6),
        (6, 114, 0),  # 6 of 120 are a twentieth
        (6, 113, 6),
    ],
)
def test_a_day_on_which_many_were_born_is_flagged_over_its_limits(
    tmp_path: Path, alike: int, others: int, flagged: int
) -> None:
    header, *tiny = TINY["patients"].splitlines()
    born = ["1950-01-01"] * alike + [
        f"{1930 + number // 12}-{number % 12 + 1:02d}-15" for number in range(others)
    ]
    rows = [f"P{number},female,2024-12-01,{day}" for number, day in enumerate(born)]
    text = "\n".join([f"{header},birth_date", *(f"{row}," for row in tiny), *rows]) + "\n"
    one = gated(write_delivery_of(tmp_path, patients=text))
    assert one.result("patients", "birth_date_default").broken == flagged
