"""The gate notices the planted defects, each by its rule, and none in a clean delivery.

Not here: the page that tells of them (`test_page.py`), and mending them (`tests/mends`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.check.run import delivery_in
from bpp_etl.check.run import gated as checked
from bpp_etl.demo import CLEAN, generate_registry, write_delivery
from bpp_etl.demo.write import registry_toml
from tests.mutations.defect import DeliveryDefect
from tests.mutations.delivery_defects import DELIVERY_DEFECTS
from tests.mutations.hostile_defects import HOSTILE_DEFECTS, UNSEEN_AT_FIRST
from tests.mutations.increment_defects import INCREMENT_DEFECTS
from tests.mutations.kept_defects import KEPT_DEFECTS, KEPT_ROWS, KEPT_UNSEEN
from tests.mutations.laboratory_defects import LABORATORY_DEFECTS, UNSEEN
from tests.mutations.record import DELIVERY_DAY, clean_record, write_record
from tests.mutations.row_defects import ROW_DEFECTS
from tests.mutations.score import Clean, Outcome, broken, judge_rows, together
from tests.support.gating import gated

OF_ROWS = (*ROW_DEFECTS, *LABORATORY_DEFECTS, *KEPT_ROWS)
OF_DELIVERIES = (*DELIVERY_DEFECTS, *HOSTILE_DEFECTS, *KEPT_DEFECTS, *INCREMENT_DEFECTS)


def test_a_clean_delivery_breaks_no_rule_of_any_severity(tmp_path: Path) -> None:
    one = gated(write_record(tmp_path / "mutated" / DELIVERY_DAY.isoformat(), clean_record(80)))
    assert broken(one.decision) == set()
    assert one.flagged == {}


def test_every_defect_of_rows_is_noticed_by_its_rule(tmp_path: Path) -> None:
    assert missed(judge_rows(tmp_path, OF_ROWS)) == []


def test_what_the_gate_cannot_notice_it_does_not(tmp_path: Path) -> None:
    assert [one.defect.wrong for one in judge_rows(tmp_path, UNSEEN) if one.noticed_by] == []


@pytest.mark.soak
def test_a_clean_landing_of_a_hundred_thousand_patients_is_flagged_at_most(tmp_path: Path) -> None:
    day = dt.date(2026, 6, 30)
    made = generate_registry(100_000, 7, CLEAN, day)
    write_delivery(made, tmp_path / "synthetic-clean" / day.isoformat(), shuffle_seed=7)
    toml = registry_toml(CLEAN.dialect, "SYNTHETIC DATA")
    (tmp_path / "synthetic-clean" / "registry.toml").write_text(toml, encoding="utf-8")
    decision = checked(delivery_in(tmp_path / "synthetic-clean" / day.isoformat())).decision
    assert decision.is_open
    assert {one.severity for one in decision.rules if one.is_breach} <= {"flag"}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    return Clean(tmp_path_factory.mktemp("mutations"))


def missed(outcomes: list[Outcome]) -> list[str]:
    """Say of each defect that its rule has not noticed which others have."""
    return [
        f"{one.defect.wrong}: {one.defect.rule}, but {sorted(one.noticed_by)}"
        for one in outcomes
        if not one.is_noticed
    ]


def test_every_defect_of_a_delivery_is_noticed_by_its_rule(clean: Clean) -> None:
    """Several at once, of different tables; one by one in the soak."""
    assert broken(clean.decision) == set()
    outcomes = [one for group in together(OF_DELIVERIES) for one in clean.judge(group)]
    assert "\n".join(missed(outcomes)) == ""


@pytest.mark.parametrize("defect", [*UNSEEN_AT_FIRST, *KEPT_UNSEEN], ids=lambda defect: defect.wrong)
def test_what_the_gate_cannot_notice_in_a_first_delivery_it_does_not(
    clean: Clean, defect: DeliveryDefect
) -> None:
    assert clean.judge([defect])[0].noticed_by == frozenset()


@pytest.mark.soak
def test_every_defect_planted_alone_is_noticed_by_its_rule(clean: Clean, tmp_path: Path) -> None:
    assert missed([clean.judge([defect])[0] for defect in OF_DELIVERIES]) == []
    alone = [judge_rows(tmp_path / str(place), [one], spare=14)[0] for place, one in enumerate(OF_ROWS)]
    assert missed(alone) == []
