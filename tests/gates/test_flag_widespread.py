"""Flags that too many rows bear to be what they say: told, each with its counts, but those that are ordinary.

Not here: what each flag is about (`test_row_rules.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deliveries import write_delivery_of
from tests.support.gating import Gated, gated

HEADER = "patient_id,sex,last_contact_date,birth_date,metastatic_diagnosis_date\n"


def judged(landing: Path, children: int, women: int, toml: str = "") -> Gated:
    """Judge patients of whom some were children when metastatic disease was diagnosed."""
    rows = [
        f"P{number},female,2024-11-{10 + number % 20},2010-03-0{1 + number % 7},2020-01-01\n"
        for number in range(children)
    ]
    rows += [
        f"Q{number},female,2024-11-{10 + number % 20},1960-03-0{1 + number % 7},2020-01-01\n"
        for number in range(women)
    ]
    tables = {"therapy_lines": "patient_id,line_number,regimen,start_date\nQ0,1,made up,2024-01-01\n"}
    tables["imaging_assessments"] = (
        "assessment_id,patient_id,assessment_date,modality,extraosseous_response\nA1,Q0,2024-02-12,CT,SD\n"
    )
    tables["bone_lesions"] = "assessment_id,lesion_id,site,morphology,status\nA1,L1,rib,osteoblastic,new\n"
    folder = write_delivery_of(
        landing, patients=HEADER + "".join(rows), lab_results=None, her2_tests=None, **tables
    )
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return gated(folder)


@pytest.mark.parametrize(
    ("children", "women", "toml", "status"),
    [
        (4, 16, "", "passed"),
        (5, 16, "", "failed"),
        (5, 15, "", "failed"),  # of twenty
        (5, 14, "", "not_applicable"),
        (5, 16, "[limits]\nflag_widespread = 0.25\n", "passed"),
        (21, 1, "[limits]\nflag_widespread = 1\n", "passed"),
    ],
)
def test_a_flag_on_over_a_fifth_of_twenty_rows_is_told(
    tmp_path: Path, children: int, women: int, toml: str, status: str
) -> None:
    one = judged(tmp_path, children, women, toml)
    assert one.result("patients", "age_implausible").broken == children
    found = one.result("delivery", "flag_widespread")
    assert found.status == status
    assert one.decision.is_open
    told = [warning.message for warning in one.decision.warnings]
    if status == "failed":
        assert (found.judged, found.broken) == (children + women, children)
        words = f"patients.age_implausible: {children} of {children + women}"
        assert told == [f"flagged are over 20 % of the rows judged ({words})"]
    else:
        assert told == []


def test_a_flag_of_what_is_declared_is_ordinary(tmp_path: Path) -> None:
    one = judged(tmp_path, 0, 20, '[constants.patients]\ner_status = "positive"\n')
    assert one.result("patients", "constant_declared").broken == 20
    assert one.result("delivery", "flag_widespread").status == "passed"


@pytest.mark.parametrize(
    ("known", "new", "toml", "status"),
    [
        (16, 20, "", "passed"),
        (17, 20, "", "failed"),
        (16, 19, "", "not_applicable"),
        (17, 20, "[limits]\nflag_widespread = 0.9\n", "passed"),
    ],
)
def test_a_flag_that_is_ordinary_is_told_over_the_share_that_no_sound_delivery_has(
    tmp_path: Path, known: int, new: int, toml: str, status: str
) -> None:
    lesions = [f"A0,L{number},rib,osteolytic,baseline,,false" for number in range(known)]
    lesions += [f"A1,L{number},femur,osteoblastic,new,,false" for number in range(new)]
    folder = write_delivery_of(
        tmp_path,
        bone_lesions="assessment_id,lesion_id,site,morphology,status,lysis_change,is_equivocal\n"
        + "\n".join(lesions)
        + "\n",
    )
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    one = gated(folder)
    told = one.result("bone_lesions", "known_lesion_called_new")
    assert (told.judged, told.broken) == (new, known)
    words = "bone_lesions.known_lesion_called_new: 17 of 20"
    assert (words in one.breaches().get("flag_widespread", "")) == (status == "failed")
