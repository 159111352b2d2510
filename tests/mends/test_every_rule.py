"""Every rule has a mend whose words stand in its text.

Not here: following them (`test_rows.py`, `test_deliveries.py`, `test_told.py`).
"""

from __future__ import annotations

import pytest

from schemas.rules import RULES
from tests.mends.mend import Mend
from tests.mends.stated_mends import SWITCHED_OFF, SWITCHES
from tests.mends.test_deliveries import MENDS as DELIVERIES
from tests.mends.test_rows import MENDS as ROWS
from tests.mends.test_told import MENDS as TOLD

MENDS: tuple[Mend, ...] = (*ROWS, *DELIVERIES, *SWITCHED_OFF, *TOLD)
TEXTS = {rule.id: rule.mend for rule in RULES}
OF_THE_SOFTWARE = {
    "rows_not_conserved": "This is a fault of the software: report it with the release's manifest."
}
"""What no delivery can break, so that there is nothing to follow in one."""


@pytest.mark.parametrize("rule", TEXTS)
def test_the_mend_text_of_every_rule_is_followed(rule: str) -> None:
    followed = [mend for mend in MENDS if mend.rule == rule]
    assert followed or TEXTS[rule] == OF_THE_SOFTWARE.get(rule)
    assert [mend.says for mend in followed if mend.says not in TEXTS[rule]] == []


def test_every_limit_that_switches_a_rule_off_is_tried() -> None:
    tried = {mend.rule for mend in MENDS if "[limits]" in mend.says}
    assert set(SWITCHES) <= tried


def test_a_text_that_leaves_its_rule_broken_says_so() -> None:
    words = ("Nothing to mend", "accept it", "stays flagged")
    silent = [mend.says for mend in MENDS if mend.is_nothing and not any(word in mend.says for word in words)]
    assert silent == []
