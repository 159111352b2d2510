"""Rows of both deliveries that say something else now are told by column; what is new in a cell is not told.

Not here: days that other rules follow (`test_rules_against_before.py`), and how a column is spread
(`test_distribution_moved.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from bpp_etl.gate.decision import GateDecision, RuleResult
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, begin_with

RULE = "values_rewritten"
PEOPLE = tuple(f"P{number}" for number in range(400))
OTHER_RULES_OFF = "[limits]\ncadence = 1\ndates_on_one_day = 1\ndistribution_moved = 1\n"

HEADERS = {
    "patients": "patient_id,sex,last_contact_date,metastatic_diagnosis_date,er_status,pr_status",
    "therapy_lines": "patient_id,line_number,regimen,start_date,end_date,cycle_length_days",
    "imaging_assessments": "assessment_id,patient_id,assessment_date,modality",
    "bone_lesions": "assessment_id,lesion_id,site,morphology,status",
    "lab_results": "patient_id,analyte,specimen_date,value,unit,laboratory",
    "her2_tests": "patient_id,test_date,specimen_site,ihc_score",
}


def rows(table: str, told: Iterable[str]) -> str:
    return "\n".join((HEADERS[table], *told)) + "\n"


def delivery(
    *,
    contact: str = "2024-11-20",
    receptors: str = "positive,negative",
    negative: int = 0,
    end: str = "",
    of_28: int = 0,
    mri: int = 0,
    alp: str = "100",
    alp_twice: str = "",
    her2_positive: int = 0,
) -> dict[str, str | None]:
    """Write a delivery of 400 patients of whom so many have another code than the others."""
    er = [receptors if place >= negative else "negative,negative" for place in range(400)]
    return {
        "patients": rows(
            "patients",
            (
                f"{one},female,{contact},2023-01-0{1 + number % 9},{er[number]}"
                for number, one in enumerate(PEOPLE)
            ),
        ),
        "therapy_lines": rows(
            "therapy_lines",
            (
                f"{one},1,made up,2024-01-01,{end},{28 if place < of_28 else 21}"
                for place, one in enumerate(PEOPLE)
            ),
        ),
        "imaging_assessments": rows(
            "imaging_assessments",
            (
                f"A{one},{one},2024-02-12,{'MRI' if place < mri else 'CT'}"
                for place, one in enumerate(PEOPLE[:399])
            ),
        ),
        "bone_lesions": rows("bone_lesions", ["AP398,L1,rib,osteoblastic,new"]),
        "lab_results": rows(
            "lab_results",
            [
                f"{one},ALP_TOTAL,2024-02-12,{value},U/L,one"
                for value in (alp, alp_twice)
                for one in PEOPLE
                if value
            ],
        ),
        "her2_tests": rows(
            "her2_tests",
            (
                f"{one},2023-01-09,primary,{'3+' if place < her2_positive else '0'}"
                for place, one in enumerate(PEOPLE[:379])
            ),
        ),
    }


def after(
    home: Path, before: dict[str, str | None], now: dict[str, str | None], toml: str = ""
) -> GateDecision:
    """Admit a delivery, and judge the next one of the registry."""
    begin_with(home, before, "2024-12-30", toml=OTHER_RULES_OFF)
    folder = write_delivery_of(home / "landing", day="2024-12-31", **now)
    (folder.parent / "registry.toml").write_text(OTHER_RULES_OFF + toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", with_events=False)


def results(decision: GateDecision) -> dict[str, RuleResult]:
    return {one.table: one for one in decision.rules if one.rule == RULE}


def told(decision: GateDecision) -> list[str]:
    return [warning.message for warning in decision.warnings if warning.rule == RULE]


def test_over_a_twentieth_and_twenty_rows_that_say_something_else_are_told(tmp_path: Path) -> None:
    now = delivery(negative=20, of_28=21, mri=20, alp="95.01", her2_positive=19)
    decision = after(tmp_path, delivery(), now)
    assert {table: (one.judged, one.broken, one.status) for table, one in results(decision).items()} == {
        "patients": (400, 20, "passed"),
        "therapy_lines": (400, 21, "failed"),
        "imaging_assessments": (399, 20, "failed"),
        "bone_lesions": (1, 0, "passed"),
        "lab_results": (400, 0, "passed"),  # rounded otherwise
        "her2_tests": (379, 0, "passed"),  # of too few rows
    }
    assert results(decision)["therapy_lines"].columns == ("cycle_length_days",)
    words = "of the rows of the delivery before over 5 % say something else now"
    assert told(decision) == [
        f"{words} (therapy_lines.cycle_length_days: 21 of 400)",
        f"{words} (imaging_assessments.modality: 20 of 399)",
    ]


@pytest.mark.parametrize(("toml", "status"), [("", "failed"), ("values_rewritten = 1\n", "passed")])
def test_a_number_that_no_rounding_makes_is_rewritten(tmp_path: Path, toml: str, status: str) -> None:
    decision = after(tmp_path, delivery(), delivery(alp="94.99"), toml)
    found = results(decision)["lab_results"]
    assert (found.judged, found.broken, found.status) == (400, 400, status)


def test_what_is_filled_in_or_moves_by_its_nature_or_has_no_key_is_not_rewritten(tmp_path: Path) -> None:
    before = delivery(receptors=",unknown", alp_twice="110")
    now = delivery(
        receptors="positive,positive", contact="2024-11-30", end="2024-11-01", alp="150", alp_twice="160"
    )
    decision = after(tmp_path, before, now)
    assert told(decision) == []
    found = results(decision)
    assert found["patients"].broken == 0
    assert found["lab_results"].status == "not_applicable"
    again = after(tmp_path / "again", now, before)
    assert told(again) == [], "what is lost is not rewritten either"


def test_rows_are_known_again_whatever_codes_stood_beside_them(tmp_path: Path) -> None:
    before = delivery()
    before["her2_tests"] = f"{before['her2_tests']}P399,2023-01-09,lymph node,0\n"
    found = results(after(tmp_path, before, delivery(her2_positive=30)))["her2_tests"]
    assert (found.judged, found.broken, found.status) == (379, 30, "failed")
