"""Patients of another registry are told, and shut the gate where they are more than half.

Not here: the registry's own delivery before (`test_rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.decision import GateDecision, RuleResult
from tests.support.deliveries import DAY, write_delivery_of
from tests.support.warehouses import admit, begin_with

RULE = "patients_of_another_registry"
LEFT_OUT = {"lab_results": None, "her2_tests": None}


def tables(numbers: Iterable[int], prefix: str, *, shifted: int = 0, later: int = 0) -> dict[str, str]:
    """Write patients who differ by their days and were scanned twice, and so many times `later`.

    `shifted` moves each patient's second scan by so many days.
    """
    patients, lines, images, lesions = [], [], [], []
    for number in numbers:
        one, day = f"{prefix}{number}", f"{1 + number:02d}"
        patients.append(f"{one},female,1950-03-{day},2023-11-{day},2024-12-01")
        lines.append(f"{one},1,made up,2024-01-{day},21")
        scans = (f"2023-12-{day}", f"2024-02-{1 + number + shifted:02d}")
        for place, scan in enumerate((*scans, *(f"2024-{4 + month:02d}-{day}" for month in range(later)))):
            images.append(f"{one}-{place},{one},{scan},CT,true,SD")
            lesions.append(f"{one}-{place},L1,rib,osteoblastic,stable,none,false")
    heads = {
        "patients": "patient_id,sex,birth_date,metastatic_diagnosis_date,last_contact_date",
        "therapy_lines": "patient_id,line_number,regimen,start_date,cycle_length_days",
        "imaging_assessments": "assessment_id,patient_id,assessment_date,modality,is_bone_window"
        ",extraosseous_response",
        "bone_lesions": "assessment_id,lesion_id,site,morphology,status,lysis_change,is_equivocal",
    }
    rows = {
        "patients": patients,
        "therapy_lines": lines,
        "imaging_assessments": images,
        "bone_lesions": lesions,
    }
    return {table: "\n".join([head, *rows[table]]) + "\n" for table, head in heads.items()}


def judged(home: Path, north: dict[str, str], south: dict[str, str], toml: str = "") -> GateDecision:
    """Admit one registry and judge another, whose patients may be the same under other pseudonyms."""
    off = "[limits]\ncadence = 1\n"
    begin_with(home, {**north, **LEFT_OUT}, DAY, "north", off)
    folder = write_delivery_of(home / "landing", "south", **south, **LEFT_OUT)
    (folder.parent / "registry.toml").write_text(off + toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", "south", with_events=False)


def result_of(decision: GateDecision) -> RuleResult:
    """Find how the rule fared."""
    (found,) = (one for one in decision.rules if one.rule == RULE)
    return found


@pytest.mark.parametrize(
    ("shared", "severity", "is_open"),
    [(0, None, True), (1, "warn", True), (5, "warn", True), (6, "shut", False)],
)
def test_one_patient_is_told_and_more_than_half_shut_the_gate(
    tmp_path: Path, shared: int, severity: str | None, is_open: bool
) -> None:
    decision = judged(tmp_path, tables(range(10), "N"), tables(range(10 - shared, 20 - shared), "S"))
    result = result_of(decision)
    assert (result.judged, result.broken) == (10, shared)
    assert result.status == ("failed" if severity else "passed")
    assert result.severity == (severity or "warn")
    assert decision.is_open == is_open
    told = [one.message for one in (*decision.causes, *decision.warnings) if one.rule == RULE]
    share = f"{shared} of 10 patients have the days of patients of north ({10 * shared:.1f} %, limit 0 %)"
    assert told == ([share] if severity else [])


def test_a_scan_on_another_day_is_another_patient(tmp_path: Path) -> None:
    decision = judged(tmp_path, tables(range(5), "N"), tables(range(5), "S", shifted=1))
    assert (result_of(decision).judged, result_of(decision).broken) == (5, 0)


@pytest.mark.parametrize(("later", "shared"), [((1, 3), 5), ((3, 1), 5), ((0, 1), 0)])
def test_patients_are_known_again_by_three_days_of_scans_whatever_came_in_since(
    tmp_path: Path, later: tuple[int, int], shared: int
) -> None:
    north, south = (tables(range(5), name, later=more) for name, more in zip("NS", later, strict=True))
    decision = judged(tmp_path, north, south)
    assert (result_of(decision).judged, result_of(decision).broken) == (5, shared)
    assert decision.is_open == (not shared)


def test_digests_of_an_earlier_version_are_of_all_days_alone(tmp_path: Path) -> None:
    judged(tmp_path, tables(range(5), "N", later=1), tables(range(5), "S", later=1))
    digests = WorkingFiles.of(tmp_path / "warehouse", "north").patient_digests
    pl.read_parquet(digests).select("digest").write_parquet(digests)
    again = admit(tmp_path / "landing", tmp_path / "warehouse", "south", with_events=False)
    assert result_of(again).broken == 5


def test_the_limit_lets_some_be_shared_but_never_more_than_half(tmp_path: Path) -> None:
    for name, shared, status, is_open in (("some", 4, "passed", True), ("most", 6, "failed", False)):
        decision = judged(
            tmp_path / name,
            tables(range(10), "N"),
            tables(range(10 - shared, 20 - shared), "S"),
            toml=f"{RULE} = 0.4\n",
        )
        assert (result_of(decision).status, decision.is_open) == (status, is_open)


def test_a_registry_is_none_other_to_itself_and_a_damaged_file_of_another_no_hindrance(
    tmp_path: Path,
) -> None:
    told = tables(range(5), "N")
    assert not judged(tmp_path, told, tables(range(5), "S")).is_open
    again = admit(tmp_path / "landing", tmp_path / "warehouse", "north", with_events=False)
    assert result_of(again).status == "not_applicable"
    digests = WorkingFiles.of(tmp_path / "warehouse", "north").patient_digests
    assert pl.read_parquet(digests).columns == ["digest", "digest_of_first"]
    digests.write_bytes(b"torn")
    south = admit(tmp_path / "landing", tmp_path / "warehouse", "south", with_events=False)
    assert result_of(south).status == "not_applicable"
    assert south.is_open
