"""Every rule that judges rows turns red on a row that breaks it, and stays green on that row's neighbour.

Not here: rules that judge files, columns or shares (`test_shut_rules.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from schemas.rules import RULES, Rule
from schemas.tables import TABLES
from tests.support.gating import Gated, gated
from tests.support.row_cases import BASE_REFUSED, DAY, CaseDelivery, case_delivery, only, row_cases
from tests.support.written_cases import Case

CASES = row_cases()
ROW_RULES = [rule for rule in RULES if rule.severity == "refuse"]
LIMITS = "[limits]\ncadence = 1\n" + "".join(f"{table} = 1\n" for table in TABLES)


@dataclass(frozen=True)
class Judged:
    delivery: CaseDelivery
    gated: Gated


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """All cases in one delivery, judged once."""
    made = case_delivery(CASES)
    folder = tmp_path_factory.mktemp("cases") / "cases" / DAY
    folder.mkdir(parents=True)
    for table in TABLES:
        (folder / f"{table}.csv").write_text(made.text_of(table), encoding="utf-8")
    (folder.parent / "registry.toml").write_text(LIMITS, encoding="utf-8")
    return Judged(made, gated(folder))


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: f"{rule.table}-{rule.id}")
def test_every_rule_for_rows_has_a_case(rule: Rule) -> None:
    assert only(CASES, rule.table, rule.id)


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.id)
def test_the_bad_rows_are_refused_for_that_rule_alone(judged: Judged, one: Case) -> None:
    rows = judged.delivery.bad[one.id]
    refused = [judged.gated.refused.get((one.table, row)) for row in rows]
    # Of identical rows the first is kept.
    kept = [None] if one.rule == "duplicate_row" else []
    assert refused == kept + [[one.rule]] * (len(rows) - len(kept))


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.id)
def test_the_neighbouring_rows_are_admitted(judged: Judged, one: Case) -> None:
    for row in judged.delivery.good[one.id]:
        assert (one.table, row) not in judged.gated.refused


def test_nothing_else_is_refused(judged: Judged) -> None:
    bad = {(one.table, row) for one in CASES for row in judged.delivery.bad[one.id]}
    rest = {place: rules for place, rules in judged.gated.refused.items() if place not in bad}
    assert rest == BASE_REFUSED


def test_refused_rows_are_not_in_core_and_all_others_are(judged: Judged) -> None:
    for table, rows in judged.delivery.tables.items():
        admitted = {row[-1] for row in judged.gated.core[table]}
        assert admitted == {
            number for number in range(1, len(rows) + 1) if (table, number) not in judged.gated.refused
        }


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: f"{rule.table}-{rule.id}")
def test_a_rule_counts_the_rows_that_break_it(judged: Judged, rule: Rule) -> None:
    result = judged.gated.result(rule.table, rule.id)
    broken = sum(
        1 for (table, _), rules in judged.gated.refused.items() if table == rule.table and rule.id in rules
    )
    assert (result.judged, result.broken, result.status) == (
        len(judged.delivery.tables[rule.table]),
        broken,
        "failed",
    )
