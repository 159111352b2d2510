"""`docs/gates.md` and the declarations of the rules say the same.

Not here: the rules.
"""

from __future__ import annotations

from bpp_etl.gate.rules_page import PAGE, render_gates
from schemas.rules import RULES


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_gates(), "run python -m bpp_etl.gate.rules_page"


def test_every_rule_is_on_the_page_and_no_name_is_left_unfilled() -> None:
    page = render_gates()
    assert all(f"`{rule.id}`" in page for rule in RULES)
    assert "{" not in page
