"""Mends of whole deliveries: what is done as the text says opens the gate, and breaks no rule any more.

Not here: that the known defects are noticed (`tests/mutations/test_score.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bpp_etl.gate.decision import GateDecision
from tests.mends.before_mends import BEFORE_MENDS
from tests.mends.delivery_mends import DELIVERY_MENDS
from tests.mends.mend import DeliveryMend, Export
from tests.mends.stated_mends import STATED_MENDS, SWITCHED_OFF
from tests.mends.table_mends import TABLE_MENDS
from tests.mutations.record import DELIVERY_DAY, write_record
from tests.mutations.score import Clean, broken
from tests.support.gating import gated

MENDS: Sequence[DeliveryMend] = (*DELIVERY_MENDS, *STATED_MENDS, *TABLE_MENDS, *BEFORE_MENDS)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    return Clean(tmp_path_factory.mktemp("clean"))


def export_for(clean: Clean, mend: DeliveryMend) -> Export:
    """Begin an export with its defect; one that repeats begins with the delivery before."""
    export = Export.of(clean.record)
    if mend.rule == "delivery_repeats":
        export.record = Export.of(clean.earlier).record
    mend.plant(export)
    return export


def judged(clean: Clean, export: Export, mend: DeliveryMend, home: Path) -> GateDecision:
    folder = write_record(home / "mutated" / DELIVERY_DAY.isoformat(), export.record)
    (folder.parent / "registry.toml").write_text(export.toml, encoding="utf-8")
    with clean.known(mend.against) as known:
        return gated(folder, known).decision


def rules(decision: GateDecision) -> set[str]:
    return {rule for _, rule in broken(decision)}


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: f"{mend.rule}: {mend.says}")
def test_a_delivery_that_is_mended_as_the_text_says_breaks_no_rule(
    clean: Clean, mend: DeliveryMend, tmp_path: Path
) -> None:
    export = export_for(clean, mend)
    if not mend.is_known:
        before = judged(clean, export, mend, tmp_path / "before")
        assert mend.is_after(broken(before))
        export.said = " ".join(one.message for one in before.causes if one.rule == mend.rule)
    mend.follow(export)
    after = judged(clean, export, mend, tmp_path / "after")
    assert rules(after) == mend.leaves
    assert after.is_open


@pytest.mark.parametrize("mend", SWITCHED_OFF, ids=lambda mend: mend.rule)
def test_a_rule_is_off_once_its_limit_is_set_as_the_text_says(
    clean: Clean, mend: DeliveryMend, tmp_path: Path
) -> None:
    export = export_for(clean, mend)
    mend.follow(export)
    assert mend.rule not in rules(judged(clean, export, mend, tmp_path))
