"""Derived lines of therapy are those of a naive reading, and what must hold of them whatever the drugs are.

Not here: courses that a clinician can read (`tests/unit/harmonise/test_lines.py`).
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.harmonise.lines import Drug, Line, derive_lines
from bpp_etl.landing.line_derivation import LineDerivation
from tests.property.reference_lines import Row, lines_of

ZERO = dt.date(2020, 1, 1)
AGENTS = ("anastrozole", "letrozole", "taxol", "trastuzumab", "zanidatamab")
DRUGS = st.lists(
    st.tuples(
        st.sampled_from(AGENTS),
        st.integers(0, 400),
        st.one_of(st.none(), st.integers(0, 30), st.integers(0, 300)),
    ),
    max_size=9,
)
WAYS = st.fixed_dictionaries(
    {
        "gap_days": st.sampled_from([1, 30, 90]),
        "overlap_days": st.sampled_from([0, 10, 28]),
        "maintenance": st.sampled_from(["same_line", "new_line"]),
        "interchangeable": st.sampled_from([(), (("anastrozole", "letrozole"),)]),
    }
)


def derived(rows: list[Row], told: dict[str, Any]) -> list[Line]:
    def day(number: int | None) -> dt.date | None:
        return None if number is None else ZERO + dt.timedelta(number)

    drugs = [
        Drug(number, agent, ZERO + dt.timedelta(first), day(last)) for number, agent, first, last in rows
    ]
    return derive_lines(drugs, LineDerivation(**told))


def numbered(drugs: list[tuple[str, int, int | None]]) -> list[Row]:
    return [
        (number, agent, first, None if days is None else first + days)
        for number, (agent, first, days) in enumerate(drugs, start=1)
    ]


@settings(max_examples=400)
@given(DRUGS, WAYS)
def test_the_lines_are_those_of_a_naive_reading(
    drugs: list[tuple[str, int, int | None]], told: dict[str, Any]
) -> None:
    rows = numbered(drugs)
    found = [
        (line.regimen, (line.start - ZERO).days, line.end and (line.end - ZERO).days)
        for line in derived(rows, told)
    ]
    assert found == lines_of(rows, told)


@settings(max_examples=200)
@given(DRUGS, WAYS)
def test_lines_follow_each_other_begin_with_a_drug_and_lose_no_agent(
    drugs: list[tuple[str, int, int | None]], told: dict[str, Any]
) -> None:
    rows = numbered(drugs)
    lines = derived(rows, told)
    for before, line in pairwise(lines):
        assert before.start < line.start
        assert before.end is None or before.start <= before.end < line.start
    numbers = {number for number, *_ in rows}
    assert all(line.row in numbers for line in lines)
    classes = {"letrozole": "anastrozole"} if told["interchangeable"] else {}
    given = {classes.get(agent, agent) for _, agent, *_ in rows}
    assert {classes.get(agent, agent) for line in lines for agent in line.agents} == given


@settings(max_examples=100)
@given(DRUGS, WAYS, st.randoms())
def test_neither_the_order_of_rows_nor_how_an_agent_is_written_matters(
    drugs: list[tuple[str, int, int | None]], told: dict[str, Any], random: Any
) -> None:
    rows = numbered(drugs)
    shuffled = [(number, f" {agent.upper()}  ", first, last) for number, agent, first, last in rows]
    random.shuffle(shuffled)
    plain = [(line.start, line.end, len(line.agents), line.row) for line in derived(rows, told)]
    assert [(line.start, line.end, len(line.agents), line.row) for line in derived(shuffled, told)] == plain
