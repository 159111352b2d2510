"""Every rule that judges rows turns red on a row that breaks it, and stays green on that row's neighbour.

Not here: rules that judge files, columns or shares (`test_shut_rules.py`, `test_warn_rules.py`), lines of csv
(`test_lines_of_csv.py`), and rows that a side table or a declaration completes (`test_side_tables.py`,
`test_declared_rows.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from schemas.contract import laws_of
from schemas.laws import DeclaredLaw, DeliveryLaw, LineLaw, NearLaw, RowLaw, SideLaw
from schemas.rules import RULES, Rule, rule_of
from schemas.tables import TABLES
from tests.support.gating import Gated, gated
from tests.support.row_cases import BASE_REFUSED, DAY, Case, CaseDelivery, case_delivery, row_cases

CASES = row_cases()
REFUSING = [one for one in CASES if rule_of(one.table, one.rule).severity == "refuse"]
FLAGGING = [one for one in CASES if rule_of(one.table, one.rule).severity == "flag"]
NOT_OF_ROWS = DeclaredLaw | DeliveryLaw | LineLaw | NearLaw | SideLaw
ROW_RULES = [rule for rule in RULES if not isinstance(rule.law, NOT_OF_ROWS)]
LIMITS = "[limits]\ncadence = 1\n" + "".join(f"{table} = 1\n" for table in TABLES)

RowRule = pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: f"{rule.table}-{rule.id}")
AnyCase = pytest.mark.parametrize("one", CASES, ids=lambda one: one.id)


@dataclass(frozen=True)
class Judged:
    delivery: CaseDelivery
    gated: Gated

    def broken(self, one: Case) -> list[int]:
        """Number the bad rows that break the rule of a case themselves."""
        numbers = self.delivery.bad[one.id]
        return [number for place, number in enumerate(numbers) if one.example.is_broken_by(place)]


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


@RowRule
def test_every_rule_for_rows_has_a_case(rule: Rule) -> None:
    assert any((one.table, one.rule) == (rule.table, rule.id) for one in CASES)


@pytest.mark.parametrize(
    ("table", "law"),
    [
        (name, law)
        for name, table in TABLES.items()
        for law in laws_of(table.contract)
        if not isinstance(law, NearLaw)  # only an adapter can say it
    ],
    ids=lambda one: one if isinstance(one, str) else one.id,
)
def test_every_law_of_one_table_plants_a_fault_in_the_dirty_registry(table: str, law: RowLaw) -> None:
    assert any(one.is_planted for one in law.examples), f"mark an example of {table}.{law.id} as planted"


@pytest.mark.parametrize("one", REFUSING, ids=lambda one: one.id)
def test_the_bad_rows_are_refused_for_that_rule_alone(judged: Judged, one: Case) -> None:
    broken = judged.broken(one)
    for number in judged.delivery.bad[one.id]:
        expected = [one.rule] if number in broken else None
        assert judged.gated.refused.get((one.table, number)) == expected


@pytest.mark.parametrize("one", FLAGGING, ids=lambda one: one.id)
def test_the_bad_rows_are_kept_and_flagged(judged: Judged, one: Case) -> None:
    broken = judged.broken(one)
    for number in judged.delivery.bad[one.id]:
        assert (one.table, number) not in judged.gated.refused
        flags = judged.gated.flagged.get((one.table, number), [])
        assert (one.rule in flags) == (number in broken)


@AnyCase
def test_the_neighbouring_rows_are_admitted_without_the_flag(judged: Judged, one: Case) -> None:
    for row in judged.delivery.good[one.id]:
        assert (one.table, row) not in judged.gated.refused
        assert one.rule not in judged.gated.flagged.get((one.table, row), [])


def test_nothing_else_is_refused(judged: Judged) -> None:
    bad = {(one.table, row) for one in REFUSING for row in judged.delivery.bad[one.id]}
    rest = {place: rules for place, rules in judged.gated.refused.items() if place not in bad}
    assert rest == BASE_REFUSED


def test_refused_rows_are_not_in_core_and_all_others_are(judged: Judged) -> None:
    for table, rows in judged.delivery.tables.items():
        admitted = {row[-1] for row in judged.gated.core[table]}
        assert admitted == {
            number for number in range(1, len(rows) + 1) if (table, number) not in judged.gated.refused
        }


@RowRule
def test_a_rule_counts_the_rows_that_break_it(judged: Judged, rule: Rule) -> None:
    result = judged.gated.result(rule.table, rule.id)
    told = judged.gated.refused if rule.severity == "refuse" else judged.gated.flagged
    broken = sum(1 for (table, _), rules in told.items() if table == rule.table and rule.id in rules)
    assert (result.broken, result.status) == (broken, "failed")
    if rule.severity == "refuse":
        assert result.judged == len(judged.delivery.tables[rule.table])
    else:
        assert broken < result.judged <= len(judged.gated.core[rule.table])


@pytest.mark.parametrize("name", TABLES)
def test_a_contract_shows_its_refusing_laws_of_rows_as_checks(name: str) -> None:
    contract = TABLES[name].contract
    refusing = [law.id for law in laws_of(contract) if isinstance(law, RowLaw) and law.severity == "refuse"]
    assert [check.name for check in contract.to_schema().checks] == refusing
