"""Every rule of files, tables and deliveries has one function that judges it, and sees all there is to see.

Not here: what the rules find (`test_shut_rules.py`, `test_warn_rules.py`).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.gate import decide, delivery_rule, delivery_rules
from bpp_etl.gate.delivery_rule import Found, Known, WholeDelivery, judge_of, judges
from bpp_etl.gate.judge import judge
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import one_value, opened, opened_read_only
from schemas.laws import DeliveryLaw
from schemas.rules import RULES, Rule
from tests.support.deliveries import with_rows, write_delivery_of
from tests.support.warehouses import admit

IDS = {rule.id for rule in RULES if isinstance(rule.law, DeliveryLaw)}


def test_every_rule_of_a_delivery_has_a_judge_and_every_judge_a_rule() -> None:
    assert set(delivery_rule._JUDGES) == IDS
    assert all(rule.law.severity in {"warn", "shut"} for rule in RULES if rule.id in IDS)
    assert all(rule.severity in {"refuse", "flag"} for rule in RULES if rule.id not in IDS)


def test_a_second_judge_of_a_rule_is_an_error() -> None:
    with pytest.raises(BppError, match="the rule cadence_not_kept has two judges"):
        judges("cadence_not_kept")(lambda _evidence, _rule: Found(0, 0))


def test_a_rule_without_a_judge_is_an_error_that_says_where_to_write_one() -> None:
    with pytest.raises(BppError, match="nothing judges the rule made_up") as error:
        judge_of("made_up")
    place = error.value.hint.removeprefix("write its function in ")
    assert (Path(delivery_rules.__file__).parents[2] / place).exists()


def test_a_rule_sees_the_working_file_the_counts_and_the_delivery_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[object, ...]] = []

    def look(whole: WholeDelivery, rule: Rule) -> Found:
        assert whole.before is not None
        seen.append(
            (
                one_value(whole.con, "select count(*) from core.patients"),
                one_value(whole.con, "select count(*) from core.assessment_cadence"),
                one_value(whole.before, "select count(*) from core.patients"),
                whole.judged.of("lab_results").admitted,
                whole.delivery.name,
                whole.limit_of(rule),
            )
        )
        return Found(4, 1, 0.2, "looked")

    delivery = delivery_of(write_delivery_of(tmp_path / "landing"))
    assert delivery is not None
    write_delivery_of(tmp_path / "before", patients=with_rows("patients", "D,female,2024-12-01"))
    admit(tmp_path / "before", tmp_path / "warehouse", with_events=False)
    admitted = WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted
    monkeypatch.setitem(delivery_rule._JUDGES, "sex_implausible", look)
    with opened(tmp_path / "gate.duckdb") as con, opened_read_only(admitted) as before:
        read = read_delivery(con, delivery, scratch_root=tmp_path)
        decision = judge(con, delivery, read, Known(before))
    assert seen == [(3, 7, 4, 3, "2024-12-31", 0.1)]
    assert [breach.message for breach in decision.warnings] == ["looked"]
    (result,) = (one for one in decision.rules if one.rule == "sex_implausible")
    assert (result.judged, result.broken, result.limit, result.status) == (4, 1, 0.2, "failed")


def test_the_decision_names_no_rule() -> None:
    words = {
        node.value
        for node in ast.walk(ast.parse(Path(decide.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert not words & {rule.id for rule in RULES}
