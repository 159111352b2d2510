"""A rule that is told leaves the gate open: it is in the decision, the tables, `bpp check` and the graph.

Not here: rules that shut the gate (`test_shut_rules.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from assets.core import CHECKS, check_result
from bpp_etl.check import check_delivery
from bpp_etl.warehouse.connection import opened_read_only
from schemas.rules import RULES
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated
from tests.support.warehouses import admit, release

RULE = "sex_implausible"
WORDS = "2 of 19 patients are male (10.5 %, limit 10 %)"


def write_of_sexes(landing: Path, female: int, male: int, toml: str = "") -> Path:
    """Write the tiny delivery with patients beside its three, who are female."""
    sexes = ["female"] * (female - 3) + ["male"] * male
    rows = "".join(f"P{number},{sex},2024-12-01\n" for number, sex in enumerate(sexes))
    folder = write_delivery_of(landing, patients=TINY["patients"] + rows)
    if toml:
        (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("female", "male", "toml", "status"),
    [
        (18, 2, "", "passed"),
        (17, 2, "", "failed"),
        (3, 2, "", "failed"),
        (17, 2, "[limits]\nsex_implausible = 0.2\n", "passed"),
        (3, 30, "[limits]\nsex_implausible = 1\n", "passed"),
    ],
)
def test_more_than_a_tenth_of_male_patients_is_told(
    tmp_path: Path, female: int, male: int, toml: str, status: str
) -> None:
    one = gated(write_of_sexes(tmp_path, female, male, toml))
    result = one.result("patients", RULE)
    assert (result.severity, result.judged, result.broken, result.status) == (
        "warn",
        female + male,
        male,
        status,
    )
    assert [breach.rule for breach in one.decision.warnings] == [RULE] * (status == "failed")
    assert one.decision.is_open
    assert one.causes() == set()


def test_one_man_alone_is_no_share(tmp_path: Path) -> None:
    result = gated(write_of_sexes(tmp_path, 7, 1)).result("patients", RULE)
    assert (result.judged, result.broken, result.status) == (8, 0, "passed")


def test_without_patients_there_is_nothing_to_tell(tmp_path: Path) -> None:
    one = gated(write_delivery_of(tmp_path, patients=None))
    assert one.result("patients", RULE).status == "not_applicable"
    assert one.decision.warnings == ()


def test_a_warning_is_told_by_check_in_each_format_with_how_to_mend_it(tmp_path: Path) -> None:
    folder = write_of_sexes(tmp_path, 17, 2)
    told = {output: check_delivery(folder, output) for output in ("text", "json", "html")}
    assert all(is_open for _, is_open in told.values())
    found = json.loads(told["json"][0])
    assert found["warnings"] == [{"table": "patients", "rule": RULE, "message": WORDS}]
    (broken,) = found["broken_rules"]
    assert (broken["severity"], broken["rule"], broken["row_numbers"]) == ("warn", RULE, [])
    for output in ("text", "html"):
        words = " ".join(told[output][0].split())
        assert WORDS in words
        assert "These are told, and leave the gate open" in words
        assert "[limits] sex_implausible = 1 switches the rule off." in words


def test_a_warning_stands_in_the_release_and_its_delivery_is_admitted(tmp_path: Path) -> None:
    write_of_sexes(tmp_path / "landing", 17, 2)
    decision = admit(tmp_path / "landing", tmp_path / "warehouse")
    assert decision.status == "admitted"
    made = release(tmp_path / "warehouse")
    with opened_read_only(made.folder / "bpp.duckdb") as con:
        rows = con.execute(
            "select severity, judged, broken, status, delivery_status from quality.rule_result"
            " where rule = $rule",
            {"rule": RULE},
        ).fetchall()
        delivered = con.execute("select status, why, messages from quality.delivery").fetchall()
    assert rows == [("warn", 19, 2, "failed", "admitted")]
    assert delivered == [("admitted", [], [])]
    assert "told, gate open" in (made.folder / "report.html").read_text(encoding="utf-8")


def test_the_graph_shows_a_warning_and_blocks_nothing(tmp_path: Path) -> None:
    (check,) = (check for check in CHECKS if check.name == RULE)
    assert check.asset == dg.AssetKey(["core", "patients"])
    for male, passed in ((2, False), (1, True)):
        decision = gated(write_of_sexes(tmp_path / str(male), 17, male)).decision
        result = check_result(check, decision)
        assert (result.passed, result.severity) == (passed, dg.AssetCheckSeverity.WARN)


def test_each_registry_has_a_line_of_its_own_in_the_plots_of_a_check(tmp_path: Path) -> None:
    (check,) = (check for check in CHECKS if check.name == RULE)
    decision = gated(write_of_sexes(tmp_path, 17, 2)).decision
    found = check_result(check, decision).metadata
    numbers = {name for name, value in found.items() if isinstance(value.value, int | float)}
    assert numbers == {f"{decision.registry}: {name}" for name in ("judged", "broken", "limit")}
    assert found[f"{decision.registry}: broken"].value == 2


def test_every_rule_that_is_told_is_named_in_a_test_of_this_folder() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    told = {rule.id for rule in RULES if rule.severity == "warn"}
    assert {rule for rule in told if f'"{rule}"' not in tests} == set()
