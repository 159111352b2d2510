"""The demonstration's registries come out as planted: every refused row with its rules, every flag, no other.

Not here: what is planted (`bpp_etl/demo`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.demo import WrittenDelivery, write_benchmark_landing, write_demo_landing
from schemas.laws import DeclaredLaw, NearLaw, SelectLaw
from schemas.lesion_laws import COURSE
from schemas.rules import RULES, Rule, rule_of
from tests.gates.lesion_past import lesion_flags
from tests.support.gating import Gated, gated

Gates = dict[str, tuple[WrittenDelivery, Gated]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Gates:
    written = write_demo_landing(tmp_path_factory.mktemp("demo") / "landing")
    return {one.registry_name: (one, gated(one.folder)) for one in written}


OF_NO_ROW = DeclaredLaw | NearLaw
"""Laws of what a registry declares, or an adapter says: no row of the demonstration breaks one."""
FLAGS = [rule for rule in RULES if rule.severity == "flag" and not isinstance(rule.law, OF_NO_ROW)]
OF_THE_PAST = [rule for rule in FLAGS if isinstance(rule.law, SelectLaw) and COURSE in rule.law.stands_on]
NAMES = ("synthetic-clean", "synthetic-dirty", "synthetic-shut")


@pytest.mark.parametrize("name", NAMES)
def test_quarantine_is_what_was_planted_row_for_row(demo: Gates, name: str) -> None:
    written, one = demo[name]
    planted = written.registry.planted.iter_rows(named=True)
    assert one.refused == {(row["table"], row["row_number"]): row["rules"] for row in planted}


def test_the_clean_registry_raises_no_alarm_of_any_severity(demo: Gates) -> None:
    _, one = demo["synthetic-clean"]
    assert [(rule.table, rule.rule) for rule in one.decision.rules if rule.status == "failed"] == []


def test_a_clean_landing_of_another_seed_raises_flags_at_most_and_few(tmp_path: Path) -> None:
    rows = write_benchmark_landing(tmp_path, 1_500, 8, file_format="parquet")
    one = gated(next(tmp_path.glob("*/2*")))
    failed = {rule for rule in one.decision.rules if rule.status == "failed"}
    assert {rule_of(rule.table, rule.rule).severity for rule in failed} <= {"flag"}
    assert sum(rule.broken for rule in failed) < sum(rows.values()) / 5_000


@pytest.mark.parametrize("name", ["synthetic-clean", "synthetic-dirty"])
@pytest.mark.parametrize("rule", FLAGS, ids=lambda rule: rule.id)
def test_flags_are_those_that_were_planted(demo: Gates, name: str, rule: Rule) -> None:
    written, one = demo[name]
    flagged = {place for place, flags in one.flagged.items() if place[0] == rule.table and rule.id in flags}
    planted = written.registry.flagged.iter_rows(named=True)
    assert flagged == {
        (row["table"], row["row_number"])
        for row in planted
        if (row["table"], row["flag"]) == (rule.table, rule.id)
    }
    result = one.result(rule.table, rule.id)
    assert (result.broken, result.status) == (len(flagged), "failed" if flagged else "passed")
    assert bool(flagged) == (name == "synthetic-dirty")


@pytest.mark.parametrize("name", ["synthetic-clean", "synthetic-dirty"])
def test_lesions_are_flagged_for_what_was_reported_before_as_a_naive_reading_finds_it(
    demo: Gates, name: str
) -> None:
    _, one = demo[name]
    expected = lesion_flags(one.core)
    for rule in OF_THE_PAST:
        flagged = {
            row for (table, row), flags in one.flagged.items() if table == rule.table and rule.id in flags
        }
        assert flagged == expected[rule.id], rule.id
    broken = {flag for flag, rows in expected.items() if rows}
    assert broken == ({rule.id for rule in OF_THE_PAST} if name == "synthetic-dirty" else set())


@pytest.mark.parametrize("name", NAMES)
def test_the_gate_opens_or_shuts_as_announced(demo: Gates, name: str) -> None:
    written, one = demo[name]
    assert one.decision.status == written.expected
    assert all(count.is_conserved for count in one.decision.tables)


def test_the_dirty_registry_withholds_its_identifiers(demo: Gates) -> None:
    _, one = demo["synthetic-dirty"]
    assert one.read.identifier_columns == (("patients", "patient_name"),)
    assert one.read.extra_columns == (("imaging_assessments", "scanner"),)


def test_the_shut_registry_says_which_tables_and_how_many_rows(demo: Gates) -> None:
    _, one = demo["synthetic-shut"]
    assert one.causes() == {
        ("imaging_assessments", "refused_share_exceeded"),
        ("bone_lesions", "refused_share_exceeded"),
    }
