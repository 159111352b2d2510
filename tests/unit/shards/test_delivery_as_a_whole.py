"""A delivery is admitted or shut for what it is as a whole, whatever its shards are by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bpp_etl.gate.decision import GateDecision
from tests.support.deliveries import write_delivery_of
from tests.unit.shards.sharded import Here, Landed

PATIENTS = [f"P{number}" for number in range(24)]
DAY = "2024-12-31"


class Kept(Here):
    """Keeps what the shards count of a table: rows judged, and rows refused."""

    def __init__(self) -> None:
        self.shards: dict[str, list[tuple[int, int]]] = {}

    def run(self, tasks: Sequence[str]) -> list[str]:
        answers = super().run(tasks)
        for answer in map(json.loads, answers):
            for name, counted in answer["told"].get("tables", {}).items():
                self.shards.setdefault(name, []).append((counted["judged"], counted["broken_rows"]))
        return answers


def decided(tmp_path: Path, shards: int, **texts: str) -> tuple[GateDecision, Kept]:
    landed = Landed.of(write_delivery_of(tmp_path / "landing", **texts), tmp_path / "read")
    kept = Kept()
    found = landed.outcome(shards, kept)
    assert found.differing(landed.outcome()) == []
    return found.decision, kept


def texts(values: dict[str, str]) -> dict[str, str]:
    """Write patients with a line, scans and a total ALP each; `values` are the ALP of some of them."""
    rows = {
        "patients": "patient_id,sex,last_contact_date\n"
        + "".join(f"{one},female,2024-12-0{1 + place % 9}\n" for place, one in enumerate(PATIENTS)),
        "therapy_lines": "patient_id,line_number,regimen,start_date,end_date,cycle_length_days\n"
        + "".join(f"{one},1,made up,2024-01-01,,21\n" for one in PATIENTS),
        "imaging_assessments": "assessment_id,patient_id,assessment_date,modality,is_bone_window,"
        "extraosseous_response\n" + "".join(f"{one}-1,{one},2024-02-12,CT,true,SD\n" for one in PATIENTS),
        "bone_lesions": "assessment_id,lesion_id,site,morphology,status,lysis_change,is_equivocal\n"
        + "".join(f"{one}-1,{one}-L,spine,osteoblastic,stable,none,false\n" for one in PATIENTS),
        "lab_results": "patient_id,analyte,specimen_date,value,unit,upper_limit_normal\n"
        + "".join(
            f"{one},ALP_TOTAL,2024-02-{1 + place:02},{values.get(one, 100 + place)},U/L,\n"
            for place, one in enumerate(PATIENTS)
        ),
    }
    return {**rows, "her2_tests": "patient_id,test_date,specimen_site\n"}


def test_few_refused_rows_admit_a_delivery_in_one_shard_of_which_they_are_many(tmp_path: Path) -> None:
    decision, kept = decided(tmp_path, 3, **texts({"P1": "-5"}))
    assert decision.is_open
    shares = [broken / judged for judged, broken in kept.shards["lab_results"] if judged]
    assert sum(broken for _, broken in kept.shards["lab_results"]) == 1
    assert max(shares) > 0.05


def test_a_rule_of_the_delivery_shuts_it_although_no_shard_has_patients_enough(tmp_path: Path) -> None:
    decision, kept = decided(
        tmp_path, 7, **texts({one: f"{5 + place}" for place, one in enumerate(PATIENTS)})
    )
    assert {cause.rule for cause in decision.causes} == {"alp_scale_implausible"}
    assert max(judged for judged, _ in kept.shards["patients"]) < 20


def test_late_scans_of_one_shard_do_not_shut_a_delivery_and_those_of_all_do(tmp_path: Path) -> None:
    given = texts({})
    late = "".join(
        line.replace("2024-02-12", "2024-04-20") if line.startswith("P1-1,") else line
        for line in given["imaging_assessments"].splitlines(keepends=True)
    )
    one, _ = decided(tmp_path / "one", 3, **{**given, "imaging_assessments": late})
    assert one.is_open
    everyone = given["imaging_assessments"].replace("2024-02-12", "2024-04-20")
    all_of_them, _ = decided(tmp_path / "all", 3, **{**given, "imaging_assessments": everyone})
    assert {cause.rule for cause in all_of_them.causes} == {"cadence_not_kept"}


def test_where_no_row_of_a_table_is_admitted_what_needs_one_is_judged_nowhere(tmp_path: Path) -> None:
    given = texts({})
    ended = given["therapy_lines"].replace("cycle_length_days\n", "cycle_length_days,end_reason\n", 1)
    ended = ended.replace("2024-01-01,,21\n", "2024-01-01,2024-03-01,21,progression\n")
    lesions = given["bone_lesions"].replace(",spine,", ",nowhere,")
    decision, kept = decided(tmp_path, 3, **{**given, "therapy_lines": ended, "bone_lesions": lesions})
    (rule,) = (one for one in decision.rules if one.rule == "progression_without_imaging")
    assert (rule.judged, rule.status) == (0, "not_applicable")
    # The shards were judged again once it was known that none of them has a lesion.
    assert len(kept.shards["patients"]) == 6
