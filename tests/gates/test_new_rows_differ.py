"""New rows that say otherwise than their like before are told by column; few, late or other rows are not.

Not here: whole tables (`test_distribution_moved.py`), and series of deliveries (`test_series.py`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bpp_etl.gate.decision import GateDecision, RuleResult
from bpp_etl.gate.new_rows import apart, apart_by_chance, less_by_chance
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, begin_with

RULE = "new_rows_differ"
OTHERS_OFF = "[limits]\ncadence = 1\ndistribution_moved = 1\ndates_on_one_day = 1\nflag_widespread = 1\n"
FIRST, SECOND = "2024-11-30", "2024-12-31"

Tables = dict[str, str | None]


def after(home: Path, before: Tables, now: Tables, toml: str = "") -> GateDecision:
    """Admit a delivery, and judge the next one of the registry."""
    begin_with(home, before, FIRST, toml=OTHERS_OFF)
    folder = write_delivery_of(home / "landing", day=SECOND, **now)
    (folder.parent / "registry.toml").write_text(OTHERS_OFF + toml, encoding="utf-8")
    return admit(home / "landing", home / "warehouse", with_events=False)


def result(decision: GateDecision, table: str) -> RuleResult:
    (found,) = (one for one in decision.rules if (one.table, one.rule) == (table, RULE))
    return found


def people(codes: Sequence[str], days: Sequence[str] = ()) -> Tables:
    """Write patients who say so of a receptor, the first three of whom have a record."""
    names = ["A", "B", "C", *(f"P{number}" for number in range(3, len(codes)))]
    days = days or ("",) * len(codes)
    rows = [
        f"{name},female,2024-11-20,{code},{day}" for name, code, day in zip(names, codes, days, strict=True)
    ]
    header = "patient_id,sex,last_contact_date,er_status,metastatic_diagnosis_date"
    return {"patients": "\n".join((header, *rows)) + "\n", "lab_results": None, "her2_tests": None}


def codes(positive: int, negative: int = 0) -> list[str]:
    return ["positive"] * positive + ["negative"] * negative


@pytest.mark.parametrize(
    ("before", "new", "toml", "status"),
    [
        (codes(2000), codes(200, 200), "", "passed"),
        (codes(2000), codes(199, 201), "", "failed"),
        (codes(2000), codes(199, 201), "new_rows_differ = 1\n", "not_applicable"),
        # Of few it is chance, which gives 0.588 of fourteen, and 0.608 of thirteen.
        (codes(100), codes(6, 8), "", "passed"),
        (codes(100), codes(5, 8), "", "failed"),
        (codes(100), codes(0, 9), "", "not_applicable"),
        (codes(100), codes(0, 10), "", "failed"),
        # A code that is gone; what is rarer than a tenth may be missed.
        (codes(1800, 200), codes(400), "", "failed"),
        (codes(1801, 199), codes(400), "", "passed"),
        (codes(90, 10), codes(40), "", "passed"),
        # What says nothing is told where there is more of it.
        (codes(100), ["unknown", ""] * 10, "", "failed"),
        (["unknown", ""] * 50, codes(20), "", "passed"),
        (codes(200) + [""] * 1800, [""] * 400, "", "failed"),
        (codes(199) + [""] * 1801, [""] * 400, "", "passed"),
        # Where most rows are new, the whole table is compared.
        (codes(20), codes(0, 21), "", "not_applicable"),
    ],
)
def test_what_most_new_rows_say_otherwise_is_told_beyond_chance(
    tmp_path: Path, before: list[str], new: list[str], toml: str, status: str
) -> None:
    decision = after(tmp_path, people(before), people(before + new), toml)
    assert result(decision, "patients").status == status
    told = [breach.message for breach in decision.warnings if breach.rule == RULE]
    assert len(told) == (status == "failed")
    assert result(decision, "patients").columns == (("er_status",) if told else ())


def test_what_the_youngest_rows_before_said_too_is_not_told(tmp_path: Path) -> None:
    """Twenty were diagnosed in the last days before: what nobody knows of them yet is not lost."""
    old, young, new = ["2020-05-04"] * 80, ["2024-11-20"] * 20, ["2024-12-20"] * 20
    before = people(codes(80) + ["unknown"] * 20, old + young)
    now = people(codes(100) + ["unknown"] * 20, old + young + new)
    assert result(after(tmp_path / "late", before, now), "patients").status == "passed"
    before = people(codes(100), old + young)
    assert result(after(tmp_path / "lost", before, now), "patients").status == "failed"


def scans(visits: dict[str, Sequence[tuple[str, str]]]) -> Tables:
    """Write patients with scans, each a day and its response."""
    told = people(codes(len(visits)))
    names = [row.split(",")[0] for row in str(told["patients"]).splitlines()[1:]]
    rows = [
        f"{name}{day},{name},{day},CT,{response}"
        for name, own in zip(names, visits.values(), strict=True)
        for day, response in own
    ]
    header = "assessment_id,patient_id,assessment_date,modality,extraosseous_response"
    lines = [f"{name},1,made up,2024-01-01,,21" for name in names]
    told["imaging_assessments"] = "\n".join((header, *rows)) + "\n"
    told["therapy_lines"] = (
        "\n".join(("patient_id,line_number,regimen,start_date,end_date,cycle_length_days", *lines)) + "\n"
    )
    told["bone_lesions"] = (
        f"assessment_id,lesion_id,site,morphology,status\n{names[0]}2024-02-12,L1,rib,osteoblastic,new\n"
    )
    return told


BASELINE, FOLLOWED = ("2023-12-20", ""), [("2024-02-12", "SD"), ("2024-03-25", "SD"), ("2024-05-06", "SD")]


@pytest.mark.parametrize(
    ("new", "status"),
    [
        # First scans bear no response, before as now.
        ([BASELINE], "passed"),
        ([BASELINE, ("2024-02-12", "")], "failed"),
    ],
)
def test_a_scan_is_held_to_scans_at_the_same_place_of_the_course(
    tmp_path: Path, new: Sequence[tuple[str, str]], status: str
) -> None:
    before = {f"old {number}": [BASELINE, *FOLLOWED] for number in range(60)}
    now = {**before, **{f"new {number}": new for number in range(20)}}
    decision = after(tmp_path, scans(before), scans(now))
    assert result(decision, "imaging_assessments").status == status


def test_many_rows_of_one_patient_are_worth_little_more_than_one(tmp_path: Path) -> None:
    before = {f"old {number}": [BASELINE, *FOLLOWED] for number in range(60)}
    many = [(f"2024-{month:02d}-{day:02d}", "") for month in range(2, 8) for day in range(1, 9)]
    new = {"new": [BASELINE, *many], **{f"new {number}": [BASELINE, *FOLLOWED[:1]] for number in range(9)}}
    decision = after(tmp_path, scans(before), scans({**before, **new}))
    assert result(decision, "imaging_assessments").status == "passed"


def results(values: Sequence[float]) -> Tables:
    told = people(codes(len(values)))
    names = [row.split(",")[0] for row in str(told["patients"]).splitlines()[1:]]
    rows = [f"{name},ALP_TOTAL,2024-02-12,{value:g},U/L" for name, value in zip(names, values, strict=True)]
    told["lab_results"] = "\n".join(("patient_id,analyte,specimen_date,value,unit", *rows)) + "\n"
    return told


@pytest.mark.parametrize(
    ("new", "status"), [(500, "passed"), (501, "failed"), (20, "passed"), (19.9, "failed")]
)
def test_new_results_over_five_times_those_before_are_on_another_scale(
    tmp_path: Path, new: float, status: str
) -> None:
    before = [100.0] * 60
    decision = after(tmp_path, results(before), results([*before, *[new] * 10]))
    assert result(decision, "lab_results").status == status


def test_chance_parts_two_samples_of_one_population_less_often_than_is_said() -> None:
    rnd = random.Random(7)
    over = 0
    for _ in range(2000):
        before, now = (rnd.choices("abcd", (5, 3, 1, 1), k=size) for size in (60, 12))
        shares = [{one: side.count(one) / len(side) for one in set(side)} for side in (now, before)]
        over += apart(*shares) > apart_by_chance(*shares, 12, 60, 20)
    assert over < 2000 / 20


@pytest.mark.parametrize("left", [0, 3])
def test_a_share_is_less_by_chance_no_oftener_than_is_said(left: int) -> None:
    """Thirty are drawn beside three hundred, of a population a fifth of which has it."""
    rnd = random.Random(7)
    drawn = [sum(rnd.random() < 0.2 for _ in range(30)) for _ in range(5000)]
    bound = less_by_chance(left / 30, 0.2, 30, 300)
    assert sum(have <= left for have in drawn) / 5000 < bound < 1
    assert less_by_chance(0.3, 0.3, 30, 300) == 1
    assert 0 < less_by_chance(0.9, 1, 30, 300) < 0.01
