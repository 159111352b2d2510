"""`bpp explain`: the ordered evidence of one patient, the rule that fired, and what would change the call.

Not here: the rules themselves (`tests/spec`). Day 0 is 2020-01-01; the registry delivers on day 400.
"""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from bpp_etl.events import FLOW_RULES, STATE_RULES
from bpp_etl.explain.change import ADVICE
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from tests.support.core_tables import open_core
from tests.support.timeline import Judge
from tests.unit.explain.explained import COURSES, TWO_MORE, text_of, told

FOLLOWED: list[tuple[str, str, str, str | None]] = [
    # Course, what is advised, the advice followed to the day, the advice missed by a day.
    (
        "awaiting",
        "One more CT that is read for progression and shows none, at least 28 days after day 84 (on day 112"
        " or later), confirms it.",
        "day 112 CT",
        "day 111 CT",
    ),
    ("lost", f"{TWO_MORE}, confirm it.", "day 70 CT\n day 98 CT", "day 70 CT\n day 97 CT"),
    (
        "changed",
        f"{TWO_MORE}, the last not after day 100, would have confirmed it.",
        "day 70 CT\n day 100 CT",
        "day 70 CT\n day 101 CT",
    ),
    (
        "changed",
        "Explicit progression at a time point from day 42 to day 128 would make it true progression.",
        "day 128 CT: PD",
        "day 129 CT: PD",
    ),
    (
        "second line",
        f"{TWO_MORE}, the last not after day 99, would have confirmed it.",
        "day 70 CT\n day 99 CT",
        "day 70 CT\n day 100 CT",
    ),
    (
        "not read",
        "What is to be read on assessment 4: the response outside bone and the change of every lytic or mixed"
        " lesion. Without progression it is confirmed",
        "day 126 PET-CT: SD",
        "day 126 MRI: SD",
    ),
    (
        "not read",
        "with any, it is true progression.",
        "day 126 PET-CT: PD",
        None,
    ),
    (
        "died",
        "Explicit progression at a time point from day 42 to day 200 would make it true progression.",
        "day 200 CT: PD",
        None,
    ),
    (
        "confirmed",
        "Explicit progression at a time point from day 42 to day 126 would make it true progression.",
        "day 126 MRI: PD",
        "day 134 MRI: PD",
    ),
    (
        # A day later the CT would be read together with the one that shows the progression.
        "progressed late",
        "(from day 112 to day 122), would have confirmed it before the progression.",
        "day 122 CT",
        "day 123 CT",
    ),
    (
        "without baseline",
        "An evaluable CT with bone window from day -42 to day 0 would let the later CTs decide.",
        "day -42 CT",
        "day -43 CT",
    ),
    (
        "without lesion",
        "A new osteoblastic lesion on an evaluable CT with bone window on day 1 or later.",
        "day 84 CT: new osteoblastic",
        "day -1 CT: new osteoblastic",
    ),
    (
        # From day 67 to 73 it would be read with the CT of day 66, which came too soon to count.
        "too soon",
        "the first at least 28 days after day 42 (on day 74 or later), confirm it.",
        "day 74 CT\n day 102 CT",
        "day 73 CT\n day 102 CT",
    ),
    (
        # Up to day 4 it would be read with the CT before treatment.
        "baseline close by",
        "An evaluable CT with bone window on day 5 or later.",
        "day 5 CT",
        "day 4 CT",
    ),
    (
        # Nearer the candidate it would be read with it, and the candidate dated before treatment.
        "candidate close by",
        "An evaluable CT with bone window from day -42 to day -3 would let the later CTs decide.",
        "day -3 CT",
        None,
    ),
    ("without CT", "An evaluable CT with bone window on day 1 or later.", "day 30 CT", "day 0 CT"),
    ("without line", "An admitted line 1 of therapy.", "day 0 line 1 starts", None),
]


@pytest.fixture(scope="module")
def followed() -> dict[tuple[str, str | None], SimpleNamespace]:
    """Judge every course with its advice followed and missed, all as patients of one registry."""
    pairs = [(course, more) for course, _, *both in FOLLOWED for more in both if more is not None]
    con = open_core()
    try:
        texts = [f"{COURSES[course].replace('no line 1', '')}\n{more}" for course, more in pairs]
        return dict(zip(pairs, Judge(con).each(texts), strict=True))
    finally:
        con.close()


@pytest.mark.parametrize(
    ("patient", "state", "reason", "left_at", "rule"),
    [
        ("awaiting", "indeterminate", "awaiting_ct", "candidate", "awaiting_ct"),
        ("confirmed", "pseudoprogression", "confirmed", "candidate", "confirmed"),
        ("progressed", "true_progression", "pd_before_confirmation", "candidate", "pd_before_confirmation"),
        ("without lesion", None, None, "no_new_osteoblastic_lesion", "no_new_osteoblastic_lesion"),
        ("progression first", None, None, "progression_first", "progression_first"),
    ],
)
def test_the_call_and_the_rule_that_fired_are_told(
    explained: Mapping[str, Evidence],
    patient: str,
    state: str | None,
    reason: str | None,
    left_at: str,
    rule: str,
) -> None:
    found = told(explained[patient])
    assert (found["state"], found["reason"], found["left_at"]) == (state, reason, left_at)
    assert found["rule"]["id"] == rule
    by_id = {one.id: one for one in (*FLOW_RULES, *STATE_RULES)}
    assert found["rule"]["sentence"] == by_id[rule].sentence
    assert found["rule"]["citation"] == by_id[rule].citation


def test_time_points_come_in_order_with_what_each_does_for_the_call(
    explained: Mapping[str, Evidence],
) -> None:
    points = told(explained["confirmed"])["time_points"]
    assert [(point["date"], point["place"], point["marks"]) for point in points] == [
        ("2019-12-22", "before", ["baseline"]),
        ("2020-02-12", "on", ["candidate"]),
        ("2020-03-01", "on", ["clean_too_soon"]),
        ("2020-03-25", "on", ["confirms"]),
        ("2020-04-20", "on", []),
        ("2020-05-06", "on", ["confirms"]),
        ("2020-06-19", "on", ["progression"]),
    ]


def test_assessments_say_what_they_show_and_what_they_can_be_used_for(
    explained: Mapping[str, Evidence],
) -> None:
    lines = text_of(explained["confirmed"]).splitlines()
    for line in (
        "  2020-02-12  day 42  on line 1  ** candidate **",
        "      CT, eligible: new osteoblastic spine; equivocal new osteoblastic rib;",
        "      bone scan of 2020-02-14, not eligible: new osteoblastic skull",
        "      MRI, progression only: response SD",
        "  2020-05-06  day 126  on line 1  ** confirms, 2 of 2 **",
        "      CT, eligible, bone window unknown: response NON_CR_NON_PD",
        "      CT, eligible: more lysis in osteolytic femur; PD: outside bone and more",
    ):
        assert line in lines


def test_a_scan_that_is_not_evaluable_says_so(explained: Mapping[str, Evidence]) -> None:
    assert "      CT, not evaluable: response NON_CR_NON_PD" in text_of(explained["without CT"]).splitlines()


def test_progression_that_counts_for_nothing_is_marked_so(explained: Mapping[str, Evidence]) -> None:
    last = explained["off protocol"].points[-1]
    assert explained["off protocol"].rule.id == "therapy_changed"
    assert (last.place, last.marks) == ("after", ("progression_not_counted",))


def test_a_course_without_candidate_marks_where_it_was_left(explained: Mapping[str, Evidence]) -> None:
    points = told(explained["progression first"])["time_points"]
    assert [point["marks"] for point in points] == [[], ["first_progression"], ["first_new_lesion"]]


def test_alp_is_told_in_order_against_its_upper_limit(explained: Mapping[str, Evidence]) -> None:
    found = told(explained["confirmed"])
    assert [(one["date"], one["value"], one["times_upper_limit"]) for one in found["alp_results"]] == [
        ("2019-12-27", 110.0, 1.1),
        ("2020-02-12", 95.0, 0.95),
        ("2020-06-14", 150.0, 1.5),
    ]
    assert (found["alp"]["alp_baseline"], found["alp"]["alp_delta_event"]) == (110.0, -15.0)
    words = " ".join(text_of(explained["confirmed"]).split())
    assert "baseline 110, event 95, progression 150 U/L; at the event -15 (-13.6 %), stable" in words


def test_her2_is_told_as_known_on_the_event_day(explained: Mapping[str, Evidence]) -> None:
    found = told(explained["confirmed"])
    assert found["her2_status"] == "negative"
    assert [(test["her2_status"], test["counts"]) for test in found["her2_tests"]] == [
        ("negative", True),
        ("positive", False),
    ]


@pytest.mark.parametrize(("course", "advice", "more", "missed"), FOLLOWED)
def test_the_advice_followed_to_the_day_changes_the_call(
    explained: Mapping[str, Evidence],
    followed: Mapping[tuple[str, str | None], SimpleNamespace],
    course: str,
    advice: str,
    more: str,
    missed: str | None,
) -> None:
    evidence = explained[course]
    before = (evidence.left_at, evidence.event.get("rule"))
    assert advice in ADVICE[evidence.rule.id](evidence, Labels(evidence, is_shifted=True))
    assert (followed[course, more].left_at, followed[course, more].rule) != before
    if missed is not None:
        assert (followed[course, missed].left_at, followed[course, missed].rule) == before


def test_where_no_ct_fits_before_the_progression_only_its_reading_can_change(
    explained: Mapping[str, Evidence],
) -> None:
    evidence = explained["progressed"]
    assert ADVICE[evidence.rule.id](evidence, Labels(evidence)) == (
        "Another reading of progressed:CT day 100 (outside bone): the confirming CTs that are lacking do not"
        " fit before 2020-04-10."
    )


def test_the_reading_that_shows_progression_at_the_candidate_is_named(
    explained: Mapping[str, Evidence],
) -> None:
    evidence = explained["detected"]
    assert ADVICE[evidence.rule.id](evidence, Labels(evidence)) == (
        "If detected:MRI day 44 showed no explicit progression (outside bone), the CTs that follow would"
        " decide."
    )


def test_without_baseline_another_reading_of_the_candidate_does_not_let_the_next_cts_decide(
    explained: Mapping[str, Evidence],
) -> None:
    evidence = explained["detected, no baseline"]
    assert ADVICE[evidence.rule.id](evidence, Labels(evidence)).endswith(
        "showed no explicit progression (outside bone), it would be indeterminate for want of a baseline CT."
    )


def test_a_line_that_left_no_day_for_a_ct_is_said_to(explained: Mapping[str, Evidence]) -> None:
    evidence = explained["over at once"]
    assert ADVICE[evidence.rule.id](evidence, Labels(evidence)) == (
        "Nothing: line 1 left no day for a CT that is not read with the one before it."
    )


def test_every_rule_has_advice() -> None:
    leaving = {rule.id for rule in FLOW_RULES} - {"candidate"}
    assert set(ADVICE) == leaving | {rule.id for rule in STATE_RULES}
