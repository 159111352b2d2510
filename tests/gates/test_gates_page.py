"""`docs/gates.md` and the declarations of the rules say the same.

Not here: the rules.
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.gate.rules_page import PAGE, PLANTED, render_gates, write_gates
from schemas.rules import RULES


def test_the_page_is_current() -> None:
    rules, _, _ = PAGE.read_text(encoding="utf-8").partition(f"\n{PLANTED}")
    assert rules == render_gates(), "run python -m bpp_etl.gate.rules_page"


def test_the_planted_defects_stay_where_the_rules_are_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "gates.md"
    write_gates(page, f"{PLANTED}\n\nAll of them.\n")
    told = page.read_text(encoding="utf-8")
    write_gates(page)
    assert page.read_text(encoding="utf-8") == told == f"{render_gates()}\n{PLANTED}\n\nAll of them.\n"


def test_every_rule_is_on_the_page_and_no_name_is_left_unfilled() -> None:
    page = render_gates()
    assert all(f"`{rule.id}`" in page for rule in RULES)
    assert "{" not in page
