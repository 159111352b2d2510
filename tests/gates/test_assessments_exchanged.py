"""Scans that another patient has than in the delivery before are told; a few that are put right are not.

Not here: other columns that say something else (`test_values_rewritten.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.test_values_rewritten import PEOPLE, after, delivery, rows

RULE = "assessments_exchanged"


def scans(owners: dict[int, str]) -> dict[str, str | None]:
    """Write a delivery with 400 scans, some of which are others' than their number says."""
    told = [f"A{number},{owners.get(number, one)},2024-02-12,CT" for number, one in enumerate(PEOPLE)]
    lesions = ["A399,L1,rib,osteoblastic,new"]
    return {
        **delivery(),
        "imaging_assessments": rows("imaging_assessments", told),
        "bone_lesions": rows("bone_lesions", lesions),
    }


@pytest.mark.parametrize(
    ("exchanged", "toml", "status"),
    [(4, "", "passed"), (5, "", "failed"), (5, f"{RULE} = 0.02\n", "passed")],
)
def test_over_a_hundredth_of_the_scans_that_are_others_now_are_told(
    tmp_path: Path, exchanged: int, toml: str, status: str
) -> None:
    decision = after(
        tmp_path, scans({}), scans({place: PEOPLE[place + 1] for place in range(exchanged)}), toml
    )
    (found,) = (one for one in decision.rules if one.rule == RULE)
    assert (found.status, found.judged) == (status, 400)
    told = [breach.message for breach in decision.warnings if breach.rule == RULE]
    words = "5 of 400 scans of both deliveries are another patient's now (1.2 %, limit 1 %)"
    assert told == ([words] if status == "failed" else [])


@pytest.mark.parametrize(("owners", "broken"), [(2, 0), (3, 12)])
def test_scans_of_two_patients_are_put_right_and_of_three_are_told(
    tmp_path: Path, owners: int, broken: int
) -> None:
    before = scans({place: PEOPLE[place % owners] for place in range(12)})
    now = scans(dict.fromkeys(range(12), PEOPLE[20]))
    (found,) = (one for one in after(tmp_path, before, now).rules if one.rule == RULE)
    assert found.broken == broken


def test_scans_of_patients_who_are_now_one_are_not_exchanged(tmp_path: Path) -> None:
    before, now = scans({}), scans({place: PEOPLE[place + 200] for place in range(8)})
    for table in ("patients", "therapy_lines", "lab_results", "her2_tests"):
        gone = {f"{one}," for one in PEOPLE[:8]}
        lines = str(now[table]).splitlines()
        now[table] = "\n".join(line for line in lines if not any(line.startswith(one) for one in gone)) + "\n"
    (found,) = (one for one in after(tmp_path, before, now).rules if one.rule == RULE)
    assert found.broken == 0
