"""The contracts really judge: where validation is switched off from outside, no delivery passes.

Not here: the rules.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from pandera.config import ValidationDepth, config_context

from bpp_etl.errors import BppError
from bpp_etl.gate.flags import flagged_together
from bpp_etl.gate.judged import JudgedTable
from bpp_etl.gate.row_rules import is_seen_in_text, judge_frame, problem_schema
from schemas.rules import rules_of
from schemas.tables import TABLES
from tests.support.deliveries import write_delivery_of
from tests.support.gating import gated

DAY = dt.date(2024, 12, 31)


def test_validation_that_is_switched_off_is_an_error(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    with (
        config_context(validation_enabled=False),
        pytest.raises(BppError, match="the contracts do not judge") as error,
    ):
        gated(folder)
    assert "PANDERA_VALIDATION_ENABLED" in error.value.hint


def test_validation_of_names_and_types_alone_is_an_error(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    with (
        config_context(validation_depth=ValidationDepth.SCHEMA_ONLY),
        pytest.raises(BppError, match="the contracts do not judge"),
    ):
        gated(folder)


@pytest.mark.parametrize("name", TABLES)
def test_every_rule_that_is_seen_while_text_is_read_is_a_check_of_its_table(name: str) -> None:
    known = {rule.id for rule in rules_of(name) if is_seen_in_text(rule.law)}
    assert "required_value_missing" in known
    frame = pl.DataFrame(
        {"row_number": [1], "problems": [sorted(known)]}, schema_overrides={"problems": pl.List(pl.String)}
    )
    seen: list[str] = []
    judge_frame(problem_schema(TABLES[name]), frame, lambda rule, _: seen.append(rule))
    assert sorted(seen) == sorted(known)


def test_tables_whose_rules_stand_on_one_relation_are_flagged_together_and_others_apart() -> None:
    """Progression on a scan is asked for lines and for images, and worked out once."""
    together = [[one.table for one in group] for group in flagged_together(map(JudgedTable, TABLES))]
    assert ["therapy_lines", "imaging_assessments"] in together
    assert sorted(len(group) for group in together) == [1, 1, 1, 1, 2]
    assert {name for group in together for name in group} == set(TABLES)
