"""`docs/add/rule.md` is walked: its blocks make a copy of the project judge four rules more, one of a kind.

Not here: how a page is walked (`tests/support/walk.py`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.warehouse.connection import opened_read_only
from schemas.rules import RULES
from tests.support.deliveries import write_delivery_of
from tests.support.walk import ROOT, apply, blocks, copy_of_project, run

PAGE = ROOT / "docs" / "add" / "rule.md"
ADDED = {
    ("her2_tests", "copy_number_unusual"): "flag",
    ("her2_tests", "test_in_childhood"): "flag",
    ("lab_results", "many_results_in_a_day"): "refuse",
    ("patients", "receptors_unknown"): "warn",
}
SEVERITIES = """
import json
from schemas.rules import RULES
print(json.dumps([[rule.table, rule.id, rule.severity] for rule in RULES]))
"""
DEMO = """
from pathlib import Path
from bpp_etl.demo import write_demo_landing
write_demo_landing(Path("demo"))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Walk the page; each of its commands has ended well."""
    made = copy_of_project(tmp_path_factory.mktemp("rule"))
    apply(made, blocks(PAGE))
    return made


def checked(folder: Path, delivery: Path) -> dict[str, Any]:
    said = run(folder, "bpp", "check", delivery, "--format", "json")
    told: dict[str, Any] = json.loads(said.out)
    assert told["gate"] == "open", said.err
    return told


def test_the_rules_are_there_and_no_other_has_gone(copy: Path) -> None:
    told = json.loads(run(copy, "python", "-c", SEVERITIES).out)
    found = {(table, rule): severity for table, rule, severity in told}
    assert found == {(rule.table, rule.id): rule.severity for rule in RULES} | ADDED


def test_the_pages_and_the_graph_show_them(copy: Path) -> None:
    graph = (copy / "tests" / "graph" / "definitions.txt").read_text(encoding="utf-8")
    for page in ("gates.md", "dictionary.md"):
        text = (copy / "docs" / page).read_text(encoding="utf-8")
        assert all(f"`{rule}`" in text for _, rule in ADDED), page
    for _, rule in ADDED:
        assert f"  check {rule}: warns, for each registry\n" in graph


def test_the_rules_of_rows_turn_red_on_the_faults_planted_in_the_dirty_registry(copy: Path) -> None:
    assert run(copy, "python", "-c", DEMO).code == 0
    (delivery,) = (copy / "demo" / "synthetic-dirty").glob("20*")
    told = checked(copy, delivery)
    broken = {(one["table"], one["rule"]): one for one in told["broken_rules"]}
    found = {name: (one["severity"], one["broken"]) for name, one in broken.items() if name in ADDED}
    assert found == {
        ("her2_tests", "copy_number_unusual"): ("flag", 1),
        ("her2_tests", "test_in_childhood"): ("flag", 1),
        ("lab_results", "many_results_in_a_day"): ("refuse", 4),
    }
    assert all(broken[name]["row_numbers"] for name in found)


def test_the_rule_of_the_delivery_is_told_and_leaves_the_gate_open(copy: Path, tmp_path: Path) -> None:
    delivery = write_delivery_of(tmp_path)
    told = checked(copy, delivery)
    assert told["warnings"] == [
        {
            "table": "patients",
            "rule": "receptors_unknown",
            "message": "3 of 3 patients have no known receptor status (100.0 %, limit 50 %)",
        }
    ]
    (broken,) = (one for one in told["broken_rules"] if one["rule"] == "receptors_unknown")
    assert (broken["severity"], broken["broken"], broken["judged"], broken["limit"]) == ("warn", 3, 3, 0.5)
    (delivery.parent / "registry.toml").write_text("[limits]\nreceptors_unknown = 1\n", encoding="utf-8")
    assert checked(copy, delivery)["warnings"] == []


def test_a_flagged_row_goes_through_to_the_release(copy: Path, tmp_path: Path) -> None:
    her2 = "patient_id,test_date,specimen_site,her2_copy_number\nA,2023-12-01,primary,30.1\n"
    write_delivery_of(tmp_path / "landing", her2_tests=her2)
    places = ("--landing", tmp_path / "landing", "--warehouse", tmp_path / "warehouse")
    said = run(copy, "bpp", "refresh", *places)
    assert said.code == 0, said.out + said.err
    with opened_read_only(tmp_path / "warehouse" / "published" / "bpp.duckdb") as con:
        flags = con.execute("select flags from core.her2_tests").fetchall()
        told = con.execute(
            "select severity, judged, broken, status from quality.rule_result"
            " where rule in ('copy_number_unusual', 'receptors_unknown') order by rule"
        ).fetchall()
    assert [set(row[0]) & {"copy_number_unusual"} for row in flags] == [{"copy_number_unusual"}]
    assert told == [("flag", 1, 1, "failed"), ("warn", 3, 3, "failed")]
