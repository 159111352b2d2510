"""A registry's own CT schedule: proposed by a gate that is shut, stated in registry.toml, followed by all.

Not here: what each CT counts as (`tests/spec/test_cadence.py`), and values that cannot be followed
(`test_configuration.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest

from bpp_etl.admission.due import due_for
from bpp_etl.check import check_delivery
from bpp_etl.events import load_protocol
from bpp_etl.explain.run import explain_patient
from bpp_etl.gate.schedule_found import schedule_found
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import FILE, REPORT
from schemas.laws import DELIVERY
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import Gated, gated
from tests.support.warehouses import PROTOCOLS, admit, release

START = dt.date(2024, 1, 1)
STANDARD_CARE = (56, 112, 196, 280)
"""Days of CTs every eight weeks, and every twelve from the third on."""
PROPOSED = re.compile(r"\[cadence\] (interval_days = \[[\d, ]+\])")


def scanned_on(*days: int, late: int = 0) -> str:
    """Write the CTs of A, B and C on days of their lines; C comes some days late to each."""
    header = TINY["imaging_assessments"].split("\n", 1)[0]
    rows = []
    for patient in "ABC":
        for day in (-10, *days):
            came = START + dt.timedelta(day + (late if patient == "C" and day > 0 else 0))
            rows.append(f"{patient}{day},{patient},{came},CT,true,")
    return "\n".join([header, *(row + "SD" for row in rows)]) + "\n"


def delivered(landing: Path, days: Sequence[int], toml: str = "", late: int = 0) -> Path:
    """Write a delivery whose lines go on, with one new lesion of A on the first CT."""
    folder = write_delivery_of(
        landing,
        lab_results=None,
        her2_tests=None,
        therapy_lines=re.sub(r"2024-0[36]-\d\d,21", ",21", TINY["therapy_lines"]),
        imaging_assessments=scanned_on(*days, late=late),
        bone_lesions="assessment_id,lesion_id,site,morphology,status,lysis_change,is_equivocal\n"
        f"A{days[0]},L1,spine,osteoblastic,new,none,false\n",
    )
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


def pasted(one: Gated) -> str:
    """Write the lines that the message of a shut gate proposes."""
    (line,) = PROPOSED.findall(one.message("cadence_not_kept"))
    return f"[cadence]\n{line}\n"


@pytest.mark.parametrize(
    ("days", "median", "line"),
    [
        (STANDARD_CARE, 56, "interval_days = [56, 56, 84]"),
        ((84, 168, 252), 84, "interval_days = [84]"),
        ((90, 180, 270), 90, "interval_days = [90]"),
        ((55, 112, 167), 55, "interval_days = [55]"),
        ((28, 84, 140, 196), 56, "interval_days = [28, 56]"),
    ],
)
def test_a_schedule_that_is_not_two_cycles_shuts_the_gate_and_the_line_that_it_proposes_opens_it(
    tmp_path: Path, days: tuple[int, ...], median: int, line: str
) -> None:
    shut = gated(delivered(tmp_path / "before", days))
    assert shut.causes() == {(DELIVERY, "cadence_not_kept")}
    assert f"their median is {median} days: [cadence] {line} would state" in shut.message("cadence_not_kept")
    opened = gated(delivered(tmp_path / "after", days, pasted(shut)))
    assert opened.decision.is_open
    assert opened.result(DELIVERY, "cadence_not_kept").broken == 0


def test_every_two_cycles_needs_no_line_and_is_off_a_schedule_that_states_another(tmp_path: Path) -> None:
    assert gated(delivered(tmp_path / "plain", (42, 84, 126))).decision.is_open
    wrong = gated(delivered(tmp_path / "wrong", (42, 84, 126), "[cadence]\ninterval_days = [84]\n"))
    assert wrong.causes() == {(DELIVERY, "cadence_not_kept")}
    assert pasted(wrong) == "[cadence]\ninterval_days = [42]\n"
    told, _ = check_delivery(tmp_path / "wrong" / "tiny" / "2024-12-31")
    assert told.endswith("\n\n[cadence]\ninterval_days = [42]")


def test_a_gate_that_is_shut_over_the_schedule_says_what_was_expected_and_on_how_much_that_rests(
    tmp_path: Path,
) -> None:
    by_cycles = gated(delivered(tmp_path / "cycles", (84,)))
    assert (
        "3 of 3 first-line CT intervals are off schedule (100.0 %, limit 50 %); they are of 3 patients, and"
        in (by_cycles.message("cadence_not_kept"))
    )
    assert "expected after 42 days (2 cycles), give or take 7;" in by_cycles.message("cadence_not_kept")
    stated = gated(delivered(tmp_path / "stated", (42, 84), "[cadence]\ninterval_days = [56, 84]\n"))
    assert "expected after 56 to 84 days ([cadence]), give or take 7;" in stated.message("cadence_not_kept")


def test_the_proposed_line_says_how_much_it_leaves_off_schedule(tmp_path: Path) -> None:
    one = gated(delivered(tmp_path, (84,), late=30))
    assert one.message("cadence_not_kept").endswith(
        "their median is 84 days: [cadence] interval_days = [84] would state them, 33.3 % off schedule"
    )


def test_what_few_patients_reach_or_few_intervals_ask_for_is_no_part_of_the_schedule() -> None:
    steady = [{56: 90, 70: 10}] * 3
    assert schedule_found(steady).interval_days == (56,)
    assert schedule_found([*steady, {84: 9}]).interval_days == (56,), "fewer than a tenth get so far"
    assert schedule_found([*steady, {84: 30}]).interval_days == (56, 56, 56, 84)
    assert schedule_found([*steady, {84: 15}]).interval_days == (56,), "a twentieth of the intervals"


def test_the_proposed_days_are_whole_weeks_where_intervals_scatter_about_them_and_may_be_stated() -> None:
    assert schedule_found([{53: 30, 55: 40, 58: 30}]).interval_days == (56,)
    assert schedule_found([{53: 30, 54: 40, 58: 30}]).interval_days == (54,), "two days beside"
    assert schedule_found([{55: 51, 58: 49}]).interval_days == (55,), "most are so to the day"
    assert schedule_found([{3: 1}]).interval_days == (7,)
    assert schedule_found([{400: 1}]).interval_days == (365,)


@pytest.mark.parametrize("planned", [(42,), (84,), (56, 56, 84), (28, 56), (42, 42, 63)])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_schedule_is_found_though_patients_come_days_beside_it_miss_cts_and_leave(
    planned: tuple[int, ...], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    places: list[Counter[int]] = [Counter() for _ in range(12)]
    for stays in rng.geometric(0.12, 400):
        due = before = at = 0
        for number in range(min(stays, len(places))):
            due += planned[min(number, len(planned) - 1)]
            if rng.random() > 0.05:
                came = due + round(rng.normal(0, 3))
                places[at][came - before] += 1
                before, at = came, at + 1
    assert schedule_found(places).interval_days == planned


def test_a_stated_schedule_is_judged_derived_published_and_explained_by(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    folder = delivered(landing, STANDARD_CARE, "[cadence]\ninterval_days = [56, 56, 84]\n")
    assert admit(landing, warehouse).is_open
    made = release(warehouse)
    with duckdb.connect(str(made.folder / FILE), read_only=True) as con:

        def column(query: str) -> list[object]:
            return [one for (one,) in con.execute(query).fetchall()]

        assert column("select stated_interval_days from quality.delivery") == [[56, 56, 84]]
        assert column(
            "select expected_interval_days from core.assessment_cadence"
            " where patient_id = 'A' order by time_point_date"
        ) == [56, 56, 84, 84]
        assert column("select distinct cadence_class from core.assessment_cadence") == ["on_time"]
        assert column("select distinct expected_interval_days from event.first_line") == [84]
    shown = re.sub(r"<[^>]*>", "", (made.folder / REPORT).read_text(encoding="utf-8"))
    assert "The registry states its own: interval_days = [56, 56, 84], the last one repeats." in shown
    told = " ".join(explain_patient(warehouse, "tiny", "A").split())
    assert "84 days after the last one: [cadence] states interval_days = [56, 56, 84]" in told

    def step() -> tuple[str, str]:
        due = due_for(
            warehouse, survey(landing).newest["tiny"], [load_protocol(name) for name in PROTOCOLS], full=False
        )
        return due.action, due.why

    assert step() == ("nothing", "unchanged")
    (folder.parent / "registry.toml").write_text("[cadence]\ninterval_days = [84]\n", encoding="utf-8")
    assert step() == ("judge", "registry.toml changed: [cadence]")
