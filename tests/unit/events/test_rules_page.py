"""The rule tables, and the page that is written from them."""

import ast
from pathlib import Path

from bpp_etl.events.rules import FLOW_RULES, STATE_RULES
from bpp_etl.events.rules_page import render_rules
from bpp_etl.events.verdicts import VERDICT_RULES
from schemas.event import LEFT_AT, REASON, STATE
from schemas.event_flags import EVENT_FLAGS
from schemas.verdicts import VERDICT_SETS
from tests.support.spec_page import render

ROOT = Path(__file__).parents[3]


def test_the_page_of_rules_is_current() -> None:
    page = ROOT / "docs" / "rules.md"
    assert page.read_text(encoding="utf-8") == render(), (
        "docs/rules.md is out of date; write it again with python -m tests.support.spec_page"
    )


def test_the_page_names_every_rule_verdict_and_flag() -> None:
    page = render_rules()
    named = [rule.id for rule in (*FLOW_RULES, *STATE_RULES)] + list(EVENT_FLAGS)
    named += [rule.id for rules in VERDICT_RULES.values() for rule in rules]
    assert not [name for name in named if f"`{name}`" not in page]


def test_rules_and_contracts_share_their_codes() -> None:
    assert {rule.state for rule in STATE_RULES} == set(STATE)
    assert {rule.reason for rule in STATE_RULES} == set(REASON)
    assert tuple(rule.id for rule in FLOW_RULES) == LEFT_AT
    verdicts = {kind: {rule.verdict for rule in rules} for kind, rules in VERDICT_RULES.items()}
    assert verdicts == {name: set(one.codes) for name, one in VERDICT_SETS.items()}


def test_every_rule_has_an_id_of_its_own_and_a_test_named_after_it() -> None:
    ids = [rule.id for rule in STATE_RULES]
    assert len(set(ids)) == len(ids)
    told = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "spec").glob("test_*.py"))
    words = {
        node.value
        for node in ast.walk(ast.parse(told))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {rule.id for rule in (*FLOW_RULES, *STATE_RULES)} <= words
