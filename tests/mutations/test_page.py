"""`docs/gates.md` tells of the planted defects as they are declared, of about every rule there is.

Not here: whether they are noticed (`test_score.py`).
"""

from __future__ import annotations

from bpp_etl.gate.rules_page import PAGE
from schemas.laws import DeclaredLaw, NearLaw
from schemas.rules import RULES
from tests.mutations.page import NOT_SEEN, SEEN, render_planted


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(f"\n{render_planted()}"), "run python -m tests.mutations"


def test_a_hundred_defects_are_planted_and_nearly_all_can_be_noticed() -> None:
    assert len(SEEN) >= 100
    assert len(SEEN) / (len(SEEN) + len(NOT_SEEN)) >= 0.95
    assert all(defect.why_not for defect in NOT_SEEN)
    assert len({(defect.table, defect.wrong) for defect in SEEN}) == len(SEEN)


def test_every_rule_that_flags_notices_a_defect() -> None:
    noticed = {defect.rule for defect in SEEN}
    # What a registry declares, or an adapter says of its cells, is no defect that could be planted.
    flags = [
        one for one in RULES if one.severity == "flag" and not isinstance(one.law, DeclaredLaw | NearLaw)
    ]
    assert {rule.id for rule in flags} - noticed == set()
