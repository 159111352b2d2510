"""The curves of a share beside those of one before: none that differs by the steps of few patients.

Not here: counts (`test_attack.py`), and whole shares (`tests/graph/test_share.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.disclosure.publish import Told, told_of
from bpp_etl.measure.run import Measured, measure
from bpp_etl.measure.steps import Place
from bpp_etl.share.before import DESCRIPTION, EXACT, times_that_differ_by_few
from bpp_etl.share.sums import FILE, write_sums
from tests.unit.measure.patients import PROTOCOL, Candidate
from tests.unit.measure.world import named, release

TIME = Place("survival_curve", PROTOCOL, "pseudoprogression_to_progression", "all")


def patients(moved: int = 0, more: int = 0) -> list[Candidate]:
    """Forty who progress on days of their own; some of them later than before, and some new."""
    return [
        Candidate(registry="a", progressed=100 + 10 * place + (300 if place < moved else 0))
        for place in range(40 + more)
    ]


def of(cohort: list[Candidate]) -> Measured:
    with release(cohort) as con:
        return measure(con, [named(PROTOCOL)])


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    found = of(patients())
    write_sums(told_of(found, 5), folder / FILE)
    write_sums(told_of(found, 0), folder / EXACT)
    (folder / DESCRIPTION).write_text('{"threshold": 5}', encoding="utf-8")
    return folder


def kept(found: Measured, before: Path) -> set[Place]:
    return times_that_differ_by_few(told_of(found, 0).left, told_of(found, 5).left, [before], 5)


@pytest.mark.parametrize(("moved", "is_kept"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_curve_of_which_few_patients_moved_is_kept(before: Path, moved: int, *, is_kept: bool) -> None:
    found = of(patients(moved))
    assert (TIME in kept(found, before)) == is_kept
    told: Told = told_of(found, 5, (), kept(found, before))
    steps = [
        row for row in told.rows if row.table == "survival_curve" and row.values["metric"] == TIME.metric
    ]
    assert bool(steps) == (not is_kept)
    (left,) = [one for one in told.left if one.place == TIME]
    assert (left.patients is None) == is_kept
    (row,) = [
        row.values
        for row in told.rows
        if row.table == "estimate" and (row.values["metric"], row.values["stratum"]) == (TIME.metric, "all")
    ]
    assert (row["estimate"] is None) == is_kept
    assert (row["patients"], row["is_suppressed"]) == (40, is_kept)


def test_a_curve_in_groups_of_another_size_is_kept(before: Path, tmp_path: Path) -> None:
    """Of groups of five and of seven the difference would tell when the two between them had their event."""
    for name in (FILE, EXACT):
        (tmp_path / name).write_bytes((before / name).read_bytes())
    (tmp_path / DESCRIPTION).write_text('{"threshold": 7}', encoding="utf-8")
    assert TIME in kept(of(patients()), tmp_path)


OF_TOLD = [(0, 0, False), (30, 0, True), (0, 3, True), (0, 5, False)]


@pytest.mark.parametrize(("moved", "more", "is_kept"), OF_TOLD)
def test_of_a_share_without_exact_sums_the_steps_are_the_same_or_of_many_more(
    before: Path, tmp_path: Path, moved: int, more: int, *, is_kept: bool
) -> None:
    for name in (FILE, DESCRIPTION):
        (tmp_path / name).write_bytes((before / name).read_bytes())
    assert (TIME in kept(of(patients(moved, more)), tmp_path)) == is_kept


def test_what_a_share_before_did_not_tell_is_compared_with_nothing(before: Path, tmp_path: Path) -> None:
    few = of(patients()[:4])
    write_sums(told_of(few, 5), tmp_path / FILE)
    write_sums(told_of(few, 0), tmp_path / EXACT)
    (tmp_path / DESCRIPTION).write_text('{"threshold": 5}', encoding="utf-8")
    assert kept(of(patients()[:5]), tmp_path) == set()
