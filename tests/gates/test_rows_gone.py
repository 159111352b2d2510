"""Rows of the delivery before that are not found again are told, however many others have come in.

Not here: rows that say something else (`test_values_rewritten.py`), and tables that are shorter
(`test_rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.gates.test_values_rewritten import PEOPLE, after, delivery, rows

RULE = "rows_gone"


def labs(people: Sequence[str], *more: str) -> dict[str, str | None]:
    told = [f"{one},ALP_TOTAL,2024-02-12,100,U/L,one" for one in people]
    return {**delivery(), "lab_results": rows("lab_results", [*told, *more])}


@pytest.mark.parametrize(
    ("had", "gone", "toml", "status"),
    [
        (380, 19, "", "passed"),
        (380, 20, "", "failed"),
        (400, 20, "", "passed"),
        (100, 19, "", "passed"),
        (100, 20, "rows_gone = 1\n", "passed"),
    ],
)
def test_over_a_twentieth_and_twenty_rows_that_are_not_found_again_are_told(
    tmp_path: Path, had: int, gone: int, toml: str, status: str
) -> None:
    decision = after(tmp_path, labs(PEOPLE[:had]), labs(PEOPLE[gone:]), toml)
    (found,) = (one for one in decision.rules if (one.table, one.rule) == ("lab_results", RULE))
    assert found.status == status
    told = [breach.message for breach in decision.warnings if breach.rule == RULE]
    words = "20 of 380 rows of lab_results in the delivery before are not found again (5.3 %, limit 5 %)"
    assert told == ([words] if status == "failed" else [])


def test_a_result_that_stands_twice_now_is_not_gone(tmp_path: Path) -> None:
    twice = [f"{one},ALP_TOTAL,2024-02-12,101,U/L,one" for one in PEOPLE]
    decision = after(tmp_path, labs(PEOPLE), labs(PEOPLE, *twice))
    (found,) = (one for one in decision.rules if (one.table, one.rule) == ("lab_results", RULE))
    assert (found.judged, found.broken) == (400, 0)
