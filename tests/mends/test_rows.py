"""Mends of rows: in one delivery every defect is noticed, and in one that follows the texts none is any more.

Not here: whether every rule has a mend (`test_every_rule.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.mends.laboratory_mends import LABORATORY_MENDS
from tests.mends.lesion_mends import LESION_MENDS
from tests.mends.mend import RowMend
from tests.mends.row_mends import ROW_MENDS
from tests.mutations.record import DELIVERY_DAY, Course, clean_record, write_record
from tests.mutations.score import noticed_by_patient
from tests.support.gating import gated

MENDS: Sequence[RowMend] = (*ROW_MENDS, *LESION_MENDS, *LABORATORY_MENDS)
SPARE = 3
"""Patients before the others who have no defect."""


class Judged:
    """The defects of all mends, each in a patient who has a second line and a new lesion."""

    def __init__(self, home: Path, *, is_followed: bool) -> None:
        record, source = (clean_record(6 * (len(MENDS) + SPARE)) for _ in range(2))
        for mend, name in self.places():
            course = Course(record, name)
            mend.defect.plant(course)
            if is_followed:
                mend.follow(course, Course(source, name))
        one = gated(write_record(home / DELIVERY_DAY.isoformat(), record))
        self.decision, self.noticed = one.decision, noticed_by_patient(record, one)

    @staticmethod
    def places() -> Iterator[tuple[RowMend, str]]:
        """Give each mend its patient."""
        for place, mend in enumerate(MENDS, start=SPARE):
            yield mend, f"MUT-{6 * place:04d}"

    def rules(self, name: str) -> set[str]:
        """Name the rules that a patient's rows break."""
        return {rule for _, rule in self.noticed.get(name, ())}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mends")


def test_every_defect_breaks_the_rule_whose_mend_text_is_followed(home: Path) -> None:
    judged = Judged(home / "planted", is_followed=False)
    found = {mend: judged.noticed.get(name, set()) for mend, name in Judged.places()}
    assert [(mend.defect.wrong, found[mend]) for mend in MENDS if not mend.is_after(found[mend])] == []


def test_rows_that_are_mended_as_the_text_says_break_no_rule(home: Path) -> None:
    judged = Judged(home / "followed", is_followed=True)
    found = [(mend, judged.rules(name)) for mend, name in Judged.places()]
    assert [(mend.defect.wrong, mend.says, left) for mend, left in found if left != mend.leaves] == []
    assert set(judged.noticed) <= {name for _, name in Judged.places()}
    assert judged.decision.is_open
