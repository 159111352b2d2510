"""Attacks on a share of several protocols, which count the same patients otherwise.

Not here: one protocol alone, and shares one after the other (`test_attack.py`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bpp_etl.disclosure.publish import told_of
from bpp_etl.measure.run import Measured, measure
from tests.unit.measure.patients import PROTOCOL, Candidate
from tests.unit.measure.world import add, named, release
from tests.unit.share.attacker import bounds
from tests.unit.share.attacker_of_protocols import read_together
from tests.unit.share.cohorts import OWN, derived
from tests.unit.share.houses import drawn_house
from tests.unit.share.tables import tables_of

SMALL = range(1, 5)
STRICT = "strict"
STRICTER = [(OWN, "xu2025"), ("xu2025", "xu2025_one_ct"), (OWN, "xu2025_one_ct")]
"""One, two and three confirming CTs."""


def left_open(candidates: list[Candidate], few: int) -> list[Candidate]:
    """Give the patients as a stricter protocol calls them: the last few pseudoprogressions are open."""
    places = [place for place, one in enumerate(candidates) if one.state == "pseudoprogression"][-few:]
    return [
        replace(one, state="indeterminate", reason="awaiting_ct", progressed=None) if place in places else one
        for place, one in enumerate(candidates)
    ]


@cache
def of_two(seed: int) -> Measured:
    candidates, others = drawn_house(seed)
    with release(candidates, others) as con:
        add(con, left_open(candidates, 1 + seed % 6), others, protocol=STRICT)
        return measure(con, [named(PROTOCOL), named(STRICT)])


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 202))]
)
def test_no_small_count_follows_from_what_a_stricter_protocol_leaves_out(seed: int) -> None:
    protocols, pairs = (PROTOCOL, STRICT), [(STRICT, PROTOCOL)]
    truth = read_together(tables_of(told_of(of_two(seed), threshold=0)), protocols, pairs).values
    known = read_together(tables_of(told_of(of_two(seed), threshold=5)), protocols, pairs)
    assert len(known.names) - len(known.values) > 200
    assert {name for name, number in known.values.items() if number in SMALL} == set()
    assert [name for name in bounds(known) if truth.get(name) in SMALL] == []


def test_the_attacker_finds_whom_a_stricter_protocol_leaves_out() -> None:
    protocols, pairs = (PROTOCOL, STRICT), [(STRICT, PROTOCOL)]
    exact = tables_of(told_of(of_two(1), threshold=0))
    told = read_together(exact, protocols, pairs)
    left = {name: number for name, number in told.values.items() if "but" in name[0] and STRICT in name}
    assert left[f"{PROTOCOL} pseudoprogression all but", STRICT, "pseudoprogression", "all"] == 2


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_no_small_count_follows_from_any_built_in_protocol_nor_from_one_of_a_user_s_own(seed: int) -> None:
    measured = derived(seed)
    assert set(measured.protocols) == {"xu2025", "xu2025_one_ct", "lin2021", OWN}
    truth = read_together(tables_of(told_of(measured, threshold=0)), measured.protocols, STRICTER).values
    known = read_together(tables_of(told_of(measured, threshold=5)), measured.protocols, STRICTER)
    assert len(known.names) - len(known.values) > 200
    assert {name for name, number in known.values.items() if number in SMALL} == set()
    assert [name for name in bounds(known) if truth.get(name) in SMALL] == []
