"""A controlled copy of the metrics: what is hidden at the threshold, and that nothing shown gives it away.

Not here: what is measured.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from functools import cache
from typing import Any

import pytest

from bpp_etl.disclosure import publish_metrics
from bpp_etl.disclosure.hiding import hidden_cells
from bpp_etl.measure.tally import Cell, Tally
from tests.unit.measure.linear_attack import bounds
from tests.unit.measure.patients import Candidate, Other, Person
from tests.unit.measure.world import Measured, add, measured, named, release, rows_of

STATISTICS = ("estimate", "ci_low", "ci_high", "ci_method", "p_value")


@cache
def _two_registries(small: int, *, threshold: int = 5) -> Measured:
    patients = [
        Candidate(registry=name, event=30 + place, progressed=200 + place)
        for name, number in (("a", 20), ("b", small))
        for place in range(number)
    ]
    return measured(patients, threshold=threshold)


@pytest.mark.parametrize(("patients", "is_hidden"), [(4, True), (5, False), (6, False)])
def test_a_count_below_5_is_hidden_and_5_is_not(patients: int, is_hidden: bool) -> None:
    found = _two_registries(patients)
    row = found.one("flow", step="pseudoprogression", stratum="registry=b")
    assert row["patients"] == (None if is_hidden else patients)
    assert row["is_suppressed"] is is_hidden


@pytest.mark.parametrize(("patients", "is_hidden"), [(4, True), (5, False), (6, False)])
def test_the_estimates_of_a_stratum_of_fewer_than_5_are_hidden_with_its_counts(
    patients: int, is_hidden: bool
) -> None:
    found = _two_registries(patients)
    row = found.estimate("time_to_pseudoprogression", "registry=b")
    assert (row["patients"] is None) is is_hidden
    assert (row["estimate"] is None) is is_hidden
    assert ("suppressed" in row["warnings"]) is is_hidden
    if is_hidden:
        assert [row[column] for column in STATISTICS] == [None] * 5
    curve = found.some("survival_curve", metric="time_to_pseudoprogression", stratum="registry=b")
    assert [step["events"] for step in curve] == ([] if is_hidden else [patients])


def test_the_only_other_registry_is_hidden_too_since_the_total_would_give_it_away() -> None:
    found = _two_registries(4)
    assert found.one("flow", step="pseudoprogression", stratum="all")["patients"] == 24
    row = found.estimate("time_to_pseudoprogression", "registry=a")
    # Its own patients are many: what is estimated of them stays, to the week.
    assert (row["patients"], row["estimate"], row["is_suppressed"]) == (None, 42, False)
    assert "suppressed" in row["warnings"]


def test_no_row_counts_1_to_4_patients_at_all() -> None:
    found = _two_registries(4)
    counts = [
        row[column]
        for rows in found.tables.values()
        for row in rows
        for column in ("patients", "events", "counted", "total", "time_points", "at_risk", "censored")
        if row.get(column) is not None
    ]
    assert counts
    assert not {1, 2, 3, 4} & set(counts)


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_threshold_of_0_or_1_hides_nothing(threshold: int) -> None:
    found = _two_registries(1, threshold=threshold)
    assert found.one("flow", step="pseudoprogression", stratum="registry=b")["patients"] == 1
    assert not [row for row in found.tables["estimate"] if row["is_suppressed"]]


def test_a_higher_threshold_hides_more() -> None:
    found = _two_registries(6, threshold=7)
    assert found.one("flow", step="pseudoprogression", stratum="registry=b")["patients"] is None


def test_events_are_hidden_when_the_few_without_one_would_show() -> None:
    patients = [Candidate(progressed=200 + place) for place in range(17)]
    few = measured([*patients, *[Candidate(followed=500)] * 3], threshold=5)
    row = few.estimate("pseudoprogression_to_progression")
    assert (row["patients"], row["events"], row["estimate"]) == (20, None, 210)
    many = measured([*patients, *[Candidate(followed=500)] * 5], threshold=5)
    row = many.estimate("pseudoprogression_to_progression")
    assert (row["patients"], row["events"]) == (22, 17)


@pytest.mark.parametrize("progressed", [4, 5])
def test_hidden_events_of_6_patients_are_not_told_by_whether_there_is_an_interval(progressed: int) -> None:
    patients = [Candidate(progressed=100 + place) for place in range(progressed)]
    found = measured([*patients, *[Candidate(followed=500)] * (6 - progressed)], threshold=5)
    row = found.estimate("pseudoprogression_to_progression")
    assert (row["patients"], row["events"]) == (6, None)
    assert [row[column] for column in ("ci_low", "ci_high", "ci_method", "p_value")] == [None] * 4
    assert not {"few_events", "limit_not_reached"} & set(row["warnings"])


@pytest.mark.parametrize(("progressed", "has_interval"), [(4, False), (5, True)])
def test_an_interval_needs_5_events(progressed: int, has_interval: bool) -> None:
    patients = [Candidate(progressed=100 + place) for place in range(progressed)]
    for threshold in (0, 5):
        found = measured([*patients, *[Candidate(followed=90)] * 12], threshold=threshold)
        row = found.estimate("pseudoprogression_to_progression")
        assert row["estimate"] is not None
        assert (row["ci_low"] is not None) is has_interval
        # Beside hidden events it would tell that they are few.
        assert ("few_events" in row["warnings"]) is (not has_interval and threshold == 0)


def test_a_share_goes_with_its_counts_since_it_tells_them() -> None:
    found = measured(
        [*[Candidate()] * 20, *[Candidate(state="true_progression", progressed=50)] * 4], threshold=5
    )
    row = found.estimate("pseudoprogression_share")
    assert [row[column] for column in STATISTICS] == [None] * 5
    assert row["is_suppressed"]


OWN_NUMBERS = {
    "estimate": ("estimate",),
    "alp_change": ("median",),
    "alp_grade": ("share",),
    "baseline": ("share", "median"),
    "cadence": ("share",),
    "lesion_site": ("share",),
    "paper_comparison": ("compatible_estimate",),
    **dict.fromkeys(("flow", "concordance", "open_question", "event_rule"), ("patients",)),
}


def test_no_number_that_stands_is_called_suppressed() -> None:
    patients = [
        *[
            Candidate(
                registry="a", her2="negative", sites=("spine",), alp=(100.0, 90.0, 120.0), progressed=200
            )
        ]
        * 20,
        *[Candidate(registry="b", state="true_progression", progressed=50)] * 4,
        *[Candidate(registry="b", state="indeterminate")] * 9,
    ]
    exact, told = (measured(patients, threshold=threshold) for threshold in (0, 5))
    marked = {table for table, rows in exact.tables.items() for row in rows if "is_suppressed" in row}
    assert marked == set(OWN_NUMBERS)
    for table, numbers in OWN_NUMBERS.items():
        assert not [row for row in exact.tables[table] if row["is_suppressed"]], table
        stand = [row for row in told.tables[table] if any(row[name] is not None for name in numbers)]
        assert not [row for row in stand if row["is_suppressed"]], table
    assert [row for table in OWN_NUMBERS for row in told.tables[table] if row["is_suppressed"]]
    # Whatever is said of a row, a count is empty for being hidden alone.
    assert None not in {row["patients"] for row in exact.tables["flow"]}


def test_a_count_that_is_withheld_leaves_the_row_called_suppressed_where_it_is_all_there_is() -> None:
    row = _two_registries(4).one("flow", step="pseudoprogression", stratum="registry=b")
    assert (row["patients"], row["is_suppressed"]) == (None, True)


def test_many_lesions_of_few_patients_are_few() -> None:
    patients = [*[Candidate(sites=("spine",))] * 20, *[Candidate(sites=("skull",) * 6)] * 2]
    found = measured(patients, threshold=5)
    row = found.one("lesion_site", population="candidate", level="lesion", site="skull")
    assert (row["counted"], row["share"], row["is_suppressed"]) == (None, None, True)
    # Spine is the rest.
    assert found.one("lesion_site", population="candidate", level="lesion", site="spine")["counted"] is None


def test_a_comparison_is_hidden_when_a_group_has_fewer_than_5_patients() -> None:
    def ratio(positive: int) -> dict[str, Any]:
        patients = [Candidate(her2="negative", progressed=200 + place) for place in range(20)]
        patients += [Candidate(her2="positive", progressed=205 + place) for place in range(positive)]
        return measured(patients, threshold=5).estimate(
            "pseudoprogression_to_progression_hazard_ratio", "her2=positive/negative"
        )

    assert ratio(4)["estimate"] is None
    assert ratio(5)["estimate"] is not None


def test_none_is_shown_as_none() -> None:
    found = measured([Candidate()] * 20, threshold=5)
    assert found.one("flow", step="true_progression", stratum="all")["patients"] == 0


def test_a_curve_does_not_tell_events_that_are_hidden_for_the_sake_of_others() -> None:
    patients = [
        *[Candidate(registry="a", progressed=200 + day) for day in range(13)],
        *[Candidate(registry="a", followed=500)] * 7,
        *[Candidate(registry="b", progressed=200 + day) for day in range(3)],
        *[Candidate(registry="b", followed=500)] * 17,
    ]
    found = measured(patients, threshold=5)
    metric = "pseudoprogression_to_progression"
    row = found.estimate(metric, "registry=a")
    assert (row["patients"], row["events"]) == (20, None)
    assert found.some("survival_curve", metric=metric, stratum="all")
    assert not found.some("survival_curve", metric=metric, stratum="registry=a")


def test_nothing_hidden_in_a_copy_can_be_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}

    def spy(tally: Tally, shown: set[Cell], threshold: int, *others: Collection[Cell]) -> set[Cell]:
        kept.update(tally=tally, hidden=hidden_cells(tally, shown, threshold, *others))
        return kept["hidden"]  # type: ignore[no-any-return]

    monkeypatch.setattr("bpp_etl.disclosure.publish.hidden_cells", spy)
    her2 = itertools.cycle(
        ("positive", "negative", "negative", "positive", None, "indeterminate", "positive")
    )
    verdicts = itertools.cycle(
        (
            ("NON_PD", "iUPD", "PR", "NE"),
            ("PD", "iUPD", "PR", "NON_PD"),
            ("PD", "iCPD", "PD", "PD"),
            ("EQUIVOCAL", "NON_iUPD", "PR", "NE"),
            ("PD", "iUPD", "PD", "PDu"),
        )
    )
    kinds = itertools.cycle((("pseudoprogression", 200), ("true_progression", 50), ("indeterminate", None)))
    patients = [
        Candidate(
            state=state,
            registry="abc"[(place * place) % 3],
            her2=next(her2),
            progressed=progressed if place % 4 else progressed and progressed + place,
            verdicts=next(verdicts),
            flags=("refused_evidence",) if place % 11 == 0 else (),
            alp=(100.0, 90.0 + place, None if place % 7 else 120.0),
            cadence=("on_time", "late"),
            person=Person(
                sex="male" if place % 13 == 0 else "female", er=("positive", "negative", None)[place % 3]
            ),
        )
        for place, (state, progressed) in zip(range(60), kinds, strict=False)
    ]
    measured(patients, [Other(registry="c")] * 4 + [Other("no_first_line", "a")] * 2, threshold=5)
    tally, hidden = kept["tally"], kept["hidden"]
    in_sums = {cell for equation in tally.sums for cell in (equation.total, *equation.parts)}
    small = [cell for cell in sorted(hidden & in_sums) if tally.is_small(cell, 5)]
    assert len(small) > 20
    for cell in small[::4]:
        low, high = bounds(tally, hidden & in_sums, cell)
        assert high - low > 0.5, cell


def test_what_one_protocol_hides_another_does_not_show_of_the_same_patients() -> None:
    def patients(moved: int) -> list[Candidate]:
        true = [
            Candidate(registry=name, state="true_progression", progressed=50)
            for name in "abc"
            for _ in "x" * 20
        ]
        pseudo = [
            Candidate(registry=name) for name, number in (("a", 20), ("b", 8), ("c", 3)) for _ in "x" * number
        ]
        changed = [Candidate(registry="c")] * moved
        return [*true[: 60 - moved], *changed, *pseudo]

    with release(patients(0)) as con:
        # Under the second protocol registry c has 10 pseudoprogressions: of itself nothing there is small.
        add(con, patients(7), protocol="other")
        publish_metrics(con, protocols=[named("xu2025"), named("other")], threshold=5)
        rows = rows_of(con, "flow")
    shown = {
        (row["protocol"], row["stratum"]): row["patients"]
        for row in rows
        if row["step"] == "pseudoprogression"
    }
    # Registry b is hidden because it and the total would give c away.
    assert shown["xu2025", "all"] == 31
    assert shown["xu2025", "registry=c"] is None
    assert shown["xu2025", "registry=b"] is None
    assert shown["other", "registry=b"] is None


@pytest.mark.parametrize(("few", "are_both_told"), [(2, False), (6, True)])
def test_a_stricter_protocol_does_not_tell_the_few_whom_it_leaves_open_in_a_registry(
    few: int, *, are_both_told: bool
) -> None:
    def patients(*left_open: int) -> list[Candidate]:
        found = []
        for registry, number in zip("ab", left_open, strict=True):
            opened = Candidate(registry=registry, state="indeterminate", reason="awaiting_ct")
            called = Candidate(registry=registry)
            found += [opened] * number + [called] * (20 - number) + [opened] * 10
        return found

    with release(patients(0, 0)) as con:
        add(con, patients(few, 6), protocol="strict")
        publish_metrics(con, protocols=[named("xu2025"), named("strict")], threshold=5)
        rows = rows_of(con, "flow")
    told = [
        row["patients"] is not None
        for row in rows
        if (row["step"], row["stratum"]) == ("pseudoprogression", "registry=a")
    ]
    assert len(told) == 2
    assert all(told) == are_both_told


def test_a_refused_count_is_shown_as_the_quality_tables_show_it_and_gives_no_small_count_away() -> None:
    with release([Candidate(registry="a")] * 20, [Other(registry="b")] * 3) as con:
        con.execute(
            "insert into quarantine.patients by name select registry, 'd' as delivery,"
            " 'admitted' as delivery_status, 'patients.csv' as file, 1 as row_number, [] as broken_rules,"
            " 'X' as patient_id from (values ('a'), ('b')) as sent(registry)"
        )
        publish_metrics(con, protocols=[named("xu2025")], threshold=5)
        shown = {(row["stratum"], row["step"]): row["patients"] for row in rows_of(con, "flow")}
    assert [shown[stratum, "refused"] for stratum in ("all", "registry=a", "registry=b")] == [2, 1, 1]
    # Registry b admitted 3, which its delivered patients would give away.
    hidden = ("admitted", "delivered", "delivered_row")
    assert [shown["registry=b", step] for step in hidden] == [None, None, None]
    assert shown["registry=a", "delivered"] is None or shown["all", "delivered"] is None


def test_what_leaves_out_one_flag_stays_in_the_house() -> None:
    patients = [Candidate(flags=("late_onset",) if place < 6 else ()) for place in range(20)]
    exact, told = (measured(patients, threshold=threshold) for threshold in (0, 5))
    assert exact.one("estimate", metric="pseudoprogression_share", stratum="flag!=late_onset")
    assert not [row for row in told.some("estimate") if row["stratum"].startswith("flag!=")]
    assert [row for row in told.some("estimate") if row["stratum"] == "flags=none"]
