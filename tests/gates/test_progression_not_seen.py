"""First lines that ended for progression which no scan shows: told where it is most of them.

Not here: each such line, which is flagged (`test_row_rules.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.many_patients import added, judged, patients, people

RULE = "progression_not_seen"


@pytest.mark.parametrize(
    ("ended", "seen", "toml", "status"),
    [
        (20, 10, "", "passed"),
        (20, 9, "", "failed"),
        (19, 0, "", "not_applicable"),
        (20, 9, "[limits]\nprogression_not_seen = 1\n", "passed"),
    ],
)
def test_over_half_of_twenty_first_lines_whose_progression_no_scan_shows_are_told(
    tmp_path: Path, ended: int, seen: int, toml: str, status: str
) -> None:
    lines = [f"{one},1,made up,2020-01-02,2020-06-02,progression,21" for one in people(ended)]
    lines += [f"{one},2,another,2020-06-20,2021-06-02,progression,21" for one in people(ended)]  # not judged
    lines.append("A,1,made up,2024-01-01,,,21")
    scans = [f"S{number},P{number},2020-05-{1 + number:02d},CT,PD" for number in range(seen)]
    one = judged(
        tmp_path,
        toml,
        patients=patients(ended),
        therapy_lines="patient_id,line_number,regimen,start_date,end_date,end_reason,cycle_length_days\n"
        + "\n".join(lines)
        + "\n",
        imaging_assessments=added(
            "imaging_assessments", ["S99,A,2024-02-12,CT,SD", *scans], alone=True
        ).replace(added("imaging_assessments", [], alone=True), HEADER),
        bone_lesions="assessment_id,lesion_id,site,morphology,status\nS99,L1,rib,osteoblastic,new\n",
    )
    result = one.result("therapy_lines", RULE)
    assert (result.severity, result.status) == ("warn", status)
    assert (result.judged, result.broken) == ((ended, ended - seen) if status != "not_applicable" else (0, 0))
    words = "11 of 20 first lines that ended for progression have it on no scan (55.0 %, limit 50 %)"
    assert one.breaches().get(RULE) == (words if status == "failed" else None)


HEADER = "assessment_id,patient_id,assessment_date,modality,extraosseous_response\n"


def test_without_any_image_nothing_is_said_of_progression(tmp_path: Path) -> None:
    lines = [f"{one},1,made up,2020-01-02,2020-06-02,progression,21" for one in people(20)]
    header = "patient_id,line_number,regimen,start_date,end_date,end_reason,cycle_length_days\n"
    one = judged(
        tmp_path,
        patients=patients(20),
        therapy_lines=header + "\n".join(lines) + "\n",
        imaging_assessments=HEADER,
    )
    assert one.result("therapy_lines", RULE).status == "not_applicable"
