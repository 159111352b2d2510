"""Every rule can fire, and its place matters: drop one, or swap two neighbours, and a course is called anew.

Not here: whether the calls are right (`tests/spec`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest

from bpp_etl.events import FLOW_RULES, STATE_RULES, DecidingRule, Window, load_protocol
from bpp_etl.events.rules import first_match
from bpp_etl.events.verdicts import VERDICT_RULES, VerdictRule, in_force, verdict_rule
from schemas.verdicts import VERDICT_SETS
from tests.support.evidence import gather_evidence
from tests.support.timeline import DELIVERY_DAY, on, read_timeline

TWO = "new osteoblastic #S1, new osteoblastic #S2"
MORE = "new osteoblastic #S3, new osteoblastic #S4"
CANDIDATE = "day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT\n"
COURSES = {
    "no line": "no line 1\n day 42 CT",
    "outside the window": "day 1 line 1 starts\n day -10 CT",
    "no CT": "day -10 CT\n day 42 MRI: PD",
    "no lesion": "day -10 CT\n day 42 CT",
    "progression and no lesion": "day -10 CT\n day 42 CT: PD",
    "progression first": "day -10 CT\n day 42 CT: PD\n day 84 CT: new osteoblastic",
    "progression at the candidate without baseline": "day 42 CT: new osteoblastic, PD",
    "confirmed": CANDIDATE + "day 126 CT\n day 168 CT: PD",
    "confirmed without baseline": "day 42 CT: new osteoblastic\n day 84 CT\n day 126 CT",
    "progressed, then died": CANDIDATE + "day 126 CT: PD\n day 130 dies",
    "died after the line": CANDIDATE + "day 90 line 1 ends\n day 300 dies",
    "lost after the line": CANDIDATE + "day 90 line 1 ends\n day 100 last contact",
    "lost": CANDIDATE + "day 100 last contact",
    "awaiting": CANDIDATE,
    "not read": CANDIDATE + "day 126 CT: no response",
    "not read, then progressed": CANDIDATE + "day 126 CT: no response\n day 168 CT: PD",
    "not read, then died": CANDIDATE + "day 126 CT: no response\n day 300 dies",
    # For the verdicts of other rule sets.
    "larger": "day -10 CT\n day 42 CT: new osteoblastic #A, larger, lysis\n day 84 CT: larger #A",
    "only larger": "day -10 CT\n day 42 CT: new osteoblastic #A, larger osteoblastic",
    "reset": "day -10 CT\n day 42 CT: new osteoblastic #A\n day 84 CT: resolved #A",
    "equivocal": "day -10 CT\n day 42 CT: equivocal new osteoblastic #A",
    "equivocal, not confirmed": "day -10 CT\n day 42 CT: equivocal new osteoblastic #A\n day 84 CT",
    "equivocal, progressed": "day -10 CT\n day 42 CT: equivocal new osteoblastic #A\n day 84 MRI: PD",
    "equivocal, progressed and made certain": (
        "day -10 CT\n day 42 CT: equivocal new osteoblastic #A, PD\n day 84 CT: stable #A\n day 126 CT: PD"
    ),
    "equivocal, made certain": (
        "day -10 CT\n day 42 CT: equivocal new osteoblastic #A\n day 84 CT: stable #A\n day 126 CT: PD"
    ),
    "scans": CANDIDATE + f"day 40 bone scan: {TWO}\n day 82 bone scan: {MORE}\n day 124 bone scan",
    "lasting and open": (
        CANDIDATE + f"day 40 bone scan\n day 82 bone scan: {TWO}\n day 124 bone scan\n day 130 bone scan"
    ),
    "open": CANDIDATE + f"day 40 bone scan: {TWO}",
    "no rise": CANDIDATE + "day 40 bone scan",
}


NOT_NEW = {
    "kanaoka2023_obr": {"denser": "day -10 CT\n day 42 CT: less lysis"},
    "jung2022": {
        "worse, then progressed": (
            "day -10 bone scan\n day 42 bone scan: larger unknown #A\n day 60 bone scan\n day 84 CT: PD"
        )
    },
}
"""Candidates without a new lesion, under protocols that know such."""


@pytest.fixture(scope="module")
def candidates(evidence: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Gather what verdicts look at for every candidate, also for those that other protocols make."""
    found = [evidence["candidate"]]
    for protocol, courses in NOT_NEW.items():
        patients = [read_timeline(text, name) for name, text in courses.items()]
        found.append(gather_evidence(patients, on(DELIVERY_DAY), load_protocol(protocol))["candidate"])
    return pl.concat(found)


@pytest.fixture(scope="module")
def evidence() -> dict[str, pl.DataFrame]:
    """Gather what the rules look at for every course."""
    patients = [read_timeline(text, name) for name, text in COURSES.items()]
    protocol = load_protocol("xu2025").within(Window(last_day=on(0)))
    return gather_evidence(patients, on(DELIVERY_DAY), protocol)


def fired(rules: Sequence[DecidingRule], frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("patient_id", first_match(rules)).iter_rows())


BOTH = pytest.mark.parametrize(("rules", "name"), [(FLOW_RULES, "course"), (STATE_RULES, "candidate")])


@BOTH
def test_every_rule_fires_for_a_course_and_without_it_the_course_is_called_otherwise(
    evidence: dict[str, pl.DataFrame], rules: tuple[DecidingRule, ...], name: str
) -> None:
    called = fired(rules, evidence[name])
    assert set(called.values()) == {rule.id for rule in rules}
    for rule in rules:
        without = fired([one for one in rules if one is not rule], evidence[name])
        assert without != called, rule.id


@BOTH
def test_two_neighbouring_rules_cannot_be_swapped_without_effect(
    evidence: dict[str, pl.DataFrame], rules: tuple[DecidingRule, ...], name: str
) -> None:
    called = fired(rules, evidence[name])
    for place in range(len(rules) - 1):
        swapped = list(rules)
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        assert fired(swapped, evidence[name]) != called, [rule.id for rule in swapped[place : place + 2]]


def read_by(kind: str) -> list[list[VerdictRule]]:
    """List the rules of a verdict as each of its policies puts them in force."""
    protocol = load_protocol(VERDICT_SETS[kind].kind)
    policies = [rule.needs for rule in VERDICT_RULES[kind] if rule.needs is not None]
    settings = [protocol.settings]
    settings += [
        {**protocol.settings, name: replace(protocol.settings[name], value=value)} for name, value in policies
    ]
    return [list(in_force(VERDICT_RULES[kind], replace(protocol, settings=chosen))) for chosen in settings]


def named(rules: Sequence[VerdictRule], frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("patient_id", verdict_rule(rules)).iter_rows())


@pytest.mark.parametrize("kind", VERDICT_RULES)
def test_every_rule_of_a_verdict_fires_under_one_of_its_policies(candidates: pl.DataFrame, kind: str) -> None:
    found = {rule for rules in read_by(kind) for rule in named(rules, candidates).values()}
    assert found == {rule.id for rule in VERDICT_RULES[kind]}


@pytest.mark.parametrize("kind", VERDICT_RULES)
def test_two_neighbouring_rules_of_a_verdict_cannot_be_swapped_without_effect(
    candidates: pl.DataFrame, kind: str
) -> None:
    rules = read_by(kind)[0]
    called = named(rules, candidates)
    for place in range(len(rules) - 1):
        swapped = list(rules)
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        ids = [rule.id for rule in swapped[place : place + 2]]
        assert named(swapped, candidates) != called, ids
