"""Mends that are told: what the text says is done to a delivery where it lies, and the gate judges it again.

Not here: mends of the clean record (`test_deliveries.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mends.declared_mends import DECLARED_MENDS
from tests.mends.file_mends import FILE_MENDS
from tests.mends.mend import ToldMend
from tests.mends.near_told import NEAR_TOLD
from tests.mends.stating_mends import STATING_MENDS
from tests.mends.tables_told import TABLES_TOLD
from tests.mends.warehouse_mends import WAREHOUSE_MENDS
from tests.mutations.score import broken

MENDS = (*FILE_MENDS, *DECLARED_MENDS, *WAREHOUSE_MENDS, *TABLES_TOLD, *NEAR_TOLD, *STATING_MENDS)


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: f"{mend.rule}: {mend.tell.__name__}")
def test_what_is_mended_as_the_text_says_breaks_the_rule_no_more(mend: ToldMend, tmp_path: Path) -> None:
    before, after = mend.tell(tmp_path)
    assert mend.is_after(broken(before))
    assert {rule for _, rule in broken(after)} == mend.leaves
    assert after.is_open
