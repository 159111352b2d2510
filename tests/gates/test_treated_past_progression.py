"""First lines that go on for long after a scan shows progression: told where they are most.

Not here: lines whose progression no scan shows (`test_progression_not_seen.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.many_patients import judged, patients, people

RULE = "treated_past_progression"
LINES = "patient_id,line_number,regimen,start_date,end_date,end_reason,cycle_length_days\n"
SCANS = "assessment_id,patient_id,assessment_date,modality,is_evaluable,extraosseous_response\n"
LESIONS = "assessment_id,lesion_id,site,morphology,status,lysis_change,is_equivocal\n"
AT_ONCE, LONG_AFTER = "2020-06-29", "2020-06-30"
"""Sixty days after the scan of progression, and the day after."""


def told(
    landing: Path,
    ends: list[str],
    toml: str = "",
    response: str = "PD",
    lesion: str = "",
    cells: str = "CT,true",
) -> tuple[str, str | None]:
    """Judge first lines with progression on 30 April 2020; one without an end has a scan on the day given."""
    who = people(len(ends))
    lines = [
        f"{one},1,made up,2020-01-02,{'' if end.endswith('?') else end},,21"
        for one, end in zip(who, ends, strict=True)
    ]
    scans = [f"{one}-1,{one},2020-04-30,{cells},{response}" for one in who]
    scans += [
        f"{one}-2,{one},{end[:-1]},CT,true,SD"
        for one, end in zip(who, ends, strict=True)
        if end.endswith("?")
    ]
    scans += [f"{one}-0,{one},2020-01-02,CT,true,PD" for one in who]  # not yet on treatment
    lesions = [f"{one}-1,L1,{lesion or 'rib,osteolytic,stable,none,false'}" for one in who]
    one = judged(
        landing,
        "[limits]\ncadence = 1\n" + toml,
        patients=patients(len(ends)),
        therapy_lines=LINES + "\n".join(lines) + "\n",
        imaging_assessments=SCANS + "\n".join(scans) + "\n",
        bone_lesions=LESIONS + "\n".join(lesions) + "\n",
    )
    assert one.decision.is_open
    return one.result("imaging_assessments", RULE).status, one.breaches().get(RULE)


@pytest.mark.parametrize(
    ("at_once", "long_after", "toml", "status"),
    [
        (5, 5, "", "passed"),
        (5, 6, "", "failed"),
        (4, 5, "", "not_applicable"),
        (5, 6, "treated_past_progression = 1\n", "passed"),
        (4, 6, "", "failed"),
    ],
)
def test_over_half_of_ten_first_lines_that_go_on_for_over_sixty_days_are_told(
    tmp_path: Path, at_once: int, long_after: int, toml: str, status: str
) -> None:
    found, words = told(tmp_path, [AT_ONCE] * at_once + [LONG_AFTER] * long_after, toml)
    assert found == status
    share = 100 * long_after / (at_once + long_after)
    sentence = f"first lines go on for long after progression ({share:.1f} %, limit 50 %)"
    assert words == (f"{long_after} of {at_once + long_after} {sentence}" if status == "failed" else None)


@pytest.mark.parametrize(("end", "status"), [(f"{LONG_AFTER}?", "failed"), (f"{AT_ONCE}?", "passed")])
def test_a_line_without_an_end_goes_on_to_its_last_scan(tmp_path: Path, end: str, status: str) -> None:
    assert told(tmp_path, [end] * 10)[0] == status


@pytest.mark.parametrize(
    ("response", "lesion", "cells", "status"),
    [
        ("SD", "rib,osteolytic,larger,increased,false", "CT,true", "failed"),
        ("SD", "rib,osteolytic,larger,increased,true", "CT,true", "not_applicable"),
        ("SD", "rib,unknown,larger,increased,false", "CT,true", "not_applicable"),
        ("PD", "", "BONE_SCAN,true", "not_applicable"),
        ("PD", "", "MRI,true", "failed"),
        ("PD", "", "CT,false", "not_applicable"),
    ],
)
def test_progression_is_pd_or_more_lysis_on_a_scan_that_can_be_judged(
    tmp_path: Path, response: str, lesion: str, cells: str, status: str
) -> None:
    assert told(tmp_path, [LONG_AFTER] * 10, "", response, lesion, cells)[0] == status
